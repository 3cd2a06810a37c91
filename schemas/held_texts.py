"""Held texts of visitors on the wire, for staff."""

from marshmallow import Schema, fields

from models.held_texts import NOTE_MAX, HeldDecision, HeldReason, HeldState
from schemas.fields import Choice, Text
from schemas.queries import PageQuerySchema


class HeldTextListQuerySchema(PageQuerySchema):
    """Which texts."""

    state = Choice(HeldState, load_default=HeldState.HELD)


class HeldTextDecisionSchema(Schema):
    """Whether the text stays where it was written; refused, it is taken away from there."""

    decision = Choice(HeldDecision, required=True)
    note = Text(maximum=NOTE_MAX, allow_none=True)


class HeldTextCardSchema(Schema):
    """A text and why it is held; `subject` names what it belongs to, `parts` its fields."""

    id = fields.String(required=True)
    subject = fields.String(attribute="row.subject", required=True)
    visitor = fields.String(attribute="row.visitor", required=True)
    parts = fields.List(fields.String(), attribute="row.parts", required=True)
    text = fields.String(required=True)
    reason = Choice(HeldReason, attribute="row.reason", required=True)
    label = fields.Integer(attribute="row.label", required=True, allow_none=True)
    state = Choice(HeldState, attribute="row.state", required=True)
    note = fields.String(attribute="row.note", required=True, allow_none=True)
    decided_by = fields.String(attribute="row.decided_by", required=True, allow_none=True)
    decided_by_name = fields.String(attribute="row.decided_by_name", required=True, allow_none=True)
    decided_at = fields.DateTime(attribute="row.decided_at", required=True, allow_none=True)
    created_at = fields.DateTime(attribute="row.created_at", required=True)
