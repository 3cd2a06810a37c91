"""Calls that staff make, on the wire."""

from marshmallow import Schema, fields

from models.enums import Language
from models.notifications import NOTE_MAX, CallOutcome, CallState, Event
from schemas.fields import Choice, Text
from schemas.queries import PageQuerySchema


class CallListQuerySchema(PageQuerySchema):
    """Which calls."""

    state = Choice(CallState, load_default=CallState.OPEN)


class CallCloseSchema(Schema):
    """How a call ended."""

    state = Choice(CallOutcome, required=True)
    note = Text(maximum=NOTE_MAX, allow_none=True)


class PersonSchema(Schema):
    """Whom to call, and the language they chose."""

    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    language = Choice(Language, allow_none=True)


class MessageSchema(Schema):
    """What to tell, in the language of the answer."""

    title = fields.String()
    text = fields.String()


class CallCardSchema(Schema):
    """A call. In lists `person` is masked; `message` is null once their account is gone.

    `not_before`: what came at night and can wait; call no earlier.
    """

    id = fields.String(attribute="task.id", required=True)
    event = Choice(Event, attribute="task.event", required=True)
    state = Choice(CallState, attribute="task.state", required=True)
    person = fields.Nested(PersonSchema, required=True)
    message = fields.Nested(MessageSchema, required=True, allow_none=True)
    taken_by = fields.String(attribute="task.taken_by", required=True, allow_none=True)
    taken_by_name = fields.String(attribute="task.taken_by_name", required=True, allow_none=True)
    taken_at = fields.DateTime(attribute="task.taken_at", required=True, allow_none=True)
    note = fields.String(attribute="task.note", required=True, allow_none=True)
    created_at = fields.DateTime(attribute="task.created_at", required=True)
    not_before = fields.DateTime(attribute="task.not_before", required=True, allow_none=True)
    closed_at = fields.DateTime(attribute="task.closed_at", required=True, allow_none=True)
    closed_by = fields.String(attribute="task.closed_by", required=True, allow_none=True)
