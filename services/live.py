"""Reading what is live: pages, details, home. Only snapshots are read, by indexed queries.

Answers are plain data with ready JSON text in it (`orjson.Fragment`), to be serialised by the
edge. A link in a text becomes the live card of its target, or nothing when that is offline.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from pymongo.client_session import ClientSession

from core.errors import NotFound
from core.ids import is_id_or_slug
from models.enums import Kind, Language
from models.snapshots import Snapshot, in_time

RELATED_LIMIT = 12
REFERENCE = "$ref"
DETAIL_FIELDS = dict.fromkeys(
    ("item", "slug", "facet", "refs", "tracks", "tags", "place", "published_at"), 1
)

SHORT_CARD = (
    *("kind", "id", "slug", "title", "summary", "cover", "tags", "place", "place_label"),
    *("demo", "language", "translation"),
)

Row = dict[str, Any]
Position = tuple[float, str]


@dataclass(frozen=True)
class Selection:
    """Which snapshots to read, and how many; sorted by order, then id."""

    kind: Kind
    limit: int
    match: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Cards of one page, and the position after which the next one begins."""

    cards: list[orjson.Fragment]
    next_position: Position | None


def page(selection: Selection, language: Language, after: Position | None = None) -> Page:
    """Return a page of cards. Its cost does not depend on how deep it is."""
    query: Row = {"kind": selection.kind, **selection.match, **in_time()}
    if after is not None:
        order, key = after
        query["$or"] = [{"order": {"$gt": order}}, {"order": order, "_id": {"$gt": key}}]
        query["order"] = {"$gte": order}
    rows = list(
        Snapshot.raw()
        .find(query, _card_fields(language))
        .sort([("order", 1), ("_id", 1)])
        .limit(selection.limit + 1)
    )
    more = len(rows) > selection.limit
    rows = rows[: selection.limit]
    position = (rows[-1]["order"], rows[-1]["_id"]) if more else None
    return Page([_card(row, language) for row in rows], position)


def find(kind: Kind, id_or_slug: str, language: Language, match: Row | None = None) -> Row:
    """Return a live snapshot with its detail; raise `NotFound`."""
    if not is_id_or_slug(id_or_slug):
        raise NotFound
    projection = {**DETAIL_FIELDS, f"body.{language}.detail": 1}
    where = {**(match or {}), **in_time()}
    snapshots = Snapshot.raw()
    row = snapshots.find_one({"_id": f"{kind}:{id_or_slug}", **where}, projection)
    row = row or snapshots.find_one({"kind": kind, "slug": id_or_slug, **where}, projection)
    if row is None:
        raise NotFound
    return row


def detail(
    row: Row, language: Language, selections: Sequence[Selection] = ()
) -> tuple[Row, list[list[Row]]]:
    """Return the detail of a snapshot with links resolved, and the rows of each selection.

    Linked cards and selections come with one query.
    """
    linked, groups = _gather(row["refs"], selections, language)
    text = row["body"][language]["detail"]
    data = orjson.loads(text)
    if row["refs"]:
        cards = {found["_id"]: _card(found, language) for found in linked}
        data = _resolved(data, cards)
    return data, groups


def groups(selections: Sequence[Selection], language: Language) -> list[list[Row]]:
    """Return the rows of each selection, all with one query."""
    return _gather([], selections, language)[1]


def cards(rows: Iterable[Row], language: Language) -> list[orjson.Fragment]:
    """Return the ready cards of rows."""
    return [_card(row, language) for row in rows]


def short_cards(keys: Sequence[str], language: Language) -> dict[str, Row]:
    """Return what any kind's card has, by the key of the snapshot; without what is offline."""
    match = {"_id": {"$in": list(keys)}, **in_time()}
    cards = {
        row["_id"]: orjson.loads(row["body"][language]["card"])
        for row in Snapshot.raw().find(match, {f"body.{language}.card": 1})
    }
    return {key: {name: card.get(name) for name in SHORT_CARD} for key, card in cards.items()}


def details(
    keys: Iterable[str], session: ClientSession | None = None
) -> dict[str, dict[Language, Row]]:
    """Return the details of live items in each language, by the key of the snapshot.

    Links in them stay references; what is offline is left out.
    """
    match = {"_id": {"$in": sorted(set(keys))}, **in_time()}
    projection = {f"body.{language}.detail": 1 for language in Language}
    return {
        row["_id"]: {
            language: orjson.loads(row["body"][language]["detail"]) for language in Language
        }
        for row in Snapshot.raw().find(match, projection, session=session)
    }


def _gather(
    keys: Sequence[str], selections: Sequence[Selection], language: Language
) -> tuple[list[Row], list[list[Row]]]:
    pipelines = []
    if keys:
        match = {"_id": {"$in": list(keys)}, **in_time()}
        pipelines.append(_pipeline(match, len(keys), -1, language))
    for number, selection in enumerate(selections):
        match = {"kind": selection.kind, **selection.match, **in_time()}
        pipelines.append(_pipeline(match, selection.limit, number, language))
    if not pipelines:
        return [], []
    first, *others = pipelines
    unions = [{"$unionWith": {"coll": Snapshot.raw().name, "pipeline": one}} for one in others]
    linked: list[Row] = []
    found: list[list[Row]] = [[] for _ in selections]
    for row in Snapshot.raw().aggregate([*first, *unions]):
        (linked if row["group"] < 0 else found[row["group"]]).append(row)
    return linked, found


def _pipeline(match: Row, limit: int, group: int, language: Language) -> list[Row]:
    projection = {**_card_fields(language), "item": 1, "refs": 1, "group": {"$literal": group}}
    return [
        {"$match": match},
        {"$sort": {"order": 1, "_id": 1}},
        {"$limit": limit},
        {"$project": projection},
    ]


def _card_fields(language: Language) -> Row:
    return {"order": 1, f"body.{language}.card": 1}


def _card(row: Row, language: Language) -> orjson.Fragment:
    return orjson.Fragment(row["body"][language]["card"])


def _resolved(node: Any, cards: Mapping[str, orjson.Fragment]) -> Any:
    """Put cards in the place of links; one to what is not live is null, or leaves its list."""
    if isinstance(node, dict):
        if REFERENCE in node:
            return cards.get(node[REFERENCE])
        return {name: _resolved(value, cards) for name, value in node.items()}
    if isinstance(node, list):
        resolved = [_resolved(value, cards) for value in node]
        return [
            value
            for value, before in zip(resolved, node, strict=True)
            if value is not None or before is None
        ]
    return node
