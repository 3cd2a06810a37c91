"""Cursors: where a list goes on, as opaque signed text."""

import base64
import datetime as dt
import hashlib
import hmac
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from flask import current_app

from core.errors import Invalid
from services import keyset
from services.live import Page, Position

SIGNATURE_BYTES = 8


def encode(position: Position | None) -> str | None:
    """Return the cursor of a position."""
    if position is None:
        return None
    payload = orjson.dumps(position)
    return base64.urlsafe_b64encode(_sign(payload) + payload).decode().rstrip("=")


def decode(cursor: str | None) -> Position | None:
    """Return the position of a cursor that `encode` gave; raise `Invalid("bad_cursor")`."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raise Invalid("bad_cursor") from None
    signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(payload)):
        raise Invalid("bad_cursor")
    order, key = orjson.loads(payload)
    return float(order), str(key)


def encode_moment(position: keyset.Position | None) -> str | None:
    """Return the cursor of a position in a list by time."""
    return None if position is None else encode((position[0].timestamp(), position[1]))


def decode_moment(cursor: str | None) -> keyset.Position | None:
    """Return the position of a cursor that `encode_moment` gave; raise `Invalid("bad_cursor")`."""
    return _moment(decode(cursor))


def answer(page: Page) -> dict[str, Any]:
    """Return a page as lists answer it."""
    return {"items": page.cards, "next_cursor": encode(page.next_position)}


def listed(
    query: Mapping[str, Any],
    read: Callable[[int, Position | None], Sequence[Any]],
    place: Callable[[Any], Position],
) -> dict[str, Any]:
    """Return a page of a list: `read` returns so many items after a position, `place` an item's."""
    limit = query["limit"]
    found = read(limit + 1, decode(query.get("cursor")))
    more = place(found[limit - 1]) if len(found) > limit else None
    return {"items": found[:limit], "next_cursor": encode(more)}


def by_time(
    query: Mapping[str, Any],
    read: Callable[[int, keyset.Position | None], Sequence[Any]],
    field: str = "at",
) -> dict[str, Any]:
    """Return a page of a list by time, which is the attribute `field` (dotted) of its items."""
    moment = operator.attrgetter(field)
    return listed(
        query,
        lambda limit, after: read(limit, _moment(after)),
        lambda one: (moment(one).timestamp(), one.id),
    )


def _moment(position: Position | None) -> keyset.Position | None:
    if position is None:
        return None
    return dt.datetime.fromtimestamp(position[0], dt.UTC), position[1]


def _sign(payload: bytes) -> bytes:
    key = current_app.config["SETTINGS"].secret_key.encode()
    return hmac.new(key, b"cursor:" + payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]
