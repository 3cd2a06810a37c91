"""A departure that would collide is refused, and the answer names what collides with what."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.db import transaction
from core.errors import AppError, Conflict, Unprocessable
from models.calendar import Closure, ResourceDay
from models.departures import Departure
from services import conflicts, departures, plans
from services.occupancy import at
from tests.arranging import (
    ALL_DAY,
    collisions,
    create_guide,
    create_route,
    create_site,
    create_vehicle,
    monday,
    planned,
)
from tests.factories import ACTOR

pytestmark = pytest.mark.usefixtures("database")


def create(*args: Any, **more: Any) -> Departure:
    return departures.create(ACTOR, planned(*args, **more))


def why(*args: Any, **more: Any) -> set[tuple[str, str]]:
    """Return (resource, why) of what a departure is refused for."""
    departure = planned(*args, **more)
    looked = {(one.resource, one.why.value) for one in conflicts.find(departure)}
    try:
        departures.create(ACTOR, departure)
    except Conflict as refused:
        told = refused.details["conflicts"]
        assert isinstance(told, list)
        assert {(one["resource"], one["why"]) for one in told} == looked
        assert not Departure.objects(id=departure.id)
        return looked
    assert not looked
    return set()


def test_windows_follow_from_the_start() -> None:
    route = create_route(dwell=40, travel=15)

    found = create(route, monday(), "09:00")

    hours = [
        (stop.arrives_at - found.starts_at, stop.leaves_at - found.starts_at)
        for stop in found.stops
    ]
    minutes = [tuple(int(one.total_seconds()) // 60 for one in pair) for pair in hours]
    assert minutes == [(0, 40), (55, 95)]
    assert found.starts_at == at(monday(), "09:00")
    assert found.duration_minutes == 95
    assert found.day == monday().isoformat()
    assert found.title.zh == route.title
    assert found.meeting.title.zh == "测试集合点"
    # One day ahead: until the end of the day before.
    assert found.closes_at == at(monday(), "00:00")
    assert found.cancel_by == found.starts_at - dt.timedelta(hours=24)
    assert found.reschedule_by == found.starts_at - dt.timedelta(hours=48)


def test_a_guide_and_a_vehicle_are_in_one_place_at_a_time() -> None:
    guide, vehicle = create_guide(), create_vehicle()
    first = create(create_route(), monday(), "09:00", guide=guide, vehicle=vehicle)
    other = create_route()

    # 70 minutes, the way between the stops included.
    with pytest.raises(Conflict) as refused:
        create(other, monday(), "10:09", guide=guide)
    (told,) = refused.value.details["conflicts"]  # type: ignore[misc]
    assert told == {
        "resource": "guides",
        "id": guide,
        "name": told["name"],
        "starts_at": first.starts_at.isoformat(),
        "ends_at": first.ends_at.isoformat(),
        "why": "taken",
        "departure": first.id,
        "title": first.title.zh,
    }
    assert told["name"].startswith("测试讲解员")
    assert why(other, monday(), "08:00", vehicle=vehicle) == {("vehicles", "taken")}
    assert not why(other, monday(), "10:10", guide=guide, vehicle=vehicle)


def test_a_site_holds_so_many_groups_with_a_margin_between() -> None:
    site = create_site(capacity={"groups": 1, "margin_minutes": 15})
    route = create_route([site, create_site()])
    create(route, monday(), "09:00")

    assert why(route, monday(), "09:44") == {("sites", "groups")}
    assert why(route, monday(), "08:16") == {("sites", "groups")}
    assert not why(route, monday(), "09:45")
    assert not why(route, monday(), "08:15")


def test_a_site_holds_so_many_people() -> None:
    site = create_site(capacity={"people": 50})
    route = create_route([site, create_site()])
    create(route, monday(), "09:00", capacity=30)

    assert why(route, monday(), "09:10", capacity=21) == {("sites", "people")}
    assert not why(route, monday(), "09:10", capacity=20)
    assert why(create_route([site, site]), monday(2), "20:00", capacity=51) == {("sites", "people")}


def test_groups_count_only_while_they_are_there_together() -> None:
    site = create_site(capacity={"groups": 2})
    route = create_route([site, create_site()], dwell=60)
    create(route, monday(), "09:00")
    create(route, monday(), "10:00")

    # Each overlaps this one, never both at once.
    assert not why(route, monday(), "09:30")
    assert why(route, monday(), "09:45") == {("sites", "groups")}


def test_a_margin_reaches_over_midnight() -> None:
    site = create_site(capacity={"groups": 1, "margin_minutes": 30}, opening_hours=ALL_DAY)
    route = create_route([site, create_site()], dwell=20)
    create(route, monday(), "23:35")

    tuesday = monday() + dt.timedelta(days=1)
    assert why(route, tuesday, "00:24") == {("sites", "groups")}
    assert not why(route, tuesday, "00:25")


def test_a_site_is_visited_while_it_is_open() -> None:
    hours = [
        {"weekday": 1, "opens": "09:00", "closes": "12:00"},
        {"weekday": 1, "opens": "12:00", "closes": "17:00"},
    ]
    route = create_route([create_site(opening_hours=hours), create_site()])

    assert why(route, monday(), "08:59") == {("sites", "hours")}
    assert why(route, monday() + dt.timedelta(days=1), "10:00") == {("sites", "hours")}
    assert not why(route, monday(), "09:00")
    assert not why(route, monday(), "11:45")
    assert not why(route, monday(), "16:30")
    assert why(route, monday(), "16:31") == {("sites", "hours")}


def test_closures_keep_visits_away() -> None:
    site = create_site()
    route, other = create_route([site, create_site()]), create_route()
    day = monday().isoformat()
    span = {"from_day": day, "until_day": day, "reason": "测试"}
    part = Closure(site=site, opens="09:00", closes="10:00", **span).save()

    assert why(route, monday(), "09:59") == {("sites", "closed")}
    assert not why(route, monday(), "10:00")
    assert not why(other, monday(), "09:30")

    part.delete()
    whole = Closure(route=other.id, **span).save()
    assert why(other, monday(), "13:00") == {("routes", "closed")}
    assert not why(route, monday(), "13:00")
    whole.delete()
    Closure(**span).save()
    with pytest.raises(Conflict, match="day_closed"):
        create(route, monday(), "15:00")


def test_what_is_not_in_use_is_not_taken() -> None:
    route = create_route()
    for resource in (
        {"guide": create_guide(active=False)},
        {"vehicle": create_vehicle(active=False)},
        {"guide": "nobody"},
    ):
        with pytest.raises(Conflict, match="resource_inactive") as refused:
            create(route, monday(), "09:00", **resource)
        assert refused.value.fields == dict.fromkeys(resource, "resource_inactive")


def test_a_vehicle_seats_the_whole_group() -> None:
    vehicle = create_vehicle(seats=19)

    assert why(create_route(), monday(), "09:00", capacity=20, vehicle=vehicle) == {
        ("vehicles", "seats")
    }


def test_a_site_that_nobody_visits_is_refused() -> None:
    route = create_route([create_site(), create_site(bookable=False)])

    assert why(route, monday(), "09:00") == {("sites", "not_live")}


def test_a_plan_needs_what_is_published() -> None:
    start = at(monday(), "09:00")
    with pytest.raises(Unprocessable, match="route_not_live"):
        plans.from_route("nothing", starts_at=start)
    with pytest.raises(Unprocessable, match="not_bookable"):
        plans.from_route(create_route(booking=None).id, starts_at=start)
    stays = [plans.Stay(create_site(), 30, 10), plans.Stay("nothing", 30)]
    title = departures.build(plans.from_route(create_route().id, starts_at=start), capacity=1).title
    with pytest.raises(Unprocessable, match="site_not_live") as refused:
        plans.from_sites(stays, title=title, starts_at=start)
    assert list(refused.value.fields) == ["stops.1.site"]

    plan = plans.from_sites(stays[:1], title=title, starts_at=start)
    assert plan.ends_at == start + dt.timedelta(minutes=40)
    assert plan.cut_offs.closes_at == plan.cut_offs.cancel_by == start


def test_what_is_given_back_can_be_taken() -> None:
    guide = create_guide()
    route = create_route()
    first = create(route, monday(), "09:00", guide=guide)
    assert why(route, monday(), "09:00", guide=guide) == {("guides", "taken")}

    transaction(lambda session: conflicts.free(first.id, session=session))

    assert not any(day.spans for day in ResourceDay.objects)
    assert not why(route, monday(), "09:00", guide=guide)


def test_a_departure_does_not_collide_with_itself() -> None:
    guide, site = create_guide(), create_site(capacity={"groups": 1})
    found = create(create_route([site, create_site()]), monday(), "09:00", guide=guide)

    assert not conflicts.find(found)
    transaction(lambda session: conflicts.claim(found, session=session))
    spans = [span for day in ResourceDay.objects for span in day.spans]
    assert len(spans) == 3


def test_many_at_once_take_a_guide_once() -> None:
    guide = create_guide()
    routes = [create_route() for _ in range(2)]

    def attempt(number: int) -> str:
        try:
            # Twenty starts within an hour: all of them collide.
            create(routes[number % 2], monday(), f"09:{number:02}", guide=guide)
        except AppError as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(attempt, range(20)))

    assert sorted(made) == ["made"] + ["resource_conflict"] * 19
    assert not collisions()
