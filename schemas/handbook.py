"""实用手册 on the wire: editions and their chapters."""

from marshmallow import Schema, fields

from models.enums import Kind
from schemas.content import CardSchema
from schemas.fields import Link
from schemas.media import Media
from schemas.parts import ContactSchema, FigureSchema
from schemas.tracks import TrackedDetailSchema


class EditionCardSchema(CardSchema):
    """An edition in lists, with the year's goals."""

    year = fields.Integer()
    figures = fields.List(fields.Nested(FigureSchema))


class EditionDetailSchema(EditionCardSchema, TrackedDetailSchema):
    """An edition; its tree of chapters is added when it is read."""

    foreword = fields.String(allow_none=True)
    pdf = Media()


class ChapterCardSchema(CardSchema):
    """A chapter in the table of contents. `as_of` is the day its facts are from."""

    number = fields.String()
    as_of = fields.Date(allow_none=True)


class PolicySchema(Schema):
    """A policy inside a chapter; null is what the source does not state."""

    key = fields.String()
    title = fields.String()
    issuing_body = fields.String(allow_none=True)
    document_number = fields.String(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    eligible = fields.String(allow_none=True)
    granted = fields.String(allow_none=True)


class ChapterDetailSchema(ChapterCardSchema, TrackedDetailSchema):
    """A chapter whole; `body` is HTML from an allow-list."""

    edition = Link(EditionCardSchema, Kind.HANDBOOK)
    parent = Link(ChapterCardSchema, Kind.CHAPTERS)
    body = fields.String(allow_none=True)
    policies = fields.List(fields.Nested(PolicySchema))
    contacts = fields.List(fields.Nested(ContactSchema))
