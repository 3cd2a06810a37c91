"""Figures: complete before they are published, due for review in time."""

import datetime as dt
from typing import Any

import pytest

from models.content import Content
from models.enums import Comparator, Kind
from services import content, figures
from tests.factories import ACTOR, create, dummy_figure


def with_figure(**changes: Any) -> Content:
    item = create(Kind.TRACKS, figures=[dummy_figure(**changes)])
    return content.get(Kind.TRACKS, item.id)


def between(low: Any, high: Any) -> dict[str, Any]:
    return {"comparator": "range", "value": None, "low": low, "high": high}


@pytest.mark.parametrize("comparator", [one for one in Comparator if one is not Comparator.RANGE])
def test_a_figure_with_value_and_source_is_complete(comparator: Comparator) -> None:
    assert figures.problems(with_figure(comparator=comparator.value)) == {}


@pytest.mark.parametrize(("low", "high"), [("3", "5"), ("5", "5"), ("-2.5", "0")])
def test_a_range_from_low_to_high_is_complete(low: str, high: str) -> None:
    assert figures.problems(with_figure(**between(low, high))) == {}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"value": None}, "figure_value"),
        ({"value": None, "low": "1", "high": "2"}, "figure_value"),
        (between("3", None), "figure_value"),
        (between(None, "5"), "figure_value"),
        ({**between(None, None), "value": "4"}, "figure_value"),
        (between("5", "3"), "figure_range"),
        ({"source": ""}, "figure_source"),
        ({"source": "  "}, "figure_source"),
    ],
)
def test_an_incomplete_figure_is_named_with_its_problem(
    changes: dict[str, Any], problem: str
) -> None:
    assert figures.problems(with_figure(key="goal", **changes)) == {"figures.goal": problem}


def moment(day: int, hour: int = 16) -> dt.datetime:
    """Return a moment of March 2026 in UTC; at 16 o'clock the next day begins in Shanghai."""
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


def reviewed(*days: int) -> Content:
    item = create(
        Kind.TRACKS,
        figures=[dummy_figure(key=f"on-{day}", review_by=f"2026-03-{day:02}") for day in days]
        + [dummy_figure(key="never")],
    )
    return content.get(Kind.TRACKS, item.id)


def test_a_figure_becomes_due_at_midnight_in_shanghai_after_its_day() -> None:
    assert figures.next_change(reviewed(10), moment(1)) == moment(10)


def test_the_first_moment_ahead_counts() -> None:
    document = reviewed(20, 10)
    assert figures.next_change(document, moment(1)) == moment(10)
    assert figures.next_change(document, moment(10)) == moment(20)
    assert figures.next_change(document, moment(10, hour=15)) == moment(10)


def test_nothing_is_ahead_without_a_review_date_or_after_the_last() -> None:
    assert figures.next_change(reviewed(), moment(1)) is None
    assert figures.next_change(reviewed(10), moment(10)) is None


def due(day: int) -> list[str]:
    return [document.id for _, document in content.due_figures(dt.date(2026, 3, day))]


def test_staff_get_the_items_whose_review_date_is_over() -> None:
    item = reviewed(10)
    reviewed()
    assert (due(10), due(11)) == ([], [item.id])


def test_archived_items_are_not_due() -> None:
    content.archive(Kind.TRACKS, reviewed(10).id, actor=ACTOR)
    assert due(11) == []


def test_items_of_all_kinds_become_due() -> None:
    figure = dummy_figure(review_by="2026-03-10")
    for kind in Kind:
        create(kind, figures=[figure])
    assert {kind for kind, _ in content.due_figures(dt.date(2026, 3, 11))} == set(Kind)
