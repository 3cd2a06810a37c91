"""Rebuilding the index while staff publish: nothing is missing, nothing is left behind."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from models.enums import Kind
from models.search import SearchEntry
from models.snapshots import Snapshot, snapshot_key
from services import publishing, versions
from services.search import entries as search_entries
from tests.factories import ACTOR
from tests.services.search.asking import entries, project, titles
from tests.waiting import eventually

ITEMS, ROUNDS = 10, 3


def _fresh() -> dict[str, dict[str, Any]]:
    """Return the entries that the live copies would have if they were made now."""
    return {row["_id"]: search_entries.build(row) for row in Snapshot.raw().find({})}


def _rebuild() -> list[str]:
    return list(search_entries.rebuild())


class Somebody(threading.Thread):
    """Somebody who does the same again and again until told to stop."""

    def __init__(self, work: Callable[[int], object]) -> None:
        super().__init__()
        self.work = work
        self.done = 0
        self.failure: BaseException | None = None
        self.stopping = threading.Event()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self.work(self.done)
                self.done += 1
        except BaseException as error:
            self.failure = error


def _rebuild_beside(*others: Somebody) -> None:
    """Rebuild again and again until the others did their part beside it; let them finish."""

    def have_done_their_part() -> bool:
        _rebuild()
        return all(one.done >= ROUNDS or one.failure for one in others)

    try:
        assert eventually(have_done_their_part, every_s=0)
    finally:
        for one in reversed(others):
            one.stopping.set()
            one.join()


def test_rebuilding_writes_what_is_missing_and_removes_what_is_left() -> None:
    kept, lost = project("仍在"), project("丢失")
    collection = SearchEntry._get_collection()
    collection.delete_one({"_id": snapshot_key(Kind.PROJECTS, lost.id)})
    collection.update_one({"_id": snapshot_key(Kind.PROJECTS, kept.id)}, {"$set": {"keys": []}})
    collection.insert_one({"_id": "projects:orphan", "keys": ["^仍在"], "rank": 1.0})
    before = versions.current().number
    keys = [snapshot_key(Kind.PROJECTS, item.id) for item in (kept, lost)]
    assert sorted(search_entries.rebuild()) == sorted([*keys, "projects:orphan"])
    assert entries() == _fresh()
    assert (titles("仍在"), titles("丢失")) == (["仍在"], ["丢失"])
    assert versions.current().number > before


def test_a_visitor_finds_everything_while_the_index_is_rebuilt() -> None:
    for number in range(ITEMS):
        project(f"不停{number}")
    wanted = sorted(titles("不停"))
    assert len(wanted) == ITEMS
    missed: list[list[str]] = []

    def search(_: int) -> None:
        found = sorted(titles("不停"))
        if found != wanted:
            missed.append(found)

    visitor = Somebody(search)
    visitor.start()
    _rebuild_beside(visitor)
    assert visitor.failure is None
    assert missed == []


def test_rebuilding_while_staff_publish_loses_and_leaves_nothing() -> None:
    ids = [project(f"并行{number}").id for number in range(ITEMS)]
    moving, sorted_ones = ids[: ITEMS // 2], ids[ITEMS // 2 :]

    def come_and_go(number: int) -> None:
        item = moving[number % len(moving)]
        publishing.unpublish(Kind.PROJECTS, item, actor=ACTOR)
        publishing.publish(Kind.PROJECTS, item, actor=ACTOR)

    def sort(number: int) -> None:
        publishing.reorder(Kind.PROJECTS, sorted_ones[:: 1 if number % 2 else -1], actor=ACTOR)

    def lose(number: int) -> None:
        key = snapshot_key(Kind.PROJECTS, ids[number % ITEMS])
        SearchEntry._get_collection().delete_one({"_id": key})

    staff = [Somebody(work) for work in (come_and_go, sort, lose)]
    for one in staff:
        one.start()
    _rebuild_beside(*staff)
    assert [one.failure for one in staff] == [None, None, None]
    _rebuild()  # what was deleted behind its back since the last visit
    assert entries() == _fresh()
    assert len(entries()) == ITEMS


def test_an_item_that_goes_offline_during_its_rebuilding_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    item = project("转瞬即逝")
    key = snapshot_key(Kind.PROJECTS, item.id)
    SearchEntry._get_collection().delete_one({"_id": key})
    original = search_entries.build
    calls: list[str] = []

    def build_late(*given: Any) -> dict[str, Any]:
        if not calls:
            calls.append("once")
            publishing.unpublish(Kind.PROJECTS, item.id, actor=ACTOR)
        return original(*given)

    monkeypatch.setattr(search_entries, "build", build_late)
    assert list(search_entries.rebuild()) == [key]
    assert calls
    assert entries() == {}
