"""`departures`: making, listing, cancelling them; and the calendar of the demo."""

from collections.abc import Callable

import pytest
from click.testing import Result

from cli.seed import calendar
from cli.seed.source import ContentError
from core.clock import today
from models.departures import Departure, DepartureState
from models.guides import Guide
from models.schedules import Schedule
from services import guides, schedules
from tests.arranging import create_route, create_schedule
from tests.factories import ACTOR

Run = Callable[..., Result]
Refused = Callable[[Result], str]


def demo(route: str) -> dict[str, object]:
    return {
        "guides": {"a": {"name": "演示讲解员 A", "languages": ["zh-CN"]}},
        "vehicles": {"one": {"name": "演示中巴 1 号", "seats": 20}},
        "schedules": [
            {
                **{"route": route, "weekdays": [1, 2, 3, 4, 5, 6, 7], "starts": "09:00"},
                **{"capacity": 20, "guide": "a", "vehicle": "one", "holidays": "run"},
            }
        ],
    }


def test_they_are_made_listed_and_cancelled(run: Run, refused: Refused) -> None:
    schedule = create_schedule()

    made = run("departures", "generate").stdout
    again = run("departures", "generate").stdout
    listed = run("departures", "list", "--limit", "2").stdout.splitlines()

    assert made == f"{schedule.id}  7 made, 0 replaced\n"
    assert again == f"{schedule.id}  0 made, 0 replaced\n"
    first = Departure.objects.order_by("starts_at").first()
    assert len(listed) == 2
    assert listed[0].startswith(f"{first.id}  {first.day} 09:00  open")
    assert "0/20" in listed[0]
    assert run("departures", "list", "--from", "2020-01-01", "--until", "2020-01-31").stdout == ""

    run("departures", "cancel", first.id, "--reason", "测试")
    assert Departure.objects.get(id=first.id).state is DepartureState.CANCELLED
    assert "cancelled" in refused(run("departures", "cancel", first.id, "--reason", "测试"))


def test_generation_tells_of_problems(run: Run) -> None:
    route = create_route().id
    create_schedule(route=route)
    run("departures", "generate")
    schedule = Schedule.objects.get()
    fields = {**schedule.to_mongo(), "guide": guides.add(ACTOR, {"name": "测试讲解员"}).id}
    Schedule.objects.delete()
    Departure.objects.delete()
    for _ in range(2):
        create_schedule(route=route, guide=fields["guide"])

    told = run("departures", "generate").stdout

    assert told.count("resource_conflict") == 7


@pytest.mark.usefixtures("database")
def test_the_demo_is_written_once_and_left_to_staff() -> None:
    data = demo(create_route().slug)

    (done,) = calendar.load(data)

    assert not done.schedule.problems
    assert all(one.demo for model in (Guide, Schedule, Departure) for one in model.objects)
    assert min(one.day for one in Departure.objects) > today().isoformat()
    before = Departure.objects.count()
    schedules.remove(ACTOR, Schedule.objects.get().id)
    assert calendar.load(data) == []
    assert Departure.objects.count() == 0 < before
    assert calendar.load({}) == []


@pytest.mark.usefixtures("database")
def test_a_calendar_that_is_wrong_is_refused_whole() -> None:
    with pytest.raises(ContentError, match=r"calendar\.yaml"):
        calendar.load(demo("no-such-route"))
    assert not Guide.objects
