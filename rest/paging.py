"""Cursors: where a list goes on, as opaque signed text."""

import base64
import datetime as dt
import hashlib
import hmac
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
    position = decode(cursor)
    if position is None:
        return None
    return dt.datetime.fromtimestamp(position[0], dt.UTC), position[1]


def answer(page: Page) -> dict[str, Any]:
    """Return a page as lists answer it."""
    return {"items": page.cards, "next_cursor": encode(page.next_position)}


def _sign(payload: bytes) -> bytes:
    key = current_app.config["SETTINGS"].secret_key.encode()
    return hmac.new(key, b"cursor:" + payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]
