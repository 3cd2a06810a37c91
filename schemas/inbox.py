"""The inbox on the wire."""

from marshmallow import Schema, fields

from models.notifications import Event
from schemas.fields import Choice
from schemas.queries import PageQuerySchema


class InboxCardSchema(Schema):
    """Something that the visitor was told, in the language of the request."""

    id = fields.String(required=True)
    event = Choice(Event, required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.DateTime(required=True)
    read_at = fields.DateTime(required=True, allow_none=True)


class InboxQuerySchema(PageQuerySchema):
    """`unread=true` leaves out what was read."""

    unread = fields.Boolean(
        truthy={"true"}, falsy={"false"}, load_default=False, error_messages={"invalid": "type"}
    )


class ReadSchema(Schema):
    """How many entries were marked as read."""

    read = fields.Integer(required=True)
