"""产业集群: the eight clusters of 西海岸新区, with strengths, weaknesses and key projects."""

from typing import ClassVar

from mongoengine import EmbeddedDocument, EmbeddedDocumentListField, ListField, StringField

from models.content import Content
from models.enums import Kind
from models.parts import SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Part


class KeyProject(Part):
    """重点项目 of a cluster."""

    name = StringField(required=True, max_length=TITLE_MAX)
    description = StringField(max_length=SUMMARY_MAX)


class TargetCompany(EmbeddedDocument):
    """A company that staff mean to approach. Internal: the public API never shows it."""

    name = StringField(required=True, max_length=TITLE_MAX)
    segment = StringField(max_length=TITLE_MAX)


class Cluster(Content):
    """A cluster. `target_list` (拟招商名录) is internal and stays out of every snapshot."""

    KIND: ClassVar = Kind.CLUSTERS
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "development_path",
        "key_projects.*.name",
        "key_projects.*.description",
    )
    INTERNAL: ClassVar = ("target_list",)
    meta: ClassVar = {"collection": "clusters"}

    development_path = StringField(max_length=TEXT_MAX)
    key_projects = EmbeddedDocumentListField(KeyProject)
    strengths = ListField(StringField(max_length=SUMMARY_MAX), max_length=30)
    weaknesses = ListField(StringField(max_length=SUMMARY_MAX), max_length=30)
    target_list = EmbeddedDocumentListField(TargetCompany)
