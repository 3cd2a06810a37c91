"""资讯: 一图读懂, news and events."""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

from mongoengine import DateField, EnumField, StringField

from models.content import Content
from models.enums import Kind
from models.parts import BODY_MAX


class ArticleType(StrEnum):
    """一图读懂, 新闻, 活动, 通知."""

    EXPLAINER = "explainer"
    NEWS = "news"
    EVENT = "event"
    NOTICE = "notice"


class Article(Content):
    """An article. Lists show the newest first; `body` is sanitised rich text (HTML)."""

    KIND: ClassVar = Kind.ARTICLES
    TRANSLATABLE: ClassVar = (*Content.TRANSLATABLE, "body")
    RICH: ClassVar = ("body",)
    meta: ClassVar = {"collection": "articles"}

    article_type = EnumField(ArticleType, required=True)
    published_on = DateField(required=True)
    body = StringField(max_length=BODY_MAX)

    @property
    def order_key(self) -> float:
        """Sort by date, the newest first; staff's order decides within a day."""
        day: dt.date = self.published_on
        return -day.toordinal() + min(max(float(self.order), 0), 999) / 1000

    @property
    def facet(self) -> str | None:
        """Return the type, by which lists of articles are filtered."""
        return str(self.article_type)
