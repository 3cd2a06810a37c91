"""Drafts: kept while a member of staff types, and never more than that.

A draft changes nothing but itself: neither the working copy nor what others see. Saving the item
ends it.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson
from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import Invalid, NotFound
from models.content import Content
from models.drafts import Draft
from services import changes, validation
from services.actors import Actor

KEEP = dt.timedelta(days=90)
BYTES_MAX = 500_000
# Set by verbs of their own.
NOT_TYPED = frozenset({"order", "translations"})
# For each member of staff; the one saved longest ago makes room.
DRAFTS_MAX = 100


def save(document: Content, fields: Mapping[str, Any], *, revision: int, actor: Actor) -> Draft:
    """Keep the actor's changes of an item that they began from `revision`, in place of earlier.

    Raises `Conflict` when the item is archived; a newer revision is no hindrance.
    """
    changes.allow(actor, "write", document)
    changes.expect(document, document.revision)
    kept = [name for name in fields if name in changes.BOOKKEEPING or name in NOT_TYPED]
    if kept:
        raise Invalid(fields=dict.fromkeys(sorted(kept), "unknown_field"))
    validation.check_unfinished(type(document), fields)
    text = orjson.dumps(fields).decode()
    if len(text.encode()) > BYTES_MAX:
        raise Invalid("draft_too_large")
    draft = Draft(
        id=_key(document, actor),
        kind=document.KIND,
        item=document.id,
        staff=actor.id,
        revision=revision,
        text=text,
        expires_at=now() + KEEP,
    )
    rows = Draft._get_collection()
    rows.replace_one({"_id": draft.id}, draft.to_mongo(), upsert=True)
    _make_room(actor)
    return draft


def get(document: Content, actor: Actor) -> Draft:
    """Return the actor's own draft of an item; raise `NotFound`."""
    found: Draft | None = Draft.objects(id=_key(document, actor)).first()
    if found is None:
        raise NotFound
    return found


def fields_of(draft: Draft) -> dict[str, Any]:
    """Return the changes that a draft holds."""
    fields: dict[str, Any] = orjson.loads(draft.text)
    return fields


def drop(document: Content, actor: Actor, session: ClientSession | None = None) -> None:
    """Let go of the actor's draft of an item, if there is one."""
    Draft._get_collection().delete_one({"_id": _key(document, actor)}, session=session)


def _make_room(actor: Actor) -> None:
    rows = Draft._get_collection()
    ordered = rows.find({"staff": actor.id}, {"_id": 1}).sort("saved_at", -1)
    surplus = [row["_id"] for row in ordered.skip(DRAFTS_MAX)]
    if surplus:
        rows.delete_many({"_id": {"$in": surplus}})


def _key(document: Content, actor: Actor) -> str:
    return f"{changes.target(document)}:{actor.id}"
