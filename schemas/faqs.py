"""答疑解惑 on the wire."""

from marshmallow import fields

from schemas.content import CardSchema
from schemas.tracks import TrackedDetailSchema


class FaqCardSchema(CardSchema):
    """A question with its answer (HTML from an allow-list): a list is read as it stands."""

    topic = fields.String()
    topic_key = fields.String()
    answer = fields.String()


class FaqDetailSchema(FaqCardSchema, TrackedDetailSchema):
    """A question whole."""
