"""What staff keep for search, on the wire: synonyms, promotions, queries that found nothing."""

from enum import StrEnum

from marshmallow import Schema, fields, validate

from models.enums import Kind, Language
from models.search import PROMOTED_MAX, PROMOTED_QUERY_MAX, TERM_MAX, TERMS_MAX
from schemas.fields import MESSAGES, Choice, Flag, Number, Text
from schemas.queries import NAME, PageQuerySchema


class TermsSchema(Schema):
    """Terms that mean the same; case, width and blanks around make no difference."""

    terms = fields.List(
        Text(maximum=TERM_MAX, minimum=1),
        required=True,
        validate=[
            validate.Length(min=2, error="too_short"),
            validate.Length(max=TERMS_MAX, error="too_long"),
        ],
        error_messages=MESSAGES,
    )


class TermsChangeSchema(TermsSchema):
    """The terms that a group has from now on, and the revision that was seen."""

    revision = Number(low=1, required=True)


class SynonymsCardSchema(Schema):
    """A group of terms that mean the same; `at` is when it was changed last."""

    id = fields.String(required=True)
    terms = fields.List(fields.String(), required=True)
    revision = fields.Integer(required=True)
    at = fields.DateTime(required=True)


class PromotedSchema(Schema):
    """An item by kind, and id or slug."""

    kind = Choice(Kind, required=True)
    item = Text(maximum=80, validate=[NAME], required=True)


class PromotedListSchema(Schema):
    """Items in the order in which they come first."""

    items = fields.List(
        fields.Nested(PromotedSchema),
        required=True,
        validate=[
            validate.Length(min=1, error="required"),
            validate.Length(max=PROMOTED_MAX, error="too_long"),
        ],
        error_messages=MESSAGES,
    )


class PromotionCreateSchema(PromotedListSchema):
    """What comes first for a query; case, width and punctuation make no difference."""

    query = Text(maximum=PROMOTED_QUERY_MAX, minimum=1, required=True)


class PromotionChangeSchema(PromotedListSchema):
    """What comes first from now on, and the revision that was seen."""

    revision = Number(low=1, required=True)


class PromotedItemSchema(Schema):
    """An item that comes first while it is live; `title` is null while it is not."""

    kind = Choice(Kind, required=True)
    item = fields.String(required=True)
    live = fields.Boolean(required=True)
    title = fields.String(required=True, allow_none=True)


class PromotionCardSchema(Schema):
    """What comes first for a query; `at` is when it was changed last."""

    id = fields.String(required=True)
    query = fields.String(required=True)
    items = fields.List(fields.Nested(PromotedItemSchema), required=True)
    revision = fields.Integer(required=True)
    at = fields.DateTime(required=True)


class FruitlessOrder(StrEnum):
    """What comes first: what was asked last, or most often on a day."""

    NEWEST = "newest"
    FREQUENT = "frequent"


class FruitlessListQuerySchema(PageQuerySchema):
    """Which queries, in which order; those that nobody looked into unless asked otherwise."""

    order = Choice(FruitlessOrder, load_default=FruitlessOrder.NEWEST)
    handled = fields.Boolean(load_default=False, error_messages=MESSAGES)


class FruitlessChangeSchema(Schema):
    """Whether staff have looked into a query."""

    handled = Flag(required=True)


class FruitlessCardSchema(Schema):
    """How often something was asked on a day (Shanghai) in vain; `loose`: a part was found."""

    id = fields.String(required=True)
    query = fields.String(required=True)
    language = Choice(Language, required=True)
    day = fields.String(required=True)
    count = fields.Integer(required=True)
    loose = fields.Boolean(required=True)
    handled = fields.Boolean(required=True)
    last_at = fields.DateTime(required=True)
