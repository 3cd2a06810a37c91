"""Codes to scan, on the wire."""

from marshmallow import Schema, fields

from models.scenes import CHANNEL_MAX, TITLE_MAX, Place
from schemas.fields import MESSAGES, Choice, Number, Text
from schemas.queries import (
    NAME,
    Digits,
    LanguageQuerySchema,
    PageQuerySchema,
)

LINK_DAYS_MAX = 30


class SceneTargetSchema(Schema):
    """Where a scene leads: the page opens the item of that id; `channel` is how it was found."""

    place = Choice(Place, required=True)
    item = fields.String(required=True)
    page = fields.String(required=True)
    channel = fields.String(required=True)


class CodeCreateSchema(Schema):
    """A place and a channel; `title` is what stands on the poster, by default the item's own."""

    place = Choice(Place, required=True)
    item = Text(maximum=80, minimum=1, required=True, validate=[NAME])
    channel = Text(maximum=CHANNEL_MAX, minimum=1, required=True, validate=[NAME])
    title = Text(maximum=TITLE_MAX, minimum=1)


class CodeCardSchema(Schema):
    """A code; its id is the `scene`."""

    id = fields.String(required=True)
    place = Choice(Place, required=True)
    item = fields.String(required=True)
    title = fields.String(required=True)
    channel = fields.String(required=True)
    created_by = fields.String(required=True)
    created_by_name = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class CodeListQuerySchema(PageQuerySchema):
    """Which codes."""

    place = Choice(Place)
    channel = Text(maximum=CHANNEL_MAX, minimum=1)


class CodeImageQuerySchema(LanguageQuerySchema):
    """The width of a code in pixels; WeChat may draw it a little smaller."""

    width = Digits(low=280, high=1_280, load_default=430, strict=False)


class CodeLinksSchema(Schema):
    """For how many days links hold."""

    days = Number(low=1, high=LINK_DAYS_MAX, required=True)


class CodeWaysSchema(Schema):
    """Links into the mini-program from outside of WeChat."""

    url_link = fields.String(required=True)
    scheme = fields.String(required=True)
    ends_at = fields.DateTime(required=True)


class CodeFiguresQuerySchema(LanguageQuerySchema):
    """Days of Shanghai, both included, 366 at most apart."""

    first = fields.Date(required=True, error_messages={**MESSAGES, "invalid": "format"})
    last = fields.Date(required=True, error_messages={**MESSAGES, "invalid": "format"})
    channel = Text(maximum=CHANNEL_MAX, minimum=1)


class CodeDaySchema(Schema):
    """What came by a code on a day."""

    day = fields.String(required=True)
    scene = fields.String(required=True)
    place = Choice(Place, required=True)
    item = fields.String(required=True)
    channel = fields.String(required=True)
    scans = fields.Integer(required=True)
    bookings = fields.Integer(required=True)


class CodeFiguresSchema(Schema):
    """Days that had any, the newest first."""

    items = fields.List(fields.Nested(CodeDaySchema), required=True)
