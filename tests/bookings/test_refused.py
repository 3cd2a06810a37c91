"""What staff refuse of what visitors wrote is taken away where it stands, and nothing else is."""

from collections.abc import Callable

import orjson
import pytest
from flask import Flask

from core.db import transaction
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.held_texts import HeldDecision, HeldReason, HeldText
from models.visitors import Visitor
from models.visits import Visit
from services import content_checks, personal_data, written_texts
from services.bookings import drafting
from services.content_checks import Verdict
from services.visits import answering, asking
from services.visits.asking import Ask
from tests.bookings.booked import create_booking
from tests.bookings.test_written import book
from tests.bookings.test_written import visitor as visitor
from tests.factories import ACTOR
from tests.visiting import create_departure
from tests.visitors.callers import Caller
from tests.visits.asking import day

Work = Callable[[], int]


def decide(subject: str, decision: HeldDecision = HeldDecision.REFUSED) -> list[str]:
    """Decide about what was written; return the fields of which the log says that they went."""
    found = HeldText.objects.get(subject__startswith=f"{subject}:")
    content_checks.decide(ACTOR, found.id, decision)
    entry = AuditEntry.objects.get(target=f"held_texts:{found.id}")
    assert "测试" not in str(entry.after)
    return list(entry.after.get("cleared", []))


def test_what_staff_refuse_goes_and_what_came_since_stays(visitor: Caller, run_jobs: Work) -> None:
    booking = book(visitor, purpose="测试来意", needs="测试需要", plates=["测A00001"])
    run_jobs()
    changed = {"needs": "别的需要"}
    assert visitor.patch(f"/bookings/{booking['id']}", changed).status_code == 200
    assert decide(f"bookings:{booking['id']}") == ["name", "plates", "purpose"]
    after = Booking.objects.get(id=booking["id"])
    assert (after.name, after.purpose, after.plates) == (None, None, None)
    assert personal_data.opened(after, "needs") == "别的需要"
    assert personal_data.opened(after, "phone"), "it is no text"
    assert visitor.get(f"/bookings/{booking['id']}").status_code == 200


def test_what_staff_allow_stays(visitor: Caller, run_jobs: Work) -> None:
    booking = book(visitor, purpose="测试来意")
    run_jobs()
    before = Booking.objects.get(id=booking["id"]).to_mongo()
    assert decide(f"bookings:{booking['id']}", HeldDecision.ALLOWED) == []
    assert Booking.objects.get(id=booking["id"]).to_mongo() == before


def test_one_companion_of_two_goes(visitor: Caller, run_jobs: Work) -> None:
    booking = book(visitor, companions=["测试同伴"], party=3, purpose="测试来意")
    run_jobs()
    anew = {"companions": ["测试同伴", "测试同伴二"]}
    assert visitor.patch(f"/bookings/{booking['id']}", anew).status_code == 200
    assert decide(f"bookings:{booking['id']}") == ["companions", "name", "purpose"]
    after = Booking.objects.get(id=booking["id"])
    assert drafting.unlisted(after, "companions") == ["测试同伴二"]


def test_a_reason_goes_from_the_steps_too(visitor: Caller, run_jobs: Work) -> None:
    booking = book(visitor)
    body = {"reason": "测试缘由"}
    assert visitor.post(f"/bookings/{booking['id']}/cancel", body).status_code == 200
    run_jobs()
    assert decide(f"cancellations:{booking['id']}") == ["reason"]
    assert "测试缘由" not in str(Booking._get_collection().find_one({"_id": booking["id"]}))


def test_profile_and_feedback(visitor: Caller, run_jobs: Work) -> None:
    revision = Visitor.objects.get(id=visitor.id).revision
    assert visitor.patch("/me", {"revision": revision, "title": "测试职务"}).status_code == 200
    subject = f"profiles:{visitor.id}:{revision + 1}"
    transaction(
        lambda session: content_checks.hold(
            *(visitor.id, subject, "测试职务", Verdict(HeldReason.REVIEW)),
            parts=["title"],
            session=session,
        )
    )
    over = create_booking(
        create_departure(in_hours=-9), visitor=visitor.id, state=BookingState.COMPLETED
    )
    opinion = {"rating": 5, "stops": [], "tracks": [], "text": "测试感想"}
    assert visitor.put(f"/bookings/{over.id}/feedback", opinion).status_code == 200
    run_jobs()
    assert decide(f"profiles:{visitor.id}") == ["title"]
    assert decide(f"feedback:{over.id}") == ["feedback_text"]
    assert visitor.me()["title"] is None
    kept = Booking.objects.get(id=over.id)
    assert (kept.feedback_text, kept.feedback.rating) == (None, 5)


def test_a_text_of_a_visit_goes_from_its_booking_too(visitor: Caller, run_jobs: Work) -> None:
    found = Visitor.objects.get(id=visitor.id)
    told = {"name": "测试访客", "phone": "13800138000", "purpose": "测试来意"}
    visit = asking.ask(found, Ask(dates=[day()], party=2, hosts="测试主人", **told))
    run_jobs()
    booking = create_booking(create_departure(), visitor=visitor.id)
    sealed = personal_data.sealed(Booking, booking.id, {"purpose": "测试来意", "needs": "另"})
    Booking.objects(id=booking.id).update(**sealed)
    Visit.objects(id=visit.id).update(booking=booking.id)
    assert decide(f"visits:{visit.id}") == ["hosts", "name", "purpose"]
    left = Visit.objects.get(id=visit.id)
    assert (left.name, left.purpose, left.hosts) == (None, None, None)
    kept = Booking.objects.get(id=booking.id)
    assert (kept.purpose, personal_data.opened(kept, "needs")) == (None, "另")


def test_an_answer_goes_and_a_later_one_stays(visitor: Caller) -> None:
    found = Visitor.objects.get(id=visitor.id)
    told = {"name": "测试访客", "phone": "13800138000", "purpose": "测试来意"}
    visit = asking.ask(found, Ask(dates=[day()], party=2, **told))
    held = orjson.dumps({"1": "测试改动", "2": "别的改动"}).decode()
    Visit.objects(id=visit.id).update(**personal_data.sealed(Visit, visit.id, {"answers": held}))
    about = (f"answers:{visit.id}:2", ["answers"], "测试改动")
    transaction(lambda session: written_texts.clear(*about, session))
    assert answering.answers(Visit.objects.get(id=visit.id)) == {"2": "别的改动"}


@pytest.mark.parametrize("subject", ["bookings:absent:1", "profiles:absent:1", "test:1"])
def test_what_is_gone_is_no_trouble(app: Flask, subject: str) -> None:
    del app
    about = (subject, ["name"], "测试")
    assert transaction(lambda session: written_texts.clear(*about, session)) == []
