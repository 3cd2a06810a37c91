"""Many entries at once, as publishing writes them."""

import pytest

from models.enums import Kind
from models.search import SearchEntry
from models.snapshots import Snapshot, snapshot_key
from services import snapshots
from services.search import entries, scans
from tests.factories import create
from tests.services.search.asking import BOUND

COUNT = 250


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live projects whose titles share words, beyond what a scan looks at.

    The bound is lowered here: the entries that it takes to reach it are written sooner.
    """
    monkeypatch.setattr(scans, "EXAMINED_MAX", BOUND)
    monkeypatch.setattr(scans, "COUNTED_MAX", BOUND)
    draft = create(Kind.PROJECTS, title="共同词语项目", summary="另有词组的常见摘要。")
    row = snapshots.build(draft, 1, None)
    rows = [
        {
            **row,
            "_id": snapshot_key(Kind.PROJECTS, f"many{number}"),
            "item": f"many{number}",
            "slug": f"many-{number}",
            "order": float(number),
        }
        for number in range(COUNT)
    ]
    entry = entries.build(row)
    Snapshot.raw().insert_many(rows)
    SearchEntry._get_collection().insert_many(
        [{**entry, "_id": one["_id"], "rank": one["order"]} for one in rows]
    )
