"""Search: the entries that are searched, and what staff keep to make it better."""

from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    FloatField,
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.enums import Kind, Language
from models.kept import Kept

TERM_MAX = 40
TERMS_MAX = 20
PROMOTED_MAX = 20
PROMOTED_QUERY_MAX = 60


class SearchEntry(Document):
    """What is searched of a live item; the id is that of its snapshot, `kind:item`.

    `keys` are the grams that it is looked up by (`services.search.grams`). `rank` sorts before
    anything is known of the query, the best first. `texts` maps a language to `head` (title,
    names, what the kind is called, summary) and `body`; `words` are all words of them that are
    not Chinese; `spelt` holds how title and names are read in pinyin.
    """

    meta: ClassVar = {
        "collection": "search_entries",
        "indexes": [("keys", "rank")],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    kind = EnumField(Kind, required=True)
    tracks = ListField(StringField())
    expire_at = DateTimeField()
    rank = FloatField(required=True)
    keys = ListField(StringField())
    texts = DictField()
    words = StringField()
    spelt = DictField()


class Synonyms(Kept):
    """Terms that mean the same to a visitor: a query for one finds the others."""

    meta: ClassVar = {
        "collection": "synonyms",
        "indexes": [{"fields": ["terms"], "unique": True}],
    }

    terms = ListField(
        StringField(required=True, max_length=TERM_MAX), min_length=2, max_length=TERMS_MAX
    )


class PromotedItem(EmbeddedDocument):
    """An item that staff put first."""

    kind = EnumField(Kind, required=True)
    item = StringField(required=True, max_length=40)


class Promotion(Kept):
    """What staff put first for a query; `query` is normalised, without punctuation."""

    meta: ClassVar = {
        "collection": "promotions",
        "indexes": [{"fields": ["query"], "unique": True}],
    }

    query = StringField(required=True, max_length=PROMOTED_QUERY_MAX)
    items = EmbeddedDocumentListField(PromotedItem, required=True, max_length=PROMOTED_MAX)


class FruitlessQuery(Document):
    """A query of which nothing had the whole, counted by day in Shanghai; not of who asked.

    `loose` tells that something had a part of it; `handled`, that staff looked into it. Dropped
    after a year. What may be a person's (long digits, addresses) is never written.
    """

    meta: ClassVar = {
        "collection": "fruitless_queries",
        "indexes": [
            {"fields": ["day", "query", "language"], "unique": True},
            ("day", "-count", "id"),
            ("query", "language"),
            ("handled", "-last_at", "-id"),
            ("handled", "-count", "-id"),
            {"fields": ["last_at"], "expireAfterSeconds": 366 * 24 * 3600},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    query = StringField(required=True)
    language = EnumField(Language, required=True)
    day = StringField(required=True)
    count = IntField(required=True, default=0)
    loose = BooleanField(required=True, default=False)
    handled = BooleanField(required=True, default=False)
    last_at = DateTimeField(required=True, default=now)
