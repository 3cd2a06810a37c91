"""Differences: field by field, parts by key, texts by sentence."""

from typing import Any

import pytest

from services.differences import SENTENCES_MAX, Difference, between

NOTE = {"key": "a", "note": "一"}


def found(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.path, one.change) for one in between(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "changed")]),
        ({}, {"a": 0}, [("a", "added")]),
        ({"a": False}, {}, [("a", "removed")]),
        ({"a": None}, {}, []),
        ({"a": []}, {"a": None}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", "changed")]),
        ({"tags": ["x"]}, {"tags": ["x", "y"]}, [("tags", "changed")]),
        ({"s": [NOTE]}, {"s": [{**NOTE, "note": "二"}]}, [("s.a.note", "changed")]),
        ({"s": []}, {"s": [NOTE]}, [("s.a", "added")]),
        ({"s": [NOTE]}, {}, [("s.a", "removed")]),
        ({"p": [{"m": 1}]}, {"p": [{"m": 2}]}, [("p.0.m", "changed")]),
        (
            {"a": 1, "b": 1},
            {"b": 2, "c": 1, "a": 2},
            [("a", "changed"), ("b", "changed"), ("c", "added")],
        ),
    ],
)
def test_what_differs(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert found(before, after) == expected


def test_parts_that_changed_places_are_moved_and_not_rewritten() -> None:
    first, second, new = ({"key": key, "x": key} for key in "abn")
    moved = between({"s": [first, second]}, {"s": [second, new, first]})
    assert [(one.path, one.change) for one in moved] == [("s.n", "added"), ("s", "moved")]
    assert (moved[1].before, moved[1].after) == (["a", "b"], ["b", "n", "a"])


def test_texts_show_where_they_differ() -> None:
    before = "<p>第一句。第二句。</p><p>第三句。</p>"
    after = "<p>第一句。改过的第二句。</p><p>第三句。</p>"
    (difference,) = between({"body": before}, {"body": after})
    assert [(piece.op, piece.text) for piece in difference.pieces] == [
        ("equal", "<p>第一句。"),
        ("delete", "第二句。"),
        ("insert", "改过的第二句。"),
        ("equal", "</p><p>第三句。</p>"),
    ]


@pytest.mark.parametrize("op", ["delete", "insert"])
def test_pieces_put_together_are_the_texts(op: str) -> None:
    texts = {"delete": "甲。乙。丙。\n丁", "insert": "乙。丙！戊。\n丁"}
    (difference,) = between({"t": texts["delete"]}, {"t": texts["insert"]})
    kept = [piece.text for piece in difference.pieces if piece.op in ("equal", op)]
    assert "".join(kept) == texts[op]


def test_very_long_texts_are_shown_whole() -> None:
    long = "句。" * (SENTENCES_MAX + 1)
    assert between({"t": long}, {"t": "短"}) == [Difference("t", "changed", long, "短")]
