"""Where the texts stand that visitors write, and how one that staff refuse is taken away there.

Nobody but staff and whoever wrote them reads any of these.
"""

from enum import StrEnum
from typing import Any

import orjson
from mongoengine import Document
from pymongo.client_session import ClientSession

from core.clock import now
from models.bookings import Booking
from models.questions import Question
from models.visitors import Visitor
from models.visits import Visit
from services import personal_data


class Written(StrEnum):
    """What was written.

    With a booking, when it was cancelled, after a visit; with a request, about a proposal; in the
    profile; in the conversation.
    """

    BOOKING = "bookings"
    CANCELLATION = "cancellations"
    FEEDBACK = "feedback"
    VISIT = "visits"
    ANSWERS = "answers"
    PROFILE = "profiles"
    QUESTION = "questions"


# In which document, and in which of its fields.
PLACES: dict[Written, tuple[type[Document], tuple[str, ...]]] = {
    Written.BOOKING: (
        Booking,
        ("name", "organisation", "companions", "plates", "purpose", "needs"),
    ),
    Written.CANCELLATION: (Booking, ("reason",)),
    Written.FEEDBACK: (Booking, ("feedback_text",)),
    Written.VISIT: (Visit, ("name", "organisation", "purpose", "hosts", "needs")),
    Written.ANSWERS: (Visit, ("answers",)),
    Written.PROFILE: (Visitor, ("name", "organisation", "title")),
    Written.QUESTION: (Question, ("text",)),
}
# Sealed fields that hold JSON: a list of texts, or an object from version to text.
STRUCTURED = frozenset({"companions", "plates", "answers"})


def read(found: Document, names: tuple[str, ...]) -> dict[str, str]:
    """Return what stands in those of the fields that hold anything, one line for each text."""
    texts = {name: "\n".join(_texts(_held(found, name))) for name in names}
    return {name: text for name, text in texts.items() if text}


def clear(subject: str, parts: list[str], text: str, session: ClientSession) -> list[str]:
    """Take a refused text away from what it belongs to; return the fields that held it.

    `parts` are the fields that it was read from. What was written anew since stays. A booking that
    repeats what was told with a request for a visit loses it too.
    """
    kind, _, rest = subject.partition(":")
    if kind not in set(Written):
        return []
    document, _ = PLACES[Written(kind)]
    found = _get(document, rest.partition(":")[0], session)
    if found is None:
        return []
    cleared = _cleared(found, parts, text, session)
    if isinstance(found, Visit) and found.booking:
        booking = _get(Booking, found.booking, session)
        if booking is not None:
            _cleared(booking, [name for name in parts if name in Booking.SEALED], text, session)
    return cleared


def _get(document: type[Document], identity: str, session: ClientSession) -> Document | None:
    row = document._get_collection().find_one({"_id": identity}, session=session)
    return None if row is None else document._from_son(row)


def _cleared(found: Document, parts: list[str], text: str, session: ClientSession) -> list[str]:
    """Write a document without a text; return the fields that held it."""
    left: dict[str, str | None] = {}
    for name in parts:
        held = _held(found, name)
        if any(_is_in(one, text) for one in _texts(held)):
            left[name] = _without(held, text)
    if not left:
        return []
    change: dict[str, Any] = {name: value for name, value in left.items() if value is None}
    kept = {name: value for name, value in left.items() if value is not None}
    change |= {"updated_at": now(), **personal_data.sealed(type(found), str(found.pk), kept)}
    update = personal_data.update(change)
    if "reason" in left:
        update["$unset"]["steps.$[own].reason"] = ""
    filters = [{"own.reason": found.reason}] if "reason" in left else None
    type(found)._get_collection().update_one(
        {"_id": found.pk},
        {**update, "$inc": {"revision": 1}},
        array_filters=filters,
        session=session,
    )
    return sorted(left)


def _held(found: Document, name: str) -> Any:
    """Return what a field holds in plain: a text, a list, or an object."""
    if name not in found.SEALED:
        return getattr(found, name)
    plain = personal_data.opened(found, name)
    return orjson.loads(plain) if plain and name in STRUCTURED else plain


def _texts(held: Any) -> list[str]:
    several = held.values() if isinstance(held, dict) else held
    found = [held] if isinstance(held, str) else list(several or ())
    return [str(text) for text in found if text]


def _without(held: Any, text: str) -> str | None:
    """Return what is left in a field without a text, None when nothing is."""
    if isinstance(held, dict):
        left: Any = {key: one for key, one in held.items() if not _is_in(one, text)}
    elif isinstance(held, list):
        left = [one for one in held if not _is_in(one, text)]
    else:
        return None
    return orjson.dumps(left).decode() if left else None


def _is_in(one: str, text: str) -> bool:
    return f"\n{one}\n" in f"\n{text}\n"
