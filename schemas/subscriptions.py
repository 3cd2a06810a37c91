"""Subscription messages on the wire: what a visitor allowed, and the log for staff."""

from marshmallow import Schema, fields, validate

from models.notifications import Event
from models.subscriptions import SendState, SubscriptionAnswer
from schemas.fields import MESSAGES, Choice, Text
from schemas.queries import PageQuerySchema

TEMPLATES_AT_ONCE = 20


class SubscriptionSchema(Schema):
    """A template to ask the visitor for: what it tells of, and how many messages are left."""

    template = fields.String(required=True)
    events = fields.List(Choice(Event), required=True)
    credits = fields.Integer(required=True)


class SubscriptionListSchema(Schema):
    """All templates."""

    items = fields.List(fields.Nested(SubscriptionSchema), required=True)


class SubscriptionAnswerSchema(Schema):
    """What `wx.requestSubscribeMessage` was answered for a template."""

    template = Text(maximum=128, minimum=1, required=True)
    answer = Choice(SubscriptionAnswer, required=True)


class SubscriptionReportSchema(Schema):
    """The answers that the visitor has just given."""

    items = fields.List(
        fields.Nested(SubscriptionAnswerSchema),
        required=True,
        validate=validate.Length(min=1, max=TEMPLATES_AT_ONCE, error="out_of_range"),
        error_messages=MESSAGES,
    )


class DeliveryListQuerySchema(PageQuerySchema):
    """Which messages; `visitor` is the visitor's id."""

    state = Choice(SendState)
    event = Choice(Event)
    visitor = Text(maximum=40, minimum=1)


class DeliveryCardSchema(Schema):
    """A subscription message: how it ended, with the errcode that WeChat gave or a word why.

    `unknown`: it may have been sent, and is not sent again. The id is that of the inbox entry.
    """

    id = fields.String(required=True)
    visitor = fields.String(required=True)
    event = Choice(Event, required=True)
    template = fields.String(required=True)
    state = Choice(SendState, required=True)
    errcode = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
