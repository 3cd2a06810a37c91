"""Why a visit was cancelled: each reader is told in one language, theirs where there is one."""

from collections.abc import Callable

import pytest

from core.clock import now
from models.bookings import Booking
from models.departures import Departure
from models.enums import Language
from models.visitors import Visitor
from services import departure_lists, inbox, reasons
from services.bookings import cancelling, lists, mine
from tests.visiting import DESK, create_departure, create_visitor, terms
from tests.visiting import request as ask

Forward = Callable[..., None]


@pytest.fixture
def left_out(pass_time: Forward) -> tuple[Visitor, Booking]:
    """A visitor whose departure had too few people, and whom nobody decided about."""
    departure, visitor = create_departure(terms=terms(minimum_to_run=3)), create_visitor()
    booking = ask(visitor, departure, 2)
    until_cut_off = departure.cancel_by - now()
    pass_time(seconds=until_cut_off.total_seconds())
    pass_time(hours=13)
    return visitor, Booking.objects.get(id=booking.id)


@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [
        (Language.ZH_CN, "报名人数未达到最低成团人数。", "Too few"),
        (Language.EN, "Too few people registered.", "报名"),
    ],
)
def test_who_is_left_out_reads_why_in_one_language(
    left_out: tuple[Visitor, Booking], language: Language, said: str, unsaid: str
) -> None:
    visitor, booking = left_out
    assert mine.one(visitor.id, booking.id, language)["reason"] == said
    told = [one.text for one in inbox.listing(visitor.id, language, limit=20) if said in one.text]
    assert len(told) == 1
    assert unsaid not in told[0]


def test_staff_read_why_in_either_language(left_out: tuple[Visitor, Booking]) -> None:
    _, booking = left_out
    (seen,) = lists.masked([booking])
    (named,) = departure_lists.named([Departure.objects.get(id=booking.departure)])
    for chinese, english in (
        (seen.booking.reason, seen.reason_en),
        (named.departure.reason, named.reason_en),
    ):
        assert (chinese, english) == (reasons.TOO_FEW, "Too few people registered.")


def test_what_staff_wrote_is_read_as_they_wrote_it() -> None:
    departure, visitor = create_departure(), create_visitor()
    booking = ask(visitor, departure, 2)
    cancelling.cancel_for(DESK, booking.id, reason="设备检修")
    (seen,) = lists.masked([Booking.objects.get(id=booking.id)])
    assert (seen.booking.reason, seen.reason_en) == ("设备检修", None)
    for language in Language:
        assert mine.one(visitor.id, booking.id, language)["reason"] == "设备检修"
        texts = [one.text for one in inbox.listing(visitor.id, language, limit=20)]
        assert sum("设备检修" in one for one in texts) == 1
