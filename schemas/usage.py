"""Figures of the mini-program's use, on the wire."""

from marshmallow import Schema, fields

from schemas.fields import MESSAGES
from schemas.queries import LanguageQuerySchema


class UsageQuerySchema(LanguageQuerySchema):
    """Days of Shanghai, both included, 366 at most apart."""

    first = fields.Date(required=True, error_messages={**MESSAGES, "invalid": "format"})
    last = fields.Date(required=True, error_messages={**MESSAGES, "invalid": "format"})


class UsageSummarySchema(Schema):
    """Users in all until that day; how often and by how many it was shared."""

    users = fields.Integer(required=True)
    shares = fields.Integer(required=True)
    sharers = fields.Integer(required=True)


class UsageVisitsSchema(Schema):
    """The visits of a day; times in seconds."""

    sessions = fields.Integer(required=True)
    views = fields.Integer(required=True)
    visitors = fields.Integer(required=True)
    new_visitors = fields.Integer(required=True)
    seconds_a_visitor = fields.Float(required=True)
    seconds_a_session = fields.Float(required=True)
    depth = fields.Float(required=True)


class UsagePageSchema(Schema):
    """The visits of one page of the mini-program."""

    page = fields.String(required=True)
    views = fields.Integer(required=True)
    visitors = fields.Integer(required=True)
    seconds = fields.Float(required=True)
    entries = fields.Integer(required=True)
    exits = fields.Integer(required=True)
    shares = fields.Integer(required=True)
    sharers = fields.Integer(required=True)


class UsageRetentionSchema(Schema):
    """How many came back, by days since."""

    visitors = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    new_visitors = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class UsageDaySchema(Schema):
    """A day as WeChat counted it; what it has no figures of is absent."""

    day = fields.String(attribute="id", required=True)
    summary = fields.Nested(UsageSummarySchema)
    visits = fields.Nested(UsageVisitsSchema)
    pages = fields.List(fields.Nested(UsagePageSchema), required=True)
    retention = fields.Nested(UsageRetentionSchema, required=True)
    fetched_at = fields.DateTime(required=True)


class UsageSchema(Schema):
    """The days that are known, the newest first."""

    items = fields.List(fields.Nested(UsageDaySchema), required=True)
