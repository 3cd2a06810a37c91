"""Sitemaps: the nightly list of everything that is live, by kind, in pages."""

from typing import ClassVar

from mongoengine import (
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    StringField,
)

from models.enums import Kind

PAGE_SIZE = 5_000


class SitemapEntry(EmbeddedDocument):
    """A live item: its id, slug and when it was published."""

    item = StringField(required=True)
    slug = StringField(required=True)
    published_at = DateTimeField(required=True)


class Sitemap(Document):
    """One page of a kind's sitemap; the id is `kind:page`, pages count from 1."""

    meta: ClassVar = {
        "collection": "sitemaps",
        "indexes": [("kind", "page")],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    kind = EnumField(Kind, required=True)
    page = IntField(required=True, min_value=1)
    pages = IntField(required=True, min_value=1)
    generated_at = DateTimeField(required=True)
    entries = EmbeddedDocumentListField(SitemapEntry)
