"""Time: stored in UTC to the millisecond, a day is Shanghai's."""

import datetime as dt

import pytest

from core import clock
from core.texts import has_bad_characters


def test_now_is_aware_utc_in_whole_milliseconds() -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(milliseconds=1)
    moment = clock.now()
    assert moment.tzinfo is dt.UTC
    assert moment.microsecond % 1000 == 0
    assert before <= moment <= dt.datetime.now(dt.UTC)


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    assert clock.day_start(dt.date(2025, 1, 17)) == dt.datetime(2025, 1, 16, 16, tzinfo=dt.UTC)


def test_today_is_the_day_that_has_begun_in_shanghai() -> None:
    day = clock.today()
    moment = clock.now()
    begun = clock.day_start(day)
    assert begun <= moment < begun + dt.timedelta(days=1, minutes=1)


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "中\udfff"])
def test_nul_and_lone_surrogates_are_bad(text: str) -> None:
    assert has_bad_characters(text)


@pytest.mark.parametrize("text", ["", "招商", "😀", "a\tb\n", "\ue000"])
def test_other_characters_are_fine(text: str) -> None:
    assert not has_bad_characters(text)
