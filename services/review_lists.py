"""Reviews to be done, over all kinds: what waits for whom, and what became of one's own texts."""

from collections.abc import Callable
from typing import Any

from models.content import Content
from models.enums import Kind
from models.registry import CONTENT
from models.reviews import ReviewStage, ReviewView
from services import keyset
from services.actors import Actor
from services.keyset import Position
from services.reviews import ROLES

UNPUBLISHED = {"$expr": {"$ne": ["$revision", "$published_revision"]}}
STAGES = [stage.value for stage in ReviewStage]
OLDEST_FIRST = {"$sort": {"review.submitted_at": 1, "_id": 1}}

Row = dict[str, Any]
Pipeline = list[Row]


def listing(
    actor: Actor,
    view: ReviewView,
    *,
    kind: Kind | None = None,
    limit: int,
    after: Position | None = None,
) -> list[Content]:
    """Return texts after a position (when they were handed over, and id), the oldest first."""
    found = [*pipeline(actor, view, after), {"$limit": limit}]
    rows = _gather(
        kind, lambda one: [*found, {"$set": {"kind": {"$literal": one.value}}}], OLDEST_FIRST
    )
    return [CONTENT[Kind(row.pop("kind"))].from_stored(row) for row in rows[:limit]]


def count(actor: Actor, view: ReviewView, *, kind: Kind | None = None) -> int:
    """Return how many texts there are in a list."""
    found = [*pipeline(actor, view), {"$count": "count"}]
    return sum(row["count"] for row in _gather(kind, lambda _: found))


def pipeline(actor: Actor, view: ReviewView, after: Position | None = None) -> Pipeline:
    """Return what finds the texts of one kind, in the order of an index."""
    further = keyset.after(after, "review.submitted_at", ascending=True)
    return [{"$match": {"$and": [_wanted(actor, view), further]}}, OLDEST_FIRST]


def _wanted(actor: Actor, view: ReviewView) -> Row:
    """Return the condition of a list, by the rules of `services.reviews`."""
    if view is ReviewView.OWN:
        return {"review.stage": {"$in": STAGES}, "authors": actor.id, **UNPUBLISHED}
    others: Row = {"authors": {"$ne": actor.id}}
    if actor.department:
        others["owner"] = {"$in": [None, actor.department]}
    if view is ReviewView.TO_PUBLISH:
        return {"review.stage": ReviewStage.APPROVED.value, **others, **UNPUBLISHED}
    due = [stage.value for stage, role in ROLES.items() if role in actor.roles]
    return {"review.stage": {"$in": due}, "review.verdicts.by": {"$ne": actor.id}, **others}


def _gather(kind: Kind | None, make: Callable[[Kind], Pipeline], *then: Row) -> list[Row]:
    """Return what a pipeline finds in one kind, or in each of them, by one question."""
    kinds = list(Kind) if kind is None else [kind]
    first, *others = ((CONTENT[one]._get_collection(), make(one)) for one in kinds)
    unions = [{"$unionWith": {"coll": one.name, "pipeline": own}} for one, own in others]
    return list(first[0].aggregate([*first[1], *unions, *then]))
