"""Objects of the store that nobody refers to: found, and removed when they are old enough.

An object is written before the item that names it is recorded, and stays when that item is
deleted. Whoever needs an orphan again writes it again, so that it is young again.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.clock import now
from media import keys
from media.errors import ObjectMissing
from media.storage import ObjectInfo, Storage
from services import media_objects

# Longer than any work between an object and its record takes.
ORPHAN_AGE = dt.timedelta(days=1)
# Uploads end by themselves before: this catches those whose record is lost.
INCOMING_AGE = dt.timedelta(days=14)
# What the demo draws is left alone: it is found again by its own index.
SWEPT_AREAS = (keys.PUBLIC, keys.INTERNAL)
BATCH = 500


@dataclass(frozen=True)
class Found:
    """What a look at the store found; `objects` is how many there are in all."""

    orphans: Sequence[ObjectInfo]
    objects: int

    @property
    def size(self) -> int:
        """Return the bytes of all orphans."""
        return sum(one.size for one in self.orphans)


def find(store: Storage) -> Found:
    """Return the orphans of a store. Raises what its verbs do.

    Objects are listed before the records are read: what is recorded meanwhile is no orphan.
    """
    count, old = 0, []
    for area, age in (*((area, ORPHAN_AGE) for area in SWEPT_AREAS), (keys.INCOMING, INCOMING_AGE)):
        limit = now() - age
        for one in store.list(f"{area}/"):
            count += 1
            if one.modified < limit:
                old.append(one)
    if not old:
        return Found((), count)
    known = {one.key for one in media_objects.recorded()} | media_objects.in_texts()
    return Found([one for one in old if one.key not in known], count)


def remove(store: Storage, orphans: Sequence[ObjectInfo]) -> int:
    """Remove orphans that still are; return how many. Raises what the store's verbs do."""
    removed = 0
    for batch in _batches(orphans):
        used = media_objects.used(one.key for one in batch)
        gone = [one.key for one in batch if one.key not in used and _is_as_found(store, one)]
        store.remove_many(gone)
        removed += len(gone)
    return removed


def clean(store: Storage) -> int:
    """Drop uploads in parts that nobody finished, and what interrupted writes left."""
    return store.clean(now() - INCOMING_AGE)


def _batches(orphans: Sequence[ObjectInfo]) -> Iterator[Sequence[ObjectInfo]]:
    for start in range(0, len(orphans), BATCH):
        yield orphans[start : start + BATCH]


def _is_as_found(store: Storage, orphan: ObjectInfo) -> bool:
    """Tell whether nobody wrote an object again since it was found."""
    try:
        return store.stat(orphan.key).modified == orphan.modified
    except ObjectMissing:
        return False
