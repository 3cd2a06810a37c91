"""Changing and cancelling departures: checked anew, exactly; who booked is told and keeps seats."""

import datetime as dt
from typing import Any

import pytest

from core.clock import now
from core.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.calendar import ResourceDay
from models.departures import Departure, DepartureState, Minimum
from models.notifications import Event, InboxEntry
from models.outbox import Job
from models.staff import Role
from models.visitors import Visitor
from services import departure_changes, departures
from services.actors import Actor
from services.bookings import arriving, cutoffs, reminders, waiting
from services.occupancy import at
from tests.arranging import (
    TERMS,
    create_guide,
    create_route,
    create_site,
    create_vehicle,
    monday,
    planned,
)
from tests.factories import ACTOR
from tests.visiting import check_books, create_visitor, request, wait

pytestmark = pytest.mark.usefixtures("database")


def create(hour: str = "09:00", **more: Any) -> Departure:
    route = more.pop("route", None) or create_route()
    return departures.create(ACTOR, planned(route, monday(), hour, **more))


def change(departure: Departure, reason: str | None = None, **fields: Any) -> Departure:
    known = Departure.objects.get(id=departure.id)
    return departure_changes.change(ACTOR, known.id, fields, revision=known.revision, reason=reason)


def told(visitor: Visitor, event: Event) -> list[Any]:
    return [one.data for one in InboxEntry.objects(visitor=visitor.id, event=event)]


def spans(departure: Departure) -> list[tuple[str, dt.datetime]]:
    return sorted(
        (day.id.partition(":")[0], span.starts_at)
        for day in ResourceDay.objects
        for span in day.spans
        if span.departure == departure.id
    )


def test_a_start_moves_everything_with_it() -> None:
    guide = create_guide()
    found = create(guide=guide)

    # A start in another zone is the same moment.
    tuesday = at(monday() + dt.timedelta(days=1), "14:00")
    moved = change(found, starts_at=tuesday.astimezone(dt.timezone(dt.timedelta(hours=-5))))

    assert moved.starts_at == tuesday
    assert moved.day == (monday() + dt.timedelta(days=1)).isoformat()
    assert [stop.arrives_at - moved.starts_at for stop in moved.stops] == [
        stop.arrives_at - found.starts_at for stop in found.stops
    ]
    assert moved.ends_at - moved.starts_at == found.ends_at - found.starts_at
    assert moved.closes_at == at(monday() + dt.timedelta(days=1), "00:00")
    assert moved.cancel_by == tuesday - dt.timedelta(hours=24)
    assert moved.revision == 2
    assert spans(moved)[0] == ("guides", tuesday)
    assert len(spans(moved)) == 3
    assert not departures.create(
        ACTOR, planned(create_route(), monday(), "09:00", guide=guide)
    ).visit
    entry = AuditEntry.objects.get(action="departures.update")
    assert "holds" not in entry.after
    assert "starts_at" in entry.after


def test_a_change_that_collides_is_refused_whole() -> None:
    guide, vehicle = create_guide(), create_vehicle(seats=10)
    first = create(guide=guide, vehicle=vehicle)
    other = create("13:00")
    before = spans(other)

    for fields in ({"guide": guide, "starts_at": first.starts_at}, {"vehicle": "nothing"}):
        with pytest.raises(Conflict):
            change(other, note="x", **fields)
    with pytest.raises(Conflict, match="resource_conflict"):
        change(first, capacity=11)

    assert Departure.objects.get(id=other.id).revision == 1
    assert spans(other) == before
    assert change(other, guide=guide).guide == guide
    assert change(other, guide=None).guide is None


def test_people_at_a_site_bound_the_capacity() -> None:
    site = create_site(capacity={"people": 30})
    found = create(route=create_route([site, create_site()]))

    with pytest.raises(Conflict, match="resource_conflict"):
        change(found, capacity=31)
    assert change(found, capacity=30).capacity == 30


def test_who_booked_is_told_the_reason() -> None:
    found = create()
    visitor, waiting = create_visitor(), create_visitor()
    booking = request(visitor, found, 10)
    wait(waiting, found, 3)
    later = found.starts_at + dt.timedelta(hours=3)

    with pytest.raises(Conflict, match="bookings_affected"):
        change(found, starts_at=later)
    with pytest.raises(Conflict, match="bookings_affected"):
        change(found, reason="  ", starts_at=later)
    moved = change(found, reason="因活动改时", starts_at=later)

    for person in (visitor, waiting):
        (data,) = told(person, Event.DEPARTURE_CHANGED)
        assert data["reason"] == "因活动改时"
    kept = Booking.objects.get(id=booking.id)
    assert (kept.state, kept.starts_at, kept.ends_at) == (
        *(BookingState.CONFIRMED, moved.starts_at, moved.ends_at),
    )
    (span,) = Visitor.objects.get(id=visitor.id).engagements
    assert span.starts_at == later
    planned_for = {job.args["starts_at"] for job in Job.objects(name=reminders.REMIND_JOB)}
    assert planned_for == {found.starts_at, later}
    check_books()


def test_a_note_is_nobodys_business() -> None:
    found = create()
    visitor = create_visitor()
    request(visitor, found)

    change(found, note="带伞", capacity=12)

    assert not told(visitor, Event.DEPARTURE_CHANGED)


def test_capacity_is_never_below_what_is_held_and_more_of_it_is_offered() -> None:
    found = create(capacity=5)
    request(create_visitor(), found, 4)
    first, second = create_visitor(), create_visitor()
    offered, still = wait(first, found, 3), wait(second, found, 3)

    with pytest.raises(Conflict, match="capacity_below_held") as refused:
        change(found, capacity=3)
    assert refused.value.params == {"held": 4}

    grown = change(found, capacity=8)

    assert (grown.held, grown.capacity) == (7, 8)
    assert Booking.objects.get(id=offered.id).state is BookingState.OFFERED
    assert Booking.objects.get(id=still.id).state is BookingState.WAITLISTED
    check_books()


def test_a_decision_and_an_offer_end_with_the_new_cut_off() -> None:
    found = create(capacity=4, route=create_route(booking={**TERMS, "confirmation": "staff"}))
    asked = request(create_visitor(), found, 4)
    offered = wait(create_visitor(), found, 2)
    grown = change(found, capacity=6)
    assert grown.held == 6
    Booking.objects(id=asked.id).update(decide_by=grown.cancel_by)
    Booking.objects(id=offered.id).update(offer_until=grown.cancel_by)

    soon = change(found, reason="测试", starts_at=now() + dt.timedelta(days=3))

    assert soon.cancel_by < grown.cancel_by
    for booking, name in ((asked, "decide_by"), (offered, "offer_until")):
        assert getattr(Booking.objects.get(id=booking.id), name) == soon.cancel_by
        assert Job.objects(args__booking=booking.id, args__until=soon.cancel_by)


def test_where_the_new_cut_off_is_over_answers_are_awaited_until_the_start() -> None:
    found = create(capacity=4, route=create_route(booking={**TERMS, "confirmation": "staff"}))
    asked = request(create_visitor(), found, 4)
    offered = wait(create_visitor(), found, 2)
    change(found, capacity=6)

    # It starts so soon that the two hours of an offer, and those of a decision, end before.
    soon = change(found, reason="测试", starts_at=now() + dt.timedelta(minutes=90))

    assert soon.cancel_by < now()
    for booking, name, jobs in (
        (asked, "decide_by", [arriving.EXPIRE_JOB]),
        (offered, "offer_until", [waiting.LAPSE_JOB, waiting.WARN_JOB]),
    ):
        assert getattr(Booking.objects.get(id=booking.id), name) == soon.starts_at
        for job in jobs:
            due = Job.objects.get(name=job, args__booking=booking.id, args__until=soon.starts_at)
            assert now() < due.run_at <= soon.starts_at


def test_only_what_is_open_and_to_come_is_changed() -> None:
    found = create()

    with pytest.raises(Unprocessable, match="in_the_past"):
        change(found, starts_at=now() - dt.timedelta(minutes=1))
    with pytest.raises(Conflict, match="stale_revision"):
        departure_changes.change(ACTOR, found.id, {"note": "x"}, revision=7)
    with pytest.raises(NotFound):
        departure_changes.change(ACTOR, "nothing", {"note": "x"}, revision=1)
    departures.cancel(ACTOR, found.id, reason="测试")
    with pytest.raises(Conflict, match="wrong_state"):
        change(found, note="x")


def test_a_minimum_is_looked_at_again_at_the_new_cut_off() -> None:
    found = create()
    Departure.objects(id=found.id).update(minimum=Minimum.DUE)

    assert change(found, note="x").minimum is Minimum.DUE
    later = found.starts_at + dt.timedelta(days=1)
    assert change(found, starts_at=later).minimum is Minimum.AHEAD


def test_staff_who_move_a_start_have_their_time_to_decide_anew() -> None:
    found = create()
    long_ago = now() - dt.timedelta(days=1)
    Departure.objects(id=found.id).update(minimum=Minimum.DUE, due_since=long_ago)

    soon = change(found, starts_at=now() + dt.timedelta(hours=5))

    assert soon.minimum is Minimum.DUE
    assert cutoffs.decide_by(soon) > now() + cutoffs.DECIDING / 2
    cutoffs.give_up(found.id)
    assert Departure.objects.get(id=found.id).state is DepartureState.OPEN


def test_cancelling_cancels_bookings_and_frees_what_was_taken() -> None:
    guide = create_guide()
    found = create(guide=guide, capacity=4)
    visitor, waiting = create_visitor(), create_visitor()
    booking = request(visitor, found, 4)
    place = wait(waiting, found, 2)

    with pytest.raises(Invalid, match="reason_needed"):
        departures.cancel(ACTOR, found.id, reason=" ")
    gone = departures.cancel(ACTOR, found.id, reason="设备检修")

    assert (gone.state, gone.reason, gone.held, gone.queue) == (
        *(DepartureState.CANCELLED, "设备检修", 0, []),
    )
    for one, person in ((booking, visitor), (place, waiting)):
        assert Booking.objects.get(id=one.id).state is BookingState.CANCELLED
        assert told(person, Event.BOOKING_CANCELLED)[0]["reason"] == "设备检修"
    assert not spans(found)
    assert create(guide=guide)
    with pytest.raises(Conflict, match="wrong_state"):
        departures.cancel(ACTOR, found.id, reason="设备检修")
    check_books()


def test_the_clock_frees_what_a_departure_without_people_had() -> None:
    found = create(guide=create_guide())
    past = now() - dt.timedelta(hours=1)
    Departure.objects(id=found.id).update(cancel_by=past, closes_at=past)

    cutoffs.reach(found.id)

    assert Departure.objects.get(id=found.id).state is DepartureState.CANCELLED
    assert not spans(found)


def test_who_may_not_is_refused() -> None:
    found = create()
    reader = Actor("someone", "测试", frozenset({Role.DEPARTMENT_LIAISON}), None, "", "")

    with pytest.raises(Forbidden):
        departures.create(reader, planned(create_route(), monday(), "09:00"))
    with pytest.raises(Forbidden):
        departures.cancel(reader, found.id, reason="测试")
    with pytest.raises(Forbidden):
        departure_changes.change(reader, found.id, {"note": "x"}, revision=1)
