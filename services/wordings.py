"""The shape of what visitors are told: one wording in each language."""

from dataclasses import dataclass


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
