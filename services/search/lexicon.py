"""What stands behind every search and seldom changes: synonyms, promotions, names of tracks.

It is small and moves the version of the content when it changes, so that a process reads it once
a version: see `services.versions`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import now
from models.enums import Kind
from models.search import Promotion, Synonyms
from models.snapshots import Snapshot, snapshot_key


@dataclass(frozen=True)
class Track:
    """A track that is live until `expire_at` (UTC); None: until it is taken offline."""

    slug: str
    expire_at: dt.datetime | None


@dataclass(frozen=True)
class Lexicon:
    """Groups of synonyms by term, keys of promoted items by the query's core, tracks by id."""

    groups: Mapping[str, list[str]]
    promoted: Mapping[str, list[str]]
    tracks: Mapping[str, Track]

    def groups_of(self, terms: Iterable[str]) -> list[list[str]]:
        """Return the groups that hold one of the terms, each once, in an order that stays."""
        found = {id(group): group for term in terms if (group := self.groups.get(term))}
        return sorted(found.values())

    def slugs(self, tracks: Iterable[str]) -> dict[str, str]:
        """Return the slugs of those tracks (by id) that are live at this moment."""
        moment = now()
        known = {one: self.tracks[one] for one in tracks if one in self.tracks}
        return {
            one: track.slug
            for one, track in known.items()
            if track.expire_at is None or track.expire_at > moment
        }


def load() -> Lexicon:
    """Read it."""
    groups: dict[str, list[str]] = {}
    for row in Synonyms._get_collection().find({}, {"terms": 1}).sort("_id"):
        groups.update(dict.fromkeys(row["terms"], row["terms"]))
    promotions = Promotion._get_collection().find({}, {"query": 1, "items": 1})
    fields = {"item": 1, "slug": 1, "expire_at": 1}
    live = Snapshot.raw().find({"kind": Kind.TRACKS}, fields)
    return Lexicon(
        groups=groups,
        promoted={
            row["query"]: [snapshot_key(one["kind"], one["item"]) for one in row["items"]]
            for row in promotions.sort("_id")
        },
        tracks={row["item"]: _track(row) for row in live},
    )


def _track(row: Mapping[str, Any]) -> Track:
    return Track(row["slug"], row.get("expire_at"))
