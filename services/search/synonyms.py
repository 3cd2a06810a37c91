"""Synonyms and promotions: data that staff keep, small enough to be read with each search."""

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from core.errors import Conflict, Invalid, NotFound
from models.enums import Kind
from models.search import Promotion, Synonyms
from services import links
from services.search.text import normalise

VARIANTS_MAX = 6


def add(terms: Sequence[str]) -> Synonyms:
    """Keep terms that mean the same; raise `Conflict` when one is in another group already."""
    cleaned = list(dict.fromkeys(normalise(term.strip()) for term in terms if term.strip()))
    if len(cleaned) < 2:
        raise Invalid(fields={"terms": "too_short"})
    group = Synonyms(terms=cleaned)
    group.validate()
    try:
        Synonyms._get_collection().insert_one(group.to_mongo())
    except DuplicateKeyError:
        raise Conflict("synonym_taken") from None
    return group


def remove(group: str) -> None:
    """Forget a group."""
    if not Synonyms._get_collection().delete_one({"_id": group}).deleted_count:
        raise NotFound


def listing() -> list[Synonyms]:
    """Return all groups."""
    return list(Synonyms.objects.order_by("terms", "id"))


def variants(query: str) -> list[str]:
    """Return a normalised query with a term replaced by each of its synonyms."""
    parts = {
        query[i:j] for i in range(len(query)) for j in range(i + 1, min(len(query), i + 40) + 1)
    }
    found = []
    for group in Synonyms._get_collection().find({"terms": {"$in": sorted(parts)}}):
        present = [term for term in group["terms"] if term in query]
        for term in sorted(present, key=len, reverse=True)[:1]:
            found += [query.replace(term, other) for other in group["terms"] if other not in query]
    return found[:VARIANTS_MAX]


def promote(query: str, items: Sequence[tuple[Kind, str]]) -> Promotion:
    """Put items first for a query, in the given order; they must be live."""
    for kind, item in items:
        if not links.is_live(kind, item):
            raise Invalid(fields={"items": "not_live"})
    promotion = Promotion(
        query=normalise(query.strip()),
        items=[{"kind": kind.value, "item": item} for kind, item in items],
    )
    promotion.validate()
    Promotion._get_collection().replace_one(
        {"query": promotion.query}, promotion.to_mongo(), upsert=True
    )
    return promotion


def demote(query: str) -> None:
    """Forget what was put first for a query."""
    if not Promotion._get_collection().delete_one({"query": normalise(query)}).deleted_count:
        raise NotFound


def promotions() -> list[Promotion]:
    """Return all promotions."""
    return list(Promotion.objects.order_by("query"))


def promoted(query: str) -> list[str]:
    """Return the keys of what is put first for a normalised query."""
    row = Promotion._get_collection().find_one({"query": query})
    return [f"{one['kind']}:{one['item']}" for one in row["items"]] if row else []
