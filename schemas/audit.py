"""The audit log on the wire; nothing of it can be written."""

from enum import StrEnum

from marshmallow import Schema, fields

from models.audit import Outcome
from schemas.fields import MESSAGES, Choice, Text
from schemas.queries import LIMIT_DEFAULT, LIMIT_MAX, Digits, LanguageQuerySchema


class AuditCardSchema(Schema):
    """Who did what, when, from where; `before` and `after` hold what differs, masked."""

    id = fields.String(required=True)
    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    actor_name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    department = fields.String(allow_none=True)
    address = fields.String()
    request_id = fields.String()
    action = fields.String(required=True)
    target = fields.String(required=True)
    outcome = Choice(Outcome, required=True)
    before = fields.Dict(keys=fields.String())
    after = fields.Dict(keys=fields.String())


class AuditFilterSchema(LanguageQuerySchema):
    """What an auditor looks for. Times are ISO 8601 with their zone; `until` is excluded."""

    actor = Text(maximum=40, minimum=1)
    action = Text(maximum=80, minimum=1)
    target = Text(maximum=200, minimum=1)
    outcome = Choice(Outcome)
    request_id = Text(maximum=64, minimum=1)
    since = fields.AwareDateTime(error_messages={**MESSAGES, "invalid_awareness": "format"})
    until = fields.AwareDateTime(error_messages={**MESSAGES, "invalid_awareness": "format"})


class FileFormat(StrEnum):
    """How entries are read out."""

    JSON_LINES = "jsonl"
    CSV = "csv"


class AuditExportQuerySchema(AuditFilterSchema):
    """What to read out, and as what."""

    file_format = Choice(FileFormat, data_key="format", load_default=FileFormat.JSON_LINES)


class AuditListQuerySchema(AuditFilterSchema):
    """A page of entries."""

    cursor = Text(maximum=300)
    limit = Digits(low=1, high=LIMIT_MAX, load_default=LIMIT_DEFAULT, strict=False)


class AuditChainSchema(Schema):
    """The end of the hash chain; written down, it shows later whether the log was cut."""

    number = fields.Integer(required=True)
    chain = fields.String(required=True)
