"""Codes of the check-in: an old screenshot fails, a clock a minute off does not."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from core.clock import now
from core.errors import Invalid
from core.settings import Settings
from models.bookings import Booking
from services.bookings import codes
from services.staff import policy
from tests.bookings.booked import create_booking, scanned
from tests.clocks import Clock
from tests.visiting import create_departure

BEGIN = dt.datetime(2026, 12, 1, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def booking() -> Booking:
    return create_booking(create_departure())


@pytest.mark.parametrize("off_s", [-60, -30, 0, 15, 59, 60])
def test_a_clock_a_minute_off_is_right(booking: Booking, clock: Clock, off_s: int) -> None:
    clock.set(BEGIN + dt.timedelta(seconds=off_s))
    shown = scanned(booking)
    clock.set(BEGIN)
    assert codes.verify(shown) == booking.id


@pytest.mark.parametrize("off_s", [-3600, -120, -61, 90, 3600, 86_400])
def test_an_old_screenshot_fails(booking: Booking, clock: Clock, off_s: int) -> None:
    clock.set(BEGIN + dt.timedelta(seconds=off_s))
    shown = scanned(booking)
    clock.set(BEGIN)
    with pytest.raises(Invalid) as refused:
        codes.verify(shown)
    assert refused.value.code == "code_wrong"


def test_payloads_follow_each_other_without_a_gap(booking: Booking, clock: Clock) -> None:
    clock.set(BEGIN + dt.timedelta(seconds=17))
    given = codes.payloads(booking, 10)
    assert given[0].valid_from <= now() < given[0].valid_until
    for one, following in itertools.pairwise(given):
        assert one.valid_until == following.valid_from
    for one in given:
        clock.set(one.valid_from)
        assert scanned(booking) == one.payload
        assert codes.verify(one.payload) == booking.id


def test_the_digits_of_one_booking_are_not_those_of_another(booking: Booking, clock: Clock) -> None:
    clock.set(BEGIN)
    other = create_booking(create_departure())
    digits = scanned(booking).rpartition(".")[2]
    assert scanned(other).rpartition(".")[2] != digits
    with pytest.raises(Invalid):
        codes.verify(f"TB1.{other.id}.{digits}")


def test_nobody_makes_codes_without_the_key(
    booking: Booking, clock: Clock, settings: Settings
) -> None:
    clock.set(BEGIN)
    shown = scanned(booking)
    policy.configure(replace(settings, secret_key="another-key-" + "x" * 40))
    try:
        with pytest.raises(Invalid):
            codes.verify(shown)
    finally:
        policy.configure(settings)


@pytest.mark.parametrize(
    "text",
    [
        *("", "TB1", "TB1..", "TB1.0.000000", "TB2.{id}.{digits}", "TB1.{id}.{digits}0"),
        *("TB1.{id}.", "TB1.{id}.12345", "TB1.{id}.１２３４５６", "TB1.{id}.{digits}\nTB1"),
        *("tb1.{id}.{digits}", "TB1.{ID}.{digits}", "\x00", "TB1." + "9" * 100_000, "😀"),
    ],
)
def test_what_is_no_payload_is_refused(booking: Booking, clock: Clock, text: str) -> None:
    clock.set(BEGIN)
    digits = scanned(booking).rpartition(".")[2]
    with pytest.raises(Invalid) as refused:
        codes.verify(text.format(id=booking.id, ID=booking.id.upper() + "U", digits=digits))
    assert refused.value.code == "code_wrong"


def test_a_scanner_may_send_a_line_end(booking: Booking) -> None:
    assert codes.verify(scanned(booking) + "\r\n") == booking.id


def test_a_short_code_is_found_as_it_is_typed() -> None:
    booking = create_booking(create_departure(), code="01ABCD23")
    for typed in ("01ABCD23", "01abcd23", " 01ab-cd23 ", "0lAB CD23", "OiABCD23"):
        assert codes.find_short(typed) == booking.id


@pytest.mark.parametrize("typed", ["", "01ABCD2", "01ABCD234", "01ABCD2U", "０１ABCD23", "$ne"])
def test_what_is_no_short_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        codes.find_short(typed)
    assert refused.value.code == "code_wrong"


def test_a_short_code_that_nobody_has_is_refused() -> None:
    with pytest.raises(Invalid):
        codes.find_short(codes.new_short_code())
