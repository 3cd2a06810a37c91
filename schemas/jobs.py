"""Background work on the wire."""

from marshmallow import Schema, fields

from models.outbox import JobState
from schemas.fields import Choice, Text
from schemas.queries import PageQuerySchema


class JobListQuerySchema(PageQuerySchema):
    """Which jobs; without a state those in any."""

    state = Choice(JobState)
    name = Text(maximum=100, minimum=1)


class JobCardSchema(Schema):
    """A job. `args` and `error` are masked where they have the shape of somebody's data."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    state = Choice(JobState, required=True)
    args = fields.Dict(keys=fields.String(), required=True)
    attempts = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)
    run_at = fields.DateTime(required=True)
    leased_until = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
