"""What may stand in a query string, one schema a list. Anything else is refused by name."""

from marshmallow import Schema, validate

from models.articles import ArticleType
from models.enums import Language, Place
from models.projects import ProjectStage
from models.sites import SiteType
from models.tracks import TrackClass
from schemas.fields import Choice, Number, Text

LIMIT_DEFAULT, LIMIT_MAX = 20, 50
NAME = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="format")


class LanguageQuerySchema(Schema):
    """Every public read takes the language; Accept-Language decides without it."""

    lang = Choice(Language, metadata={"description": "zh-CN (default) or en"})


class PageQuerySchema(LanguageQuerySchema):
    """A list: `cursor` is what the page before gave as `next_cursor`."""

    cursor = Text(maximum=300)
    limit = Number(low=1, high=LIMIT_MAX, load_default=LIMIT_DEFAULT, strict=False)


class ListQuerySchema(PageQuerySchema):
    """Filters that every kind has. `track` takes an id or a slug."""

    track = Text(maximum=80, validate=[NAME])
    tag = Text(maximum=40, minimum=1)
    place = Choice(Place)


class TrackListQuerySchema(PageQuerySchema):
    """Filters of tracks."""

    tag = Text(maximum=40, minimum=1)
    facet = Choice(TrackClass, data_key="class")


class ProjectListQuerySchema(ListQuerySchema):
    """Filters of projects."""

    facet = Choice(ProjectStage, data_key="stage")


class SiteListQuerySchema(ListQuerySchema):
    """Filters of sites."""

    facet = Choice(SiteType, data_key="kind")


class ArticleListQuerySchema(ListQuerySchema):
    """Filters of articles."""

    facet = Choice(ArticleType, data_key="kind")


class FaqListQuerySchema(ListQuerySchema):
    """Filters of questions."""

    facet = Text(maximum=40, validate=[NAME], data_key="topic")


class SitemapQuerySchema(Schema):
    """Pages of a sitemap count from 1."""

    page = Number(low=1, high=1_000_000, load_default=1, strict=False)
