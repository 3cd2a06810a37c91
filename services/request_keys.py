"""Requests that are sent again under the same `Idempotency-Key`: they find what the first one made.

Two hashes stand in it for as long as it is there: one of the key, which finds it, and one of what
was asked, which tells another request from the same one, whatever has been changed since. The key
itself is not kept. It salts the second hash, so that nobody finds out a number by trying them.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, TypeVar

from mongoengine import Document

from core import canonical
from core.errors import Conflict

Made = TypeVar("Made", bound=Document)


@dataclass(frozen=True)
class RequestKey:
    """The hashes of a key and of what is asked under it."""

    key: str
    asked: str

    @property
    def stored(self) -> dict[str, str]:
        """Return the fields of what the request makes."""
        return {"request_key": self.key, "request_hash": self.asked}


def of(sender: str | None, sent: str | None, verb: str, *asked: Any) -> RequestKey | None:
    """Return the hashes of a request; None when no key was `sent`.

    Each `sender` has keys of their own. `asked` is all that makes it this request: JSON, or
    dataclasses, of which only what is told counts, so that they may get further fields.
    """
    if sent is None:
        return None
    return RequestKey(
        key=canonical.digest([sender, sent]),
        asked=canonical.digest([sender, sent, verb, *map(_told, asked)]),
    )


def find(document: type[Made], key: RequestKey | None) -> Made | None:
    """Return what a key made, whatever its state; None when there is none.

    Raises `Conflict("idempotency_reused")` when something else was asked then.
    """
    row = None if key is None else document._get_collection().find_one({"request_key": key.key})
    if key is None or row is None:
        return None
    if row.get("request_hash") != key.asked:
        raise Conflict("idempotency_reused")
    found: Made = document._from_son(row)
    return found


def taken(document: type[Made], key: RequestKey | None) -> Made:
    """Return what a request has made that was there first; raises what `find` does.

    Raises `Conflict`, too, when there is none: what was unique was something else, such as a short
    code, which the next try draws anew.
    """
    found = find(document, key)
    if found is None:
        raise Conflict
    return found


def _told(value: Any) -> Any:
    if not dataclasses.is_dataclass(value):
        return value
    named = ((one.name, getattr(value, one.name)) for one in dataclasses.fields(value))
    return {name: told for name, told in named if told not in (None, "", (), [])}
