"""Promotions: what staff put first for a query."""

from collections.abc import Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError

from core.errors import Conflict, Invalid, NotFound
from models.enums import Kind
from models.search import PROMOTED_MAX, PROMOTED_QUERY_MAX, Promotion
from models.snapshots import Snapshot, in_time
from services import content, kept, links
from services.actors import Actor
from services.search.lexicon import Lexicon
from services.search.text import core, normalise

Row = dict[str, Any]
# Kind, and id or slug.
Items = Sequence[tuple[Kind, str]]


def add(actor: Actor, query: str, items: Items) -> Promotion:
    """Put items first for a query, in the given order; they must be live.

    Spelling that makes no difference to a search (case, width, punctuation) makes none here.
    Raises `Invalid`, and `Conflict` when something is first for this query already.
    """
    kept.require(actor, Promotion)
    asked = _core(query)
    if not asked:
        raise Invalid(fields={"query": "required"})
    if len(asked) > PROMOTED_QUERY_MAX:
        raise Invalid(fields={"query": "too_long"})
    promotion = Promotion(query=asked, items=_chosen(items))
    try:
        kept.insert(actor, promotion)
    except DuplicateKeyError:
        raise Conflict("promotion_taken") from None
    return promotion


def change(actor: Actor, promotion: str, items: Items, *, revision: int) -> Promotion:
    """Put other items first for the query of a promotion that was seen at `revision`.

    Raises `NotFound`, `Invalid`, `Conflict("stale_revision")`.
    """
    kept.require(actor, Promotion, promotion)
    kept.get(Promotion, promotion)
    fields = {"items": _chosen(items)}
    return kept.replace(actor, Promotion, promotion, fields, revision=revision)


def remove(actor: Actor, promotion: str) -> None:
    """Put nothing first any more; raise `NotFound`."""
    kept.require(actor, Promotion, promotion)
    kept.delete(actor, Promotion, promotion)


def of(query: str) -> Promotion:
    """Return what is first for a query; raise `NotFound`."""
    found: Promotion | None = Promotion.objects(query=_core(query)).first()
    if found is None:
        raise NotFound
    return found


def promote(actor: Actor, query: str, items: Items) -> Promotion:
    """Put items first for a query, whatever was before; errors as in `add` and `change`."""
    try:
        before = of(query)
    except NotFound:
        return add(actor, query, items)
    return change(actor, before.id, items, revision=before.revision)


def first(asked: str, lexicon: Lexicon) -> list[Row]:
    """Return (key, kind, tracks, …) of what is live and put first for a query's core, in order."""
    wanted = lexicon.promoted.get(asked, ())
    if not wanted:
        return []
    match = {"_id": {"$in": list(wanted)}, **in_time()}
    live = {one["_id"]: one for one in Snapshot.raw().find(match, {"kind": 1, "tracks": 1})}
    return [live[key] for key in wanted if key in live]


def _core(query: str) -> str:
    return core(normalise(query))


def _chosen(items: Items) -> list[Row]:
    """Return items as they are stored, each once; raise `Invalid` for what is not live."""
    found = list(dict.fromkeys((kind, _live(kind, item)) for kind, item in items))
    if not found:
        raise Invalid(fields={"items": "required"})
    if len(found) > PROMOTED_MAX:
        raise Invalid(fields={"items": "too_long"})
    return [{"kind": kind.value, "item": item} for kind, item in found]


def _live(kind: Kind, id_or_slug: str) -> str:
    """Return the id of a live item."""
    try:
        found = str(content.get(kind, id_or_slug).id)
    except NotFound:
        raise Invalid(fields={"items": "not_live"}) from None
    if not links.is_live(kind, found):
        raise Invalid(fields={"items": "not_live"})
    return found
