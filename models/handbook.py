"""实用手册: editions, each a tree of chapters with structured policies."""

from typing import ClassVar

from mongoengine import (
    DateField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    StringField,
)

from models.content import Content
from models.enums import Kind
from models.parts import BODY_MAX, SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Contact, MediaRef, Part


class Edition(Content):
    """An edition of the handbook; `pdf` is the whole of it as one file, if staff have their own."""

    KIND: ClassVar = Kind.HANDBOOK
    TRANSLATABLE: ClassVar = (*Content.TRANSLATABLE, "foreword")
    RICH: ClassVar = ("foreword",)
    MEDIA: ClassVar = (*Content.MEDIA, "pdf")
    meta: ClassVar = {"collection": "handbook_editions"}

    year = IntField(required=True, min_value=2000, max_value=2100)
    foreword = StringField(max_length=BODY_MAX)
    pdf = EmbeddedDocumentField(MediaRef)

    @property
    def facet(self) -> str | None:
        """Return the year as text, by which editions are filtered."""
        return str(self.year)


class Policy(Part):
    """A policy inside a chapter: who issued it, for whom, what it grants, how long it holds."""

    title = StringField(required=True, max_length=TITLE_MAX)
    issuing_body = StringField(max_length=TITLE_MAX)
    document_number = StringField(max_length=TITLE_MAX)
    valid_from = DateField()
    valid_until = DateField()
    eligible = StringField(max_length=TEXT_MAX)
    granted = StringField(max_length=TEXT_MAX)


class Chapter(Content):
    """A chapter. `edition` and `parent` are ids; `body` is sanitised rich text (HTML).

    `as_of` is the day that its facts are from, as stated in the source.
    """

    KIND: ClassVar = Kind.CHAPTERS
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "body",
        "policies.*.title",
        "policies.*.eligible",
        "policies.*.granted",
        "contacts.*.name",
        "contacts.*.note",
    )
    RICH: ClassVar = ("body",)
    LINKS: ClassVar = {**Content.LINKS, "edition": Kind.HANDBOOK, "parent": Kind.CHAPTERS}
    INTERNAL: ClassVar = ("reviewer_note",)
    meta: ClassVar = {
        "collection": "handbook_chapters",
        "indexes": [("edition", "order"), "parent"],
    }

    edition = StringField(required=True, max_length=40)
    parent = StringField(max_length=40)
    number = StringField(required=True, max_length=20)
    body = StringField(max_length=BODY_MAX)
    policies = EmbeddedDocumentListField(Policy)
    contacts = EmbeddedDocumentListField(Contact)
    as_of = DateField()
    reviewer_note = StringField(max_length=SUMMARY_MAX)

    @property
    def facet(self) -> str | None:
        """Return the edition's id, by which chapters are listed."""
        return str(self.edition)
