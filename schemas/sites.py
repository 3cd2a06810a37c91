"""点位 on the wire."""

from marshmallow import Schema, fields

from models.sites import GateNeed, SiteType
from schemas.content import CardSchema
from schemas.fields import Choice, Label
from schemas.media import Media
from schemas.parts import LocationSchema, WindowSchema
from schemas.tracks import TrackedDetailSchema


class SiteCardSchema(CardSchema):
    """A site in lists; `visit_minutes` is the usual stay.

    `gate_needs` is what the gate must know of a group before it comes.
    """

    site_type = Choice(SiteType)
    site_type_label = Label("site_type")
    address = fields.String(allow_none=True)
    location = fields.Nested(LocationSchema, allow_none=True)
    visit_minutes = fields.Integer(allow_none=True)
    bookable = fields.Boolean()
    gate_needs = fields.List(Choice(GateNeed))


class SiteCapacitySchema(Schema):
    """How many groups and people a site holds at one time; minutes between groups."""

    groups = fields.Integer(allow_none=True)
    people = fields.Integer(allow_none=True)
    margin_minutes = fields.Integer(allow_none=True)


class SiteDetailSchema(SiteCardSchema, TrackedDetailSchema):
    """A site whole."""

    description = fields.String(allow_none=True)
    opening_hours = fields.List(fields.Nested(WindowSchema))
    opening_note = fields.String(allow_none=True)
    visit_note = fields.String(allow_none=True)
    capacity = fields.Nested(SiteCapacitySchema, allow_none=True)
    photos = fields.List(Media())
