"""产业赛道 on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind
from models.tracks import ChainStage, ChainStanding, TrackClass
from schemas.content import CardSchema, DetailSchema
from schemas.fields import Choice, Label, Link
from schemas.parts import FigureSchema, plain_list


class TrackCardSchema(CardSchema):
    """A track in lists: its number from 1 to 22, its class, its goals."""

    number = fields.Integer()
    track_class = Choice(TrackClass, data_key="class")
    class_label = Label("track_class")
    figures = fields.List(fields.Nested(FigureSchema))


class ChainLinkSchema(Schema):
    """A link of a track's chain, and how the place stands in it."""

    key = fields.String()
    stage = Choice(ChainStage)
    stage_label = Label("stage")
    name = fields.String()
    description = fields.String(allow_none=True)
    standing = Choice(ChainStanding, allow_none=True)
    standing_label = Label("standing", allow_none=True)


class TrackDetailSchema(TrackCardSchema, DetailSchema):
    """A track whole. Officials and department are null until they are published."""

    direction = fields.String(allow_none=True)
    chain_leaders = plain_list()
    carriers = plain_list()
    lead_official = fields.String(allow_none=True)
    responsible_official = fields.String(allow_none=True)
    lead_department = fields.String(allow_none=True)
    chain = fields.List(fields.Nested(ChainLinkSchema))


class TrackedDetailSchema(DetailSchema):
    """What the page of anything that belongs to tracks adds to its card."""

    tracks = fields.List(Link(TrackCardSchema, Kind.TRACKS))
