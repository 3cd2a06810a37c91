"""Paths into stored content: parts are named by key, so that a new order changes nothing."""

import copy
from typing import Any

import pytest

from services import paths

DATA: dict[str, Any] = {
    "title": "一",
    "cover": {"media": "m1", "alt": None},
    "tags": ["a", "b"],
    "stops": [
        {"key": "gate", "note": "门", "site": "s1"},
        {"key": "hall", "site": "s2"},
    ],
    "sources": [{"title": "x"}, {"title": "y"}],
    "place": None,
}


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here needs the database."""


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("title", [("title", "一")]),
        ("cover.media", [("cover.media", "m1")]),
        ("tags.*", [("tags.0", "a"), ("tags.1", "b")]),
        ("stops.*.site", [("stops.gate.site", "s1"), ("stops.hall.site", "s2")]),
        ("stops.*.note", [("stops.gate.note", "门")]),
        ("sources.*.title", [("sources.0.title", "x"), ("sources.1.title", "y")]),
    ],
)
def test_a_pattern_finds_each_value_with_its_path(
    pattern: str, found: list[tuple[str, Any]]
) -> None:
    assert list(paths.expand(DATA, pattern)) == found


@pytest.mark.parametrize("pattern", ["nothing", "place", "cover.alt", "place.x", "title.x", "x.*"])
def test_what_is_absent_is_skipped(pattern: str) -> None:
    assert list(paths.expand(DATA, pattern)) == []


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("title", "title"),
        ("cover.media", "cover.media"),
        ("tags.*", "tags.1"),
        ("stops.*.site", "stops.hall.site"),
        ("sources.*.title", "sources.1.title"),
    ],
)
def test_a_value_put_at_a_path_is_found_there_and_only_there(pattern: str, path: str) -> None:
    data = copy.deepcopy(DATA)
    paths.put(data, path, "new")
    before, after = dict(paths.expand(DATA, pattern)), dict(paths.expand(data, pattern))
    assert after == {**before, path: "new"}


def test_a_path_leads_to_the_same_part_in_any_order() -> None:
    data = copy.deepcopy(DATA)
    data["stops"].reverse()
    paths.put(data, "stops.gate.note", "大门")
    assert data["stops"][1] == {"key": "gate", "note": "大门", "site": "s1"}


@pytest.mark.parametrize("path", ["nowhere.x", "stops.tower.note", "sources.7.title"])
def test_nothing_is_put_where_there_is_no_parent(path: str) -> None:
    with pytest.raises(KeyError):
        paths.put(copy.deepcopy(DATA), path, "new")
