"""What gates ask of a group: what a departure knows of it, what is missing, what is told."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Conflict
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.enums import Kind, Language
from models.notifications import CallTask, Event, InboxEntry
from models.outbox import Job
from models.sites import GateNeed
from models.visitors import Visitor
from models.visits import Visit
from services import content, gate_needs, notification_texts, publishing
from services.bookings import company, desk, drafting, forgetting, parties
from services.bookings.drafting import Details
from services.plans import Stay
from services.visits import answering, asking, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.api.profiling import profiled, touched
from tests.bookings.booked import create_booking
from tests.bookings.gates import NAMES, PLATES, gate, through
from tests.clocks import Clock
from tests.factories import ACTOR, publish
from tests.visiting import DESK, create_departure, create_visitor, details, request, wait
from tests.visits.asking import day, later

S = BookingState
BOTH = [NAMES, PLATES]
TWO = ("测试访客 B", "测试访客 C")
ADD_BOTH = "请补充来访人员姓名、车牌号（入场需要）。"


def words(entry: InboxEntry, language: Language = Language.ZH_CN) -> str:
    data = notification_texts.data_of(entry)
    return notification_texts.message(entry.event, data, language).text


def told(visitor: Visitor, event: Event) -> str:
    return words(InboxEntry.objects.get(visitor=visitor.id, event=event))


def left(booking: Booking) -> list[GateNeed]:
    departure = Departure.objects.get(id=booking.departure)
    return company.missing(Booking.objects.get(id=booking.id), gate_needs.of(departure))


# What a departure knows


def test_a_departure_needs_what_any_of_its_gates_asks_for() -> None:
    names, plates, open_to_all = gate(NAMES), gate(PLATES), gate()
    assert gate_needs.of(through(plates, open_to_all, names, names)) == BOTH
    assert gate_needs.of(through(open_to_all)) == []
    assert gate_needs.of(through("nowhere")) == []


def test_who_rides_in_our_vehicle_brings_no_plate() -> None:
    departure = through(gate(*BOTH), vehicle="vehicle-1")
    assert gate_needs.of(departure) == [NAMES]


def test_it_is_the_rule_of_the_day_for_departures_that_are_there_already() -> None:
    site = gate()
    departure = through(site)
    document = content.get(Kind.SITES, site)
    changed = content.update(
        *(Kind.SITES, site, {"gate_needs": ["names"]}), revision=document.revision, actor=ACTOR
    )
    assert gate_needs.of(departure) == [], "a draft is no rule"
    publish(changed)
    assert gate_needs.of(departure) == [NAMES]
    publishing.unpublish(Kind.SITES, site, actor=ACTOR)
    assert gate_needs.of(departure) == []


def test_many_departures_cost_one_question() -> None:
    departures = [through(gate(NAMES)) for _ in range(5)]
    (read,) = profiled(lambda: gate_needs.of_departures(departures))
    assert (read.documents, read.returned) == (5, 5)


# What is missing


@pytest.mark.parametrize(
    ("party", "about", "expected"),
    [
        (3, {}, BOTH),
        (3, {"companions": TWO[:1]}, BOTH),
        (3, {"companions": TWO}, [PLATES]),
        (1, {"plates": ("测A00001",)}, []),
        (1, {"name": None, "plates": ("测A00001",)}, [NAMES]),
        (1, {"no_car": True}, []),
        (3, {"companions": TWO, "no_car": True}, []),
    ],
)
def test_names_of_all_and_a_plate_or_no_car(
    party: int, about: dict[str, Any], expected: list[GateNeed]
) -> None:
    departure = through(gate(*BOTH))
    booking = request(create_visitor(), departure, party, details(**about))
    assert booking.state is S.CONFIRMED, "nothing is required for asking"
    assert left(booking) == expected


def test_who_waits_or_does_not_come_is_asked_for_nothing() -> None:
    departure = through(gate(*BOTH), capacity=2)
    request(create_visitor(), departure)
    assert left(wait(create_visitor(), departure)) == []
    for state in BookingState:
        found = create_booking(departure, state=state)
        comes = state in (S.REQUESTED, S.CONFIRMED, S.CHECKED_IN)
        assert left(found) == (BOTH if comes else []), state


def test_cars_are_told_and_taken_back() -> None:
    visitor = create_visitor()
    booking = request(visitor, through(gate(PLATES)), 2, details(no_car=True, plates=("测A00001",)))
    assert not booking.no_car, "a plate counts for more"
    steps: list[tuple[dict[str, Any], bool, list[str]]] = [
        ({"no_car": True}, True, []),
        ({"needs": "轮椅"}, True, []),
        ({"plates": ["测A00002"]}, False, ["测A00002"]),
        ({"no_car": True, "plates": ["测A00003"]}, False, ["测A00003"]),
        ({"no_car": True, "plates": []}, True, []),
        ({"no_car": False}, False, []),
    ]
    for change, no_car, plates in steps:
        after = parties.change(visitor, booking.id, change)
        assert (after.no_car, drafting.unlisted(after, "plates")) == (no_car, plates), change
    assert left(booking) == [PLATES]


def test_who_comes_is_told_until_the_start_and_noted_after_it(clock: Clock) -> None:
    visitor, departure = create_visitor(), through(gate(NAMES))
    booking = request(visitor, departure, 3)
    clock.set(departure.starts_at - dt.timedelta(seconds=1))
    with pytest.raises(Conflict, match="cutoff_passed"):
        parties.change(visitor, booking.id, {"party": 2, "companions": []})
    parties.change(visitor, booking.id, {"companions": list(TWO[:1])})
    clock.set(departure.starts_at)
    with pytest.raises(Conflict, match="cutoff_passed"):
        parties.change(visitor, booking.id, {"companions": list(TWO)})
    Booking.objects(id=booking.id).update(state=S.CHECKED_IN)
    assert left(booking) == [NAMES], "gates lie behind the meeting point"
    with pytest.raises(Conflict, match="wrong_state"):
        parties.change_for(DESK, booking.id, {"party": 2}, override="测试原因")
    parties.change_for(DESK, booking.id, {"party": 3, "companions": list(TWO)})
    assert left(booking) == []


def test_a_contact_who_told_no_name_adds_it() -> None:
    visitor = create_visitor()
    booking = request(visitor, through(gate(NAMES)), 1, details(name=None))
    Job.objects.delete()
    parties.change(visitor, booking.id, {"name": "测试访客 A"})
    assert left(booking) == []
    assert Job.objects(name="texts.check").count() == 1, "names are looked at like others"


# What is told


def test_confirmation_and_reminder_tell_what_is_missing(pass_time: Callable[..., None]) -> None:
    visitor, departure = create_visitor(), through(gate(*BOTH))
    booking = request(visitor, departure, 3)
    assert told(visitor, Event.BOOKING_CONFIRMED).endswith(ADD_BOTH)
    entry = InboxEntry.objects.get(visitor=visitor.id)
    english = words(entry, Language.EN)
    assert english.endswith("the gate asks for: names of all who come, car plates.")
    assert len(entry.data["missing"]) <= 20, "the remark of a subscription message"
    parties.change(visitor, booking.id, {"companions": list(TWO)})
    pass_time(days=6, hours=13)
    assert told(visitor, Event.REMINDER_DAY).endswith("请补充车牌号（入场需要）。")


def test_nothing_is_said_where_nothing_is_missing() -> None:
    visitor = create_visitor()
    request(visitor, create_departure())
    entry = InboxEntry.objects.get(visitor=visitor.id)
    assert entry.data["missing"] == entry.data["missing_en"] == ""
    for language in Language:
        assert words(entry, language) == words(entry, language).strip()


def test_what_was_told_before_gates_were_known_is_still_read() -> None:
    visitor = create_visitor()
    request(visitor, create_departure())
    unset = {"$unset": {"data.missing": "", "data.missing_en": ""}}
    InboxEntry._get_collection().update_one({}, unset)
    assert "演示线路" in told(visitor, Event.BOOKING_CONFIRMED)


def test_a_caller_is_asked_by_the_reminder(pass_time: Callable[..., None]) -> None:
    departure = through(gate(NAMES))
    desk.add(DESK, departure.id, 2, Details(name="测试来电者", phone="13800138000"))
    pass_time(days=6, hours=13)
    call = CallTask.objects.get(event=Event.REMINDER_DAY)
    assert call.data["missing"] == "请补充来访人员姓名（入场需要）。"


def test_an_accepted_visit_tells_it_as_well() -> None:
    visitor = create_visitor()
    asked = asking.ask(visitor, Ask(dates=[day()], party=2, purpose="测试", name="测试访客 A"))
    stays = (Stay(gate(NAMES), 30),)
    wanted = Composition(later(days=14), title={"zh": "测试行程"}, stays=stays)
    proposing.propose(ACTOR, asked.id, wanted, revision=asked.revision)
    accepted: Visit = answering.accept(visitor, asked.id, version=1)
    assert left(Booking.objects.get(id=accepted.booking)) == [NAMES]
    assert told(visitor, Event.VISIT_ACCEPTED).endswith("请补充来访人员姓名（入场需要）。")


# What is forgotten


def test_companions_and_plates_are_forgotten_a_month_after_the_visit(
    pass_time: Callable[..., None],
) -> None:
    visitor, departure = create_visitor(), create_departure()
    about = details(companions=TWO[:1], plates=("测A00001",), needs="轮椅")
    booking = request(visitor, departure, 2, about)
    gone = create_booking(create_departure(), state=S.CANCELLED, plates=booking.plates)
    pass_time(days=36)
    kept = Booking.objects.get(id=booking.id)
    assert drafting.unlisted(kept, "companions") == list(TWO[:1])
    pass_time(days=2)
    # Whatever the hour: the job comes once a day, before dawn.
    pass_time(hours=5)
    for one in (booking, gone):
        after = Booking.objects.get(id=one.id)
        assert (after.companions, after.plates) == (None, None)
    after = Booking.objects.get(id=booking.id)
    assert (after.name, after.needs) == (kept.name, kept.needs), "the contact answers for the visit"
    entry = AuditEntry.objects.get(action=forgetting.FORGET_JOB)
    assert (entry.target, entry.after) == ("bookings", {"lists": 3})


def test_only_bookings_that_hold_any_are_looked_at() -> None:
    over = create_departure(in_hours=-24 * 40)
    for _ in range(20):
        create_booking(over)
    create_booking(over, plates="x")
    stages = touched(forgetting.run_due)["bookings"]
    assert "IXSCAN" in stages
    assert "COLLSCAN" not in stages
    assert forgetting.run_due() == 0
    assert Booking.objects(plates__exists=True).count() == 0
