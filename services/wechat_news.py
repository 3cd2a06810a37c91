"""What WeChat tells of a user that others keep books of: a port, joined in `application`.

Whoever keeps the books listens to a kind of news. News may come again and out of order: `key` is
the same for each repetition of one, `at` tells which is the later.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar


@dataclass(frozen=True)
class Subscribed:
    """A user took or refused one more message of a template, or changed their mind in settings.

    `once`: it was asked for one message (a popup); otherwise it is a lasting choice.
    """

    openid: str = field(repr=False)
    template: str
    accepted: bool
    once: bool
    at: dt.datetime
    key: str


@dataclass(frozen=True)
class SubscriptionSent:
    """A subscription message arrived at a user, or did not: `errcode` is 0 when it did."""

    openid: str = field(repr=False)
    template: str
    message: str
    errcode: int
    at: dt.datetime
    key: str


@dataclass(frozen=True)
class MediaChecked:
    """A picture was looked at: `suggest` is pass, review or risky."""

    openid: str = field(repr=False)
    trace: str
    suggest: str
    label: int
    at: dt.datetime
    key: str


News = TypeVar("News", Subscribed, SubscriptionSent, MediaChecked)

_listeners: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)


def listen(kind: type[News], listener: Callable[[News], None]) -> None:
    """Let `listener` hear each news of a kind, once for each time that this is called with it."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def tell(news: Subscribed | SubscriptionSent | MediaChecked) -> None:
    """Tell all who listen to this kind. What one raises ends it; the job tells all again."""
    for listener in _listeners[type(news)]:
        listener(news)
