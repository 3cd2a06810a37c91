"""What may stand in a query string, one schema a list. Anything else is refused by name."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate

from models.articles import ArticleType
from models.enums import Kind, Language, Place
from models.projects import ProjectStage
from models.sites import SiteType
from models.tracks import TrackClass
from schemas.fields import Choice, Number, Text

LIMIT_DEFAULT, LIMIT_MAX = 20, 50
NAME = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="format")
# The same for the API's document, in the dialect of regular expressions that clients read.
DIGITS = re.compile(r"-?[0-9]{1,18}")


class Digits(Number):
    """A whole number in a query string: ASCII digits, nothing else that Python reads as one."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> int:
        if not DIGITS.fullmatch(value):
            raise ValidationError("type")
        return super()._deserialize(value, attr, data, **options)


class LanguageQuerySchema(Schema):
    """Every public read takes the language; Accept-Language decides without it."""

    lang = Choice(Language, metadata={"description": "zh-CN (default) or en"})


class PageQuerySchema(LanguageQuerySchema):
    """A list: `cursor` is what the page before gave as `next_cursor`."""

    cursor = Text(maximum=300)
    limit = Digits(low=1, high=LIMIT_MAX, load_default=LIMIT_DEFAULT, strict=False)


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


class SitemapQuerySchema(LanguageQuerySchema):
    """Pages of a sitemap count from 1."""

    page = Digits(low=1, high=1_000_000, load_default=1, strict=False)


class SuggestQuerySchema(LanguageQuerySchema):
    """What a visitor is typing."""

    q = Text(maximum=60, minimum=1, required=True)


class SearchQuerySchema(PageQuerySchema):
    """What a visitor looks for; `track` takes an id or a slug."""

    q = Text(maximum=60, minimum=1, required=True)
    kind = Choice(Kind)
    track = Text(maximum=80, validate=[NAME])
