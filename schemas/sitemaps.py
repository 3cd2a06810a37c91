"""Sitemaps on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind
from schemas.fields import Choice


class SitemapEntrySchema(Schema):
    """A live item: id, slug, when it was published (UTC)."""

    id = fields.String(attribute="item")
    slug = fields.String()
    published_at = fields.DateTime()


class SitemapSchema(Schema):
    """One page of a kind's sitemap."""

    kind = Choice(Kind)
    page = fields.Integer()
    pages = fields.Integer()
    generated_at = fields.DateTime()
    items = fields.List(fields.Nested(SitemapEntrySchema), attribute="entries")


class SitemapSummarySchema(Schema):
    """A kind that has a sitemap."""

    kind = fields.String()
    pages = fields.Integer()
    generated_at = fields.DateTime()


class SitemapIndexSchema(Schema):
    """All sitemaps."""

    items = fields.List(fields.Nested(SitemapSummarySchema))
