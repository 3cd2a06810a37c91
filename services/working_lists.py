"""Lists of working copies as staff look for them: filtered, in the order that staff gave."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from core.clock import today
from models.content import Content
from models.enums import ContentState, Kind
from models.registry import CONTENT
from models.reviews import ReviewStage
from models.tracks import Track

Position = tuple[float, str]
NOT_ARCHIVED = [state.value for state in ContentState if state is not ContentState.ARCHIVED]
SEARCHED = ("title", "slug", "summary")


@dataclass(frozen=True)
class Filters:
    """What staff look for; without a state all but archived items.

    `text` is looked for in title, slug and summary. `track` is an id or a slug. `author` is the
    id of somebody who wrote what is not published yet. `due` asks for figures past their review
    date: 待更新.
    """

    state: ContentState | None = None
    stage: ReviewStage | None = None
    text: str | None = None
    track: str | None = None
    author: str | None = None
    owner: str | None = None
    due: bool = False


def page(
    kind: Kind, filters: Filters, *, limit: int, after: Position | None = None
) -> list[Content]:
    """Return working copies after a position (order and id)."""
    model = CONTENT[kind]
    rows = model._get_collection().find(query(filters, after))
    ordered = rows.sort([("order", 1), ("_id", 1)]).limit(limit)
    return [model.from_stored(row) for row in ordered]


def query(filters: Filters, after: Position | None = None) -> dict[str, Any]:
    """Return the query; every value is a scalar, no structure comes from outside."""
    state = filters.state.value if filters.state else {"$in": NOT_ARCHIVED}
    found: dict[str, Any] = {"state": state}
    if filters.stage is not None:
        found["review.stage"] = filters.stage.value
    if filters.author is not None:
        found["authors"] = str(filters.author)
    if filters.owner is not None:
        found["owner"] = str(filters.owner)
    if filters.track is not None:
        found["tracks"] = _track(str(filters.track))
    if filters.due:
        day = dt.datetime.combine(today(), dt.time(), dt.UTC)
        found["figures.review_by"] = {"$lt": day}
    conditions: list[dict[str, Any]] = []
    if filters.text is not None:
        pattern = {"$regex": re.escape(str(filters.text)), "$options": "i"}
        conditions.append({"$or": [{name: pattern} for name in SEARCHED]})
    if after is not None:
        order, key = after
        found["order"] = {"$gte": order}
        later: list[dict[str, Any]] = [{"order": {"$gt": order}}, {"_id": {"$gt": key}}]
        conditions.append({"$or": later})
    return {**found, **({"$and": conditions} if conditions else {})}


def _track(id_or_slug: str) -> str:
    """Return the id of a track."""
    found = Track.objects(slug=id_or_slug).only("id").first()
    return str(found.id) if found else id_or_slug
