"""Figures of the mini-program's use that WeChat keeps, for a day that is over."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from wechat import answers
from wechat.answers import count, measure, text
from wechat.authorised import Authorised
from wechat.calls import Api

DATACUBE = "/datacube/getweanalysisappid"
Row = Mapping[str, object]
Result = TypeVar("Result")


def _api(name: str) -> Api:
    return Api(f"datacube_{name}", "POST", f"{DATACUBE}{name}", is_repeatable=True)


SUMMARY, VISITS = _api("dailysummarytrend"), _api("dailyvisittrend")
PAGES, RETENTION = _api("visitpage"), _api("dailyretaininfo")


@dataclass(frozen=True)
class Summary:
    """Users in all until that day, and how often and by how many it was shared."""

    users: int
    shares: int
    sharers: int


@dataclass(frozen=True)
class Visits:
    """The visits of a day; times in seconds."""

    sessions: int
    views: int
    visitors: int
    new_visitors: int
    seconds_a_visitor: float
    seconds_a_session: float
    depth: float


@dataclass(frozen=True)
class PageVisits:
    """The visits of one page in a day."""

    page: str
    views: int
    visitors: int
    seconds: float
    entries: int
    exits: int
    shares: int
    sharers: int


@dataclass(frozen=True)
class Retention:
    """Of the visitors of a day, how many came back after so many days (0: that day)."""

    visitors: Mapping[int, int]
    new_visitors: Mapping[int, int]


class Figures(Authorised):
    """The part of the client that reads figures.

    Every method raises `WechatUnavailable` with the reason `not_yet` until the platform has
    counted the day, some hours after its end. A day without any visits is all zeros.
    """

    def daily_summary(self, day: dt.date) -> Summary | None:
        """Return the totals; None when the platform has none for this day."""
        rows = self._rows(SUMMARY, day, _summary)
        return rows[0] if rows else None

    def daily_visits(self, day: dt.date) -> Visits | None:
        """Return the visits; None when the platform has none for this day."""
        rows = self._rows(VISITS, day, _visits)
        return rows[0] if rows else None

    def page_visits(self, day: dt.date) -> tuple[PageVisits, ...]:
        """Return the visits of each page, the most visited 200 at most."""
        return self._rows(PAGES, day, _page)

    def daily_retention(self, day: dt.date) -> Retention:
        """Return who came back until yesterday."""
        return self._call_with_token(RETENTION, _within(day), _retention)

    def _rows(self, api: Api, day: dt.date, read: Callable[[Row], Result]) -> tuple[Result, ...]:
        return self._call_with_token(
            api,
            _within(day),
            lambda answer: tuple(read(row) for row in answers.rows(answer, "list")),
        )


def _within(day: dt.date) -> dict[str, object]:
    digits = day.strftime("%Y%m%d")
    return {"begin_date": digits, "end_date": digits}


def _summary(row: Row) -> Summary:
    return Summary(count(row, "visit_total"), count(row, "share_pv"), count(row, "share_uv"))


def _visits(row: Row) -> Visits:
    return Visits(
        *(count(row, name) for name in ("session_cnt", "visit_pv", "visit_uv", "visit_uv_new")),
        *(measure(row, name) for name in ("stay_time_uv", "stay_time_session", "visit_depth")),
    )


def _page(row: Row) -> PageVisits:
    names = ("entrypage_pv", "exitpage_pv", "page_share_pv", "page_share_uv")
    return PageVisits(
        text(row, "page_path"),
        count(row, "page_visit_pv"),
        count(row, "page_visit_uv"),
        measure(row, "page_staytime_pv"),
        *(count(row, name) for name in names),
    )


def _retention(answer: Row) -> Retention:
    def read(name: str) -> dict[int, int]:
        return {count(row, "key"): count(row, "value") for row in answers.rows(answer, name)}

    return Retention(read("visit_uv"), read("visit_uv_new"))
