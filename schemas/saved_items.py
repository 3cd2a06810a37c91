"""Favourites and reading history on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind
from schemas.content import CardSchema
from schemas.fields import Choice
from schemas.queries import PageQuerySchema


class SavedCardSchema(CardSchema):
    """A live item, in short."""

    class Meta:
        """It is shorter than a card in the item's own list."""

        exclude = ("featured",)


class SavedItemSchema(Schema):
    """An item of a visitor's list. `gone`: it is not public any more, and has no card."""

    kind = Choice(Kind, required=True)
    item = fields.String(required=True)
    at = fields.DateTime(required=True, metadata={"description": "When it was added or read, UTC."})
    gone = fields.Boolean(required=True)
    card = fields.Nested(SavedCardSchema, required=True, allow_none=True)


class SavedItemPageSchema(Schema):
    """A page, the newest first; `next_cursor` is null on the last one."""

    items = fields.List(fields.Nested(SavedItemSchema), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


class SavedItemQuerySchema(PageQuerySchema):
    """Filters of a visitor's lists."""

    kind = Choice(Kind)
