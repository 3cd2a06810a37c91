"""招商阵地 on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind
from schemas.content import CardSchema
from schemas.fields import Link
from schemas.media import Media
from schemas.parts import ContactSchema, LocationSchema, WindowSchema
from schemas.sites import SiteCardSchema
from schemas.tracks import TrackedDetailSchema


class VenueCardSchema(CardSchema):
    """A venue in lists."""

    address = fields.String(allow_none=True)
    location = fields.Nested(LocationSchema, allow_none=True)


class OfferSchema(Schema):
    """Something that the venue offers."""

    key = fields.String()
    title = fields.String()
    description = fields.String(allow_none=True)


class VenueDetailSchema(VenueCardSchema, TrackedDetailSchema):
    """A venue whole; `site` makes it a possible stop of a route."""

    description = fields.String(allow_none=True)
    offers = fields.List(fields.Nested(OfferSchema))
    photos = fields.List(Media())
    opening_hours = fields.List(fields.Nested(WindowSchema))
    opening_note = fields.String(allow_none=True)
    contacts = fields.List(fields.Nested(ContactSchema))
    site = Link(SiteCardSchema, Kind.SITES)
