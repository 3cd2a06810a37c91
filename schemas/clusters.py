"""产业集群 on the wire. The list of companies to approach is not part of it."""

from marshmallow import Schema, fields

from schemas.content import CardSchema
from schemas.parts import plain_list
from schemas.tracks import TrackedDetailSchema


class ClusterCardSchema(CardSchema):
    """A cluster in lists."""


class KeyProjectSchema(Schema):
    """重点项目 of a cluster."""

    key = fields.String()
    name = fields.String()
    description = fields.String(allow_none=True)


class ClusterDetailSchema(ClusterCardSchema, TrackedDetailSchema):
    """A cluster whole."""

    development_path = fields.String(allow_none=True)
    key_projects = fields.List(fields.Nested(KeyProjectSchema))
    strengths = plain_list()
    weaknesses = plain_list()
