"""What visitors write is checked, by which code they came is counted: once it is theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.clock import today
from core.errors import NotFound
from models.bookings import BookingState
from models.departures import Audience
from models.held_texts import HeldReason, HeldText
from models.scenes import Place, SceneDay
from models.visitors import DemoVisitor, Visitor
from services import content_checks, personal_data, scenes
from services.visitors import consents, signing_in
from tests.bookings.booked import create_booking
from tests.factories import ACTOR
from tests.visiting import create_departure, create_visitor, details, wait
from tests.visitors.callers import Caller
from tests.visits.asking import day

ORDER = ["测试访客", "测试单位", "测试来意", "测试同伴", "测A00001"]


def held() -> dict[str, str]:
    """Return the texts before staff, by subject without its revision."""
    return {
        one.subject.rpartition(":")[0]: personal_data.opened(one, "text") or ""
        for one in HeldText.objects
    }


@pytest.fixture
def visitor(app: Flask) -> Caller:
    """A visitor of whom WeChat cannot be asked: what they write is for staff to read."""
    done = signing_in.as_demo(DemoVisitor.A)
    consents.give(done.visitor, consents.current_version())
    return Caller(app, done.token, done.visitor.id)


def book(visitor: Caller, **more: Any) -> dict[str, Any]:
    body = {"departure": create_departure().id, "party": 2, "name": "测试访客", **more}
    answer = visitor.post("/bookings", {"phone": "13800138000", **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def test_what_comes_with_a_booking_is_checked_once_it_is_kept(
    visitor: Caller, run_jobs: Callable[[], int]
) -> None:
    booking = book(visitor, purpose="测试来意", needs="测试需要")
    assert held() == {}, "nobody waits for it"
    run_jobs()
    assert held() == {f"bookings:{booking['id']}": "测试访客\n测试来意\n测试需要"}
    assert HeldText.objects.get().reason is HeldReason.NO_WECHAT
    (shown,) = content_checks.listing(ACTOR, limit=2)
    assert shown.text == "测试访客\n测试来意\n测试需要"
    # What is changed is checked anew.
    assert visitor.patch(f"/bookings/{booking['id']}", {"needs": "别的需要"}).status_code == 200
    run_jobs()
    assert sorted(one.text for one in content_checks.listing(ACTOR, limit=3)) == [
        "测试访客\n测试来意\n别的需要",
        "测试访客\n测试来意\n测试需要",
    ]


def test_feedback_is_checked(visitor: Caller, run_jobs: Callable[[], int]) -> None:
    over = create_booking(
        create_departure(in_hours=-9), visitor=visitor.id, state=BookingState.COMPLETED
    )
    opinion = {"rating": 5, "stops": [], "tracks": [], "text": "测试感想"}
    assert visitor.put(f"/bookings/{over.id}/feedback", opinion).status_code == 200
    run_jobs()
    assert held() == {f"feedback:{over.id}": "测试感想"}


def test_who_comes_along_is_checked_with_the_rest(
    visitor: Caller, run_jobs: Callable[[], int]
) -> None:
    booking = book(visitor, organisation="测试单位", purpose="测试来意")
    company = {"companions": ["测试同伴"], "plates": ["测A00001"]}
    assert visitor.patch(f"/bookings/{booking['id']}", company).status_code == 200
    run_jobs()
    texts = {one.text for one in content_checks.listing(ACTOR, limit=3)}
    assert "测试访客\n测试单位\n测试来意\n测试同伴\n测A00001" in {
        "\n".join(sorted(text.splitlines(), key=ORDER.index)) for text in texts
    }


def test_names_alone_of_which_wechat_cannot_be_asked_are_not_held(
    visitor: Caller, run_jobs: Callable[[], int]
) -> None:
    """Staff read them with each booking; they would fill the list of what is doubtful."""
    book(visitor, organisation="测试单位", companions=["测试同伴"])
    revision = Visitor.objects.get(id=visitor.id).revision
    changed = visitor.patch("/me", {"revision": revision, "name": "测试访客", "title": "测试职务"})
    assert changed.status_code == 200, changed.text
    run_jobs()
    assert held() == {}


def test_the_reason_of_a_cancellation_is_checked(
    visitor: Caller, run_jobs: Callable[[], int]
) -> None:
    told, silent = book(visitor), book(visitor, departure=create_departure(in_hours=300).id)
    run_jobs()
    HeldText.objects.delete()
    body = {"reason": "测试缘由"}
    assert visitor.post(f"/bookings/{told['id']}/cancel", body).status_code == 200
    assert visitor.post(f"/bookings/{silent['id']}/cancel").status_code == 200
    run_jobs()
    assert held() == {f"cancellations:{told['id']}": "测试缘由"}


def test_what_a_delegation_tells_of_itself_is_checked(
    visitor: Caller, run_jobs: Callable[[], int]
) -> None:
    wish = {"dates": [day()], "party": 2, "purpose": "测试来意"}
    who = {"name": "测试访客", "organisation": "测试单位", "phone": "13800138000"}
    answer = visitor.post("/visits", {**wish, **who})
    assert answer.status_code == 201, answer.text
    run_jobs()
    subject = f"visits:{answer.get_json()['id']}"
    assert held() == {subject: "测试访客\n测试单位\n测试来意"}


def test_a_booking_that_came_by_a_code_has_its_channel_and_counts(visitor: Caller) -> None:
    departure = create_departure(capacity=2)
    scene = scenes.create(ACTOR, Place.DEPARTURES, departure.id, "expo-2026")
    booking = book(visitor, departure=departure.id, scene=scene.id, channel="typed")
    assert booking["channel"] == "expo-2026"
    assert SceneDay.objects.get(day=today().isoformat()).bookings == 1
    refused = visitor.post("/bookings", {"departure": departure.id, "party": 2, "scene": scene.id})
    assert refused.status_code == 409
    assert SceneDay.objects.get().bookings == 1, "no booking, no count"
    about = details(scene=scene.id)
    assert wait(create_visitor(), departure, about=about).channel == "expo-2026"
    assert SceneDay.objects.get().bookings == 2
    assert book(visitor, departure=create_departure(in_hours=400).id, scene="absent")["id"]


def test_a_code_leads_to_a_departure_that_there_is() -> None:
    with pytest.raises(NotFound):
        scenes.create(ACTOR, Place.DEPARTURES, "absent", "expo-2026")
    private = create_departure(audience=Audience.PRIVATE)
    with pytest.raises(NotFound):
        scenes.create(ACTOR, Place.DEPARTURES, private.id, "expo-2026")
    assert scenes.create(ACTOR, Place.DEPARTURES, create_departure().id, "x").title == "演示线路"
