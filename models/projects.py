"""项目卡片: what is sought, where, on which terms, and whom to ask."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    ListField,
    StringField,
)

from models.content import Content
from models.enums import Kind
from models.parts import KEY_MAX, SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Contact


class ProjectStage(StrEnum):
    """招商中, 洽谈中, 已签约, 已落地."""

    OPEN = "open"
    NEGOTIATING = "negotiating"
    SIGNED = "signed"
    LANDED = "landed"


class Requirements(EmbeddedDocument):
    """要素需求: land, energy and talent. What the source does not state stays empty."""

    land = StringField(max_length=SUMMARY_MAX)
    energy = StringField(max_length=SUMMARY_MAX)
    talent = StringField(max_length=SUMMARY_MAX)


class ChainPosition(EmbeddedDocument):
    """The link of a track's chain that the project fills."""

    track = StringField(required=True, max_length=40)
    link = StringField(required=True, max_length=KEY_MAX)


class Project(Content):
    """A project card.

    `site` is the id of the carrier's site, if it can be visited; `cluster` that of the cluster to
    which a source counts the project.
    """

    KIND: ClassVar = Kind.PROJECTS
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "industry_direction",
        "target_companies",
        "investment_scale",
        "requirements.land",
        "requirements.energy",
        "requirements.talent",
        "carrier",
        "cooperation",
        "policies",
        "department",
    )
    meta: ClassVar = {
        "collection": "projects",
        "indexes": ["site", "cluster", "chain_positions.track"],
    }
    LINKS: ClassVar = {
        **Content.LINKS,
        "site": Kind.SITES,
        "cluster": Kind.CLUSTERS,
        "chain_positions.*.track": Kind.TRACKS,
    }

    stage = EnumField(ProjectStage, required=True, default=ProjectStage.OPEN)
    industry_direction = StringField(max_length=TEXT_MAX)
    target_companies = StringField(max_length=TEXT_MAX)
    investment_scale = StringField(max_length=SUMMARY_MAX)
    requirements = EmbeddedDocumentField(Requirements)
    carrier = StringField(max_length=SUMMARY_MAX)
    site = StringField(max_length=40)
    cluster = StringField(max_length=40)
    cooperation = StringField(max_length=SUMMARY_MAX)
    policies = StringField(max_length=TEXT_MAX)
    department = StringField(max_length=TITLE_MAX)
    contacts = EmbeddedDocumentListField(Contact)
    chain_positions = EmbeddedDocumentListField(ChainPosition)
    milestones = ListField(StringField(max_length=SUMMARY_MAX), max_length=20)

    @property
    def facet(self) -> str | None:
        """Return the stage, by which lists of projects are filtered."""
        return str(self.stage)
