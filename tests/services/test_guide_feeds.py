"""The calendar of a guide: a secret address, head counts, no visitor; gone when it is revoked."""

import datetime as dt

import icalendar
import pytest
from flask.testing import FlaskClient

from core.errors import NotFound
from core.ids import new_id
from models.audit import AuditEntry
from models.bookings import BookingState
from models.departures import DepartureState
from models.guides import Guide
from services import guide_feeds
from tests.bookings.booked import create_booking
from tests.factories import ACTOR
from tests.visiting import create_departure

NAME = "测试访客 A"


@pytest.fixture
def guide() -> str:
    return str(Guide(name="演示讲解员 A").save().id)


def test_a_feed_tells_departures_and_head_counts_and_no_visitor(
    guide: str, client: FlaskClient
) -> None:
    departure = create_departure(guide=guide, capacity=20)
    create_booking(departure, party=3, name=NAME)
    create_booking(departure, party=2, state=BookingState.REQUESTED)
    create_departure(guide=guide, state=DepartureState.CANCELLED, in_hours=30)
    create_departure(guide=guide, state=DepartureState.PROPOSED)
    create_departure(guide=guide, in_hours=-24 * 40)
    create_departure(guide="another")
    answer = client.get(f"/api/v1/feeds/{guide_feeds.open_feed(ACTOR, guide)}.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert NAME not in answer.get_data(as_text=True)
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(one["STATUS"]) for one in events] == ["CANCELLED", "CONFIRMED"]
    event = events[1]
    assert event["DTSTART"].dt == departure.starts_at.replace(microsecond=0)
    assert event["DTEND"].dt - event["DTSTART"].dt == dt.timedelta(hours=2)
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("演示线路（3/20人）", "正门")
    assert str(event["DESCRIPTION"]).startswith("确认 3 人，占用 5 席，候补 0 人，容量 20 人\n")
    assert str(event["UID"]) == f"{departure.id}@departures.toolbox"


def test_what_is_a_demonstration_is_marked(guide: str) -> None:
    create_departure(guide=guide, demo=True)
    create_departure(guide=guide, in_hours=300)
    feed = icalendar.Calendar.from_ical(guide_feeds.calendar(guide_feeds.open_feed(ACTOR, guide)))
    told = [str(one["SUMMARY"]) for one in feed.walk("VEVENT")]
    assert told == ["[演示] 演示线路（0/10人）", "演示线路（0/10人）"]


def test_an_address_ends_with_the_next_and_when_it_is_revoked(guide: str) -> None:
    first = guide_feeds.open_feed(ACTOR, guide)
    second = guide_feeds.open_feed(ACTOR, guide)
    with pytest.raises(NotFound):
        guide_feeds.calendar(first)
    assert b"BEGIN:VCALENDAR" in guide_feeds.calendar(second)
    assert second not in str(Guide._get_collection().find_one({"_id": guide}))
    guide_feeds.revoke(ACTOR, guide)
    with pytest.raises(NotFound):
        guide_feeds.calendar(second)
    verbs = [one.action for one in AuditEntry.objects.order_by("at", "id")]
    assert verbs == ["guides.open_feed", "guides.open_feed", "guides.revoke_feed"]
    assert second not in str(list(AuditEntry._get_collection().find()))


def test_a_guide_who_is_gone_has_no_feed(guide: str) -> None:
    secret = guide_feeds.open_feed(ACTOR, guide)
    Guide.objects(id=guide).update(set__active=False)
    for made_up in (secret, "", "x", "a\x00b", "\ud800", "9" * 400, guide):
        with pytest.raises(NotFound):
            guide_feeds.calendar(made_up)
    for act in (guide_feeds.open_feed, guide_feeds.revoke):
        with pytest.raises(NotFound):
            act(ACTOR, new_id())
