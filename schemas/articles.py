"""资讯 on the wire."""

from marshmallow import fields

from models.articles import ArticleType
from schemas.content import CardSchema
from schemas.fields import Choice, Label
from schemas.tracks import TrackedDetailSchema


class ArticleCardSchema(CardSchema):
    """An article in lists, the newest first."""

    article_type = Choice(ArticleType)
    article_type_label = Label("article_type")
    published_on = fields.Date()


class ArticleDetailSchema(ArticleCardSchema, TrackedDetailSchema):
    """An article whole; `body` is HTML from an allow-list."""

    body = fields.String(allow_none=True)
