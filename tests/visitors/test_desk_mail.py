"""The booking desk is told by e-mail what waits for it, once, and nothing personal."""

import datetime as dt
from collections.abc import Callable

import pytest

from core.clock import now, today
from core.environment import SettingsError
from core.settings import load
from jobs.worker import Worker
from models.bookings import Booking
from models.calendar import Closure
from models.departures import Departure
from models.outbox import Job
from models.routes import Confirmation
from services import desk_mail, generation, schedules
from services.bookings import cutoffs, deciding
from services.desk_mail import MAIL_JOB, Notice
from services.visits import answering, asking, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests import arranging
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.simulator.running import RunningSimulator
from tests.visiting import DESK as DESK_ACTOR
from tests.visiting import create_departure, create_visitor, request, terms
from tests.visitors.conftest import NewApp
from tests.visits.asking import day, later
from tests.visits.complete import create_route, create_sites

DESK = "desk@example.com"
Desk = Callable[[], list[dict[str, str]]]


@pytest.fixture
def mailbox(new_app: NewApp, visitor_environ: dict[str, str], simulator: RunningSimulator) -> Desk:
    """The product with a desk that has an address; what came there, the oldest first."""
    new_app(DESK_EMAIL=DESK)
    worker = Worker(load({**visitor_environ, "DESK_EMAIL": DESK}))

    def read() -> list[dict[str, str]]:
        while worker.step():
            pass
        return list(reversed(simulator.ask("GET", "/__sim__/mail", to=DESK).body["items"]))

    return read


def test_the_desk_is_told_of_a_request_to_decide(mailbox: Desk) -> None:
    departure = create_departure(terms=terms(confirmation=Confirmation.STAFF))
    booking = request(create_visitor(), departure)
    (told,) = mailbox()
    assert told["subject"] == "有新的预约待确认"
    desk_mail.deliver(
        Notice.BOOKING_REQUESTED, booking.id, Job.objects.get(name=MAIL_JOB).args["data"]
    )
    assert mailbox() == [told], "a job that runs twice"
    assert booking.id in told["text"]
    assert "演示线路" in told["text"]
    assert "测试访客" not in told["text"], "nothing personal"
    request(create_visitor(), create_departure())
    assert mailbox() == [told], "what needs no decision is not told"


def test_the_desk_is_told_once_more_of_a_request_about_to_expire(
    mailbox: Desk, clock: Clock
) -> None:
    departure = create_departure(terms=terms(confirmation=Confirmation.STAFF))
    waits, decided = (request(create_visitor(), departure) for _ in range(2))
    deciding.confirm(ACTOR, decided.id)
    mailbox()
    clock.advance(hours=35)
    assert len(mailbox()) == 2, "the requests"
    clock.advance(hours=2)
    told = mailbox()
    assert [one["subject"] for one in told[2:]] == ["预约即将过期"]
    assert waits.id in told[2]["text"]
    deciding.hurry(waits.id, Booking.objects.get(id=waits.id).decide_by)
    clock.advance(hours=12)
    assert mailbox() == told


def test_the_desk_is_told_once_of_days_that_no_departure_could_be_made_for(
    mailbox: Desk, clock: Clock
) -> None:
    # A Monday without holidays for weeks.
    clock.set(dt.datetime(2026, 11, 2, 1, tzinfo=dt.UTC))
    route = arranging.create_route().id
    wanted = {
        **{"route": route, "weekdays": [2], "starts": "09:00", "capacity": 20},
        **{"from_day": today().isoformat(), "weeks_ahead": 3},
    }
    first, second = ((today() + dt.timedelta(days=days)).isoformat() for days in (8, 15))
    Closure(route=route, from_day=first, until_day=first, reason="测试").save()
    schedule = schedules.add(DESK_ACTOR, wanted).schedule
    generation.renew(ACTOR, schedule)
    assert mailbox() == [], "who keeps a schedule sees it in the answer"
    Closure(route=route, from_day=second, until_day=second, reason="测试").save()
    Departure.objects(day=second).delete()
    for _ in range(2):
        assert len(list(schedules.generate_all(ACTOR))) == 1
    (told,) = mailbox()
    assert told["subject"] == "周计划有日期未能排班"
    assert (second in told["text"], first in told["text"]) == (True, False)
    assert schedule.id in told["text"]


def test_the_desk_is_told_of_a_departure_below_its_minimum(mailbox: Desk) -> None:
    departure = create_departure(in_hours=30, terms=terms(minimum_to_run=5))
    request(create_visitor(), departure)
    Departure.objects(id=departure.id).update(cancel_by=now())
    for _ in range(2):
        cutoffs.run_due()
    (told,) = mailbox()
    assert told["subject"] == "有班次未达到成团人数"
    assert "现有2人" in told["text"]


def test_the_desk_is_told_what_a_delegation_says(mailbox: Desk) -> None:
    visitor, route = create_visitor(), create_route(create_sites())
    visit = asking.ask(visitor, Ask(dates=[day()], party=2, purpose="测试来意"))
    for version in (1, 2):
        revision = asking.Visit.objects.get(id=visit.id).revision
        proposing.propose(ACTOR, visit.id, Composition(later(days=14), route.id), revision=revision)
        if version == 1:
            answering.ask_change(visitor, visit.id, version=1, text="测试意见")
    answering.accept(visitor, visit.id, version=2)
    withdrawn = asking.ask(visitor, Ask(dates=[day()], party=3, purpose="测试"))
    answering.withdraw(visitor, withdrawn.id)
    told = mailbox()
    assert [one["subject"] for one in told] == [
        "有新的定制考察申请",
        "定制考察行程单需要修改",
        "定制考察行程单已确认",
        "有新的定制考察申请",
        "定制考察申请已撤回",
    ]
    assert "测试来意" not in str(told)
    assert "测试意见" not in str(told)


def test_without_an_address_nothing_is_written() -> None:
    request(create_visitor(), create_departure(terms=terms(confirmation=Confirmation.STAFF)))
    assert Job.objects(name=MAIL_JOB).count() == 0


@pytest.mark.parametrize(
    "changes", [{"DESK_EMAIL": "desk"}, {"DESK_EMAIL": DESK, "MAILBOX_URL": "", "SMTP_HOST": ""}]
)
def test_an_address_that_cannot_work_is_named(
    changes: dict[str, str], environ: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match="DESK_EMAIL"):
        load({**environ, **changes})
