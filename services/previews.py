"""Previews: what the public would read if a working copy were published as it is.

A token names one item at one revision and ends by itself soon; the next edit ends it too. Who has
the token sees this text and nothing else.
"""

import base64
import binascii
import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any

import orjson

from core.clock import now
from core.errors import NotFound
from models.content import Content
from models.enums import ContentState, Kind, Language
from services import audit, changes, content, handbook, related, snapshots
from services.actors import Actor
from services.staff import policy

PURPOSE = "preview"
TOKEN_MAX = 400


@dataclass(frozen=True)
class Preview:
    """A token, and until when it holds (UTC)."""

    token: str
    expires_at: dt.datetime


def begin(kind: Kind, item: str, *, actor: Actor) -> Preview:
    """Return a token for the working copy as it is now, and put on record that it was given.

    Raises `Conflict` for an archived item.
    """
    document = content.get(kind, item)
    changes.allow(actor, "preview", document)
    changes.expect(document, document.revision)
    lifetime = dt.timedelta(minutes=policy.current().settings.preview_minutes)
    expires_at = now() + lifetime
    told = {"revision": document.revision, "expires_at": expires_at}
    audit.record(actor, "content.preview", changes.target(document), after=told)
    payload = orjson.dumps([kind.value, document.id, document.revision, expires_at.timestamp()])
    encoded = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    return Preview(f"{encoded}.{policy.keyed_hash(PURPOSE, encoded)}", expires_at)


def read(token: str, language: Language) -> dict[str, Any]:
    """Return the detail as the public API would answer it; raise `NotFound("preview_ended")`."""
    document = _document(token)
    row = snapshots.build(document, document.revision, document.expire_at)
    if document.KIND is Kind.HANDBOOK:
        return handbook.edition_answer(row, language)
    if document.KIND is Kind.CHAPTERS:
        return handbook.chapter_answer(row, language)
    return related.answer(document.KIND, row, language)


def _document(token: str) -> Content:
    encoded, _, signature = token.partition(".")
    ended = NotFound("preview_ended")
    expected = policy.keyed_hash(PURPOSE, encoded) if encoded.isascii() else ""
    if len(token) > TOKEN_MAX or not hmac.compare_digest(signature.encode(), expected.encode()):
        raise ended
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        kind, item, revision, expires_at = orjson.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error):
        raise ended from None
    document = content.get(Kind(kind), item)
    is_archived = document.state is ContentState.ARCHIVED
    if document.revision != revision or is_archived or now().timestamp() >= expires_at:
        raise ended
    return document
