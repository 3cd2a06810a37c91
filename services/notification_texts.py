"""What happened, in words: one wording in each language, and whether staff call about it."""

from collections.abc import Mapping
from typing import Any

from models.enums import Language
from models.notifications import CallTask, Event, InboxEntry
from services import personal_data, reasons
from services.booking_texts import BOOKING
from services.wordings import Message, Wording

WORDINGS: Mapping[Event, Wording] = {
    Event.PHONE_CHANGED: Wording(
        Message("联系电话已更改", "您的联系电话刚刚更改。如非本人操作，请尽快与我们联系。"),
        Message(
            "Contact phone changed",
            "Your contact phone was changed just now. If that was not you, please contact us.",
        ),
    ),
    Event.MESSAGE: Wording(Message("{title}", "{text}"), Message("{title}", "{text}"), calls=True),
    **BOOKING,
}


# What words name that was not told with them from the first: older entries lack it.
SINCE = {"missing": "", "missing_en": ""}


def message(event: Event, data: Mapping[str, object], language: Language) -> Message:
    """Return what to tell; `data` is that of `data_of`."""
    wording = WORDINGS[event]
    chosen = wording.english if language is Language.EN else wording.chinese
    return Message(chosen.title.format_map(data).strip(), chosen.text.format_map(data).strip())


def data_of(found: InboxEntry | CallTask) -> dict[str, Any]:
    """Return what fills the words of an entry or a call, with what is encrypted of it."""
    data, text = {**SINCE, **found.data}, personal_data.opened(found, "text")
    if "reason" in data:
        data["reason_en"] = reasons.said(data["reason"], Language.EN)
    return data if text is None else {**data, "text": text}


def calls(event: Event) -> bool:
    """Tell whether staff must call whoever is reached by nothing but the inbox."""
    return WORDINGS[event].calls


def calls_strangers(event: Event) -> bool:
    """Tell whether staff call who has no account about an event."""
    return calls(event) or WORDINGS[event].calls_strangers
