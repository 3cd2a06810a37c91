"""What happened, in words: one wording in each language, and whether staff call about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.enums import Language
from models.notifications import Event


@dataclass(frozen=True)
class Message:
    """What a visitor is told."""

    title: str
    text: str


@dataclass(frozen=True)
class Wording:
    """An event in words; `{name}` is filled from the data of the notification.

    `calls`: staff must call whoever is reached by nothing but the inbox.
    """

    chinese: Message
    english: Message
    calls: bool = False


WORDINGS: Mapping[Event, Wording] = {
    Event.PHONE_CHANGED: Wording(
        Message("联系电话已更改", "您的联系电话刚刚更改。如非本人操作，请尽快与我们联系。"),
        Message(
            "Contact phone changed",
            "Your contact phone was changed just now. If that was not you, please contact us.",
        ),
    ),
    Event.MESSAGE: Wording(Message("{title}", "{text}"), Message("{title}", "{text}"), calls=True),
}


def message(event: Event, data: Mapping[str, object], language: Language) -> Message:
    """Return what to tell."""
    wording = WORDINGS[event]
    chosen = wording.english if language is Language.EN else wording.chinese
    return Message(chosen.title.format_map(data), chosen.text.format_map(data))


def calls(event: Event) -> bool:
    """Tell whether staff must call whoever is reached by nothing but the inbox."""
    return WORDINGS[event].calls
