"""The shape of what visitors are told: one wording in each language."""

from dataclasses import dataclass

from models.enums import Language

# Chinese, English.
Pair = tuple[str, str]


def chosen(pair: Pair, language: Language) -> str:
    """Return the half of a pair that a reader of the language is told."""
    chinese, english = pair
    return english if language is Language.EN else chinese


@dataclass(frozen=True)
class Message:
    """What a visitor is told."""

    title: str
    text: str


@dataclass(frozen=True)
class Wording:
    """An event in words; `{name}` is filled from the data of the notification.

    `calls`: staff must call whoever is reached by nothing but the inbox. `calls_strangers`: only
    who has no account, and with it no inbox either.
    """

    chinese: Message
    english: Message
    calls: bool = False
    calls_strangers: bool = False
