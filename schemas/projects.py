"""项目卡片 on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind
from models.projects import ProjectStage
from schemas.clusters import ClusterCardSchema
from schemas.content import CardSchema
from schemas.fields import Choice, Label, Link
from schemas.parts import ContactSchema, plain_list
from schemas.sites import SiteCardSchema
from schemas.tracks import TrackCardSchema, TrackedDetailSchema


class ProjectCardSchema(CardSchema):
    """A project in lists."""

    stage = Choice(ProjectStage)
    stage_label = Label("stage")
    industry_direction = fields.String(allow_none=True)
    investment_scale = fields.String(allow_none=True)


class RequirementsSchema(Schema):
    """What the project needs: land, energy, talent; null where it is not stated."""

    land = fields.String(allow_none=True)
    energy = fields.String(allow_none=True)
    talent = fields.String(allow_none=True)


class ChainPositionSchema(Schema):
    """The link (by its key) of a track's chain that the project fills."""

    track = Link(TrackCardSchema, Kind.TRACKS)
    link = fields.String()


class ProjectDetailSchema(ProjectCardSchema, TrackedDetailSchema):
    """A project whole."""

    target_companies = fields.String(allow_none=True)
    requirements = fields.Nested(RequirementsSchema, allow_none=True)
    carrier = fields.String(allow_none=True)
    site = Link(SiteCardSchema, Kind.SITES)
    cluster = Link(ClusterCardSchema, Kind.CLUSTERS)
    cooperation = fields.String(allow_none=True)
    policies = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    contacts = fields.List(fields.Nested(ContactSchema))
    chain_positions = fields.List(fields.Nested(ChainPositionSchema))
    milestones = plain_list()
