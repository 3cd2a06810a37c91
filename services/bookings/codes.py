"""The codes of a booking at the check-in: rotating ones for the QR, a short one for the desk.

A payload is `TB1.<booking>.<digits>`; the digits are those of RFC 6238 for a step of half a
minute, under a secret made of SECRET_KEY and the booking's id, which is stored nowhere. An old
screenshot fails; a phone whose clock, or whose last answer, is a minute off does not.
"""

import base64
import datetime as dt
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pyotp

from core.clock import now
from core.errors import Invalid
from core.ids import ALPHABET, ID_PATTERN
from models.bookings import Booking
from services.staff import policy

STEP_S = 30
DRIFT = (0, -1, 1, -2, 2)
DIGITS = 6
PREFIX = "TB1"
PAYLOAD = re.compile(rf"{PREFIX}\.({ID_PATTERN.pattern})\.([0-9]{{{DIGITS}}})")
# Letters that are not misread, in capitals: they are read aloud and typed.
SHORT_ALPHABET = ALPHABET.upper()
SHORT_LENGTH = 8
SHORT = re.compile(rf"[{SHORT_ALPHABET}]{{{SHORT_LENGTH}}}")
# What people type for what they read, as Crockford's base 32 has it.
MISREAD = str.maketrans("ILO", "110", " -")


@dataclass(frozen=True)
class TimedPayload:
    """What the QR holds from one moment (UTC) to another; it is taken a minute longer."""

    payload: str
    valid_from: dt.datetime
    valid_until: dt.datetime


def payloads(booking: Booking, count: int) -> list[TimedPayload]:
    """Return the payload of now and those that follow, for a phone that shows one by one."""
    first = _step(now())
    return [
        TimedPayload(_payload(booking.id, step), _begins(step), _begins(step + 1))
        for step in range(first, first + count)
    ]


def verify(text: str) -> str:
    """Return the id of the booking whose payload this is; raise `Invalid("code_wrong")`.

    Whether there is such a booking, and in which state, is not looked at.
    """
    found = PAYLOAD.fullmatch(text.strip())
    if found is None:
        raise Invalid("code_wrong")
    booking_id, digits = found.groups()
    present = _step(now())
    if not any(
        hmac.compare_digest(digits, expected)
        for expected in _digits(booking_id, [present + drift for drift in DRIFT])
    ):
        raise Invalid("code_wrong")
    return booking_id


def new_short_code() -> str:
    """Return a fresh short code of 40 random bits."""
    return "".join(secrets.choice(SHORT_ALPHABET) for _ in range(SHORT_LENGTH))


def normal(text: str) -> str:
    """Return a short code as it is kept, however it was typed: case, blanks, hyphens, I for 1.

    Raises `Invalid("code_wrong")` for what cannot be one.
    """
    bare = text.upper().translate(MISREAD)
    if not SHORT.fullmatch(bare):
        raise Invalid("code_wrong")
    return bare


def find_short(text: str) -> str:
    """Return the id of the booking with a short code; raise `Invalid("code_wrong")`."""
    row = Booking._get_collection().find_one({"code": normal(text)}, {"_id": 1})
    if row is None:
        raise Invalid("code_wrong")
    return str(row["_id"])


def _step(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def _begins(step: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(step * STEP_S, dt.UTC)


def _payload(booking_id: str, step: int) -> str:
    (digits,) = _digits(booking_id, [step])
    return f"{PREFIX}.{booking_id}.{digits}"


def _digits(booking_id: str, steps: Sequence[int]) -> list[str]:
    raw = bytes.fromhex(policy.keyed_hash("booking-code", booking_id))
    generator = pyotp.TOTP(base64.b32encode(raw).decode(), digits=DIGITS, interval=STEP_S)
    return [generator.generate_otp(step) for step in steps]
