"""Figures of bookings: what counts as what, in which month, route and track."""

import datetime as dt
from collections.abc import Callable

import pytest

from core.clock import now, today
from core.errors import Forbidden, Invalid
from models.audit import AuditEntry
from models.bookings import Booking, BookingState, By, Step
from models.staff import Role
from services import permissions, personal_data
from services.bookings import figures
from services.bookings.figures import Counts, Figures
from tests.bookings.booked import create_booking
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.visiting import create_departure

S = BookingState
CONFIRMED = [Step(state=S.CONFIRMED, at=now(), by=By.STAFF)]


def counts(found: Figures, part: str) -> dict[str, Counts]:
    return {one.key: one.counts for one in found.by[part]}


def test_bookings_count_once_in_each_part() -> None:
    first = create_departure(in_hours=0, capacity=50, route="route-1", tracks=["t1", "t2"])
    second = create_departure(in_hours=0, capacity=50, route="route-2", tracks=["t2"])
    create_booking(first, state=S.CHECKED_IN, party=4, steps=CONFIRMED, channel="fair")
    create_booking(first, state=S.COMPLETED, party=1, steps=CONFIRMED, channel="fair")
    create_booking(first, state=S.COMPLETED, party=1, steps=CONFIRMED)
    create_booking(second, state=S.NO_SHOW, party=2, steps=CONFIRMED)
    create_booking(second, state=S.CANCELLED, party=5)
    create_booking(second, state=S.RESCHEDULED, party=7)
    create_booking(second, state=S.PLACING, party=7)
    day = first.starts_at.date()
    found = figures.overview(ACTOR, day - dt.timedelta(days=1), day + dt.timedelta(days=1))
    assert found.total == Counts(5, 4, 3, 1, 13, 6)
    assert found.total.no_show_rate == 0.25
    assert {key: one.requests for key, one in counts(found, "route").items()} == {
        **{"route-1": 3, "route-2": 2}
    }
    assert {key: one.requests for key, one in counts(found, "track").items()} == {"t1": 3, "t2": 5}
    assert {key: one.came for key, one in counts(found, "channel").items()} == {"fair": 2}
    assert [one.name for one in found.by["route"]] == ["演示线路", "演示线路"]
    assert sum(one.requests for one in counts(found, "month").values()) == 5


def test_a_month_is_that_of_shanghai(clock: Clock) -> None:
    clock.set(dt.datetime(2026, 12, 31, 15, 59, tzinfo=dt.UTC))
    create_booking(create_departure(in_hours=0))
    clock.advance(minutes=1)
    create_booking(create_departure(in_hours=0))
    found = figures.overview(ACTOR, dt.date(2026, 12, 1), dt.date(2027, 1, 31))
    assert sorted(counts(found, "month")) == ["2026-12", "2027-01"]
    december = figures.overview(ACTOR, dt.date(2026, 12, 1), dt.date(2026, 12, 31))
    assert (december.total.requests, december.total.no_show_rate) == (1, None)


def test_organisations_are_counted_as_they_were_typed_and_on_record() -> None:
    departure = create_departure(in_hours=1, capacity=50)
    for text in ("测试单位 甲", "测试单位  甲 ", "测试单位乙"):
        booking = create_booking(departure, state=S.CHECKED_IN, steps=CONFIRMED)
        sealed = personal_data.sealed(Booking, booking.id, {"organisation": text})
        Booking._get_collection().update_one({"_id": booking.id}, {"$set": sealed})
    create_booking(departure)
    days = (today(), today() + dt.timedelta(days=1))
    found = figures.organisations(ACTOR, *days)
    assert [(one.key, one.counts.requests, one.counts.confirmed) for one in found] == [
        ("测试单位 甲", 2, 2),
        ("测试单位乙", 1, 1),
    ]
    assert AuditEntry.objects.get().target == "bookings:organisations"
    liaison = permissions.Actor("x", "测试", frozenset({Role.DEPARTMENT_LIAISON}), None, "", "")
    with pytest.raises(Forbidden):
        figures.organisations(liaison, *days)


@pytest.mark.parametrize("ask", [figures.overview, figures.organisations])
def test_a_range_has_bounds(ask: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    day = today()
    for until in (day - dt.timedelta(days=1), day + dt.timedelta(days=366)):
        with pytest.raises(Invalid):
            ask(ACTOR, day, until)
    ask(ACTOR, day, day + dt.timedelta(days=365))
    monkeypatch.setattr(figures, "OPENED_MAX", 0)
    booking = create_booking(create_departure(in_hours=0.01))
    Booking.objects(id=booking.id).update(set__organisation="x")
    if ask is figures.organisations:
        with pytest.raises(Invalid):
            ask(ACTOR, day, day + dt.timedelta(days=1))
