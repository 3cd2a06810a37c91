"""Sessions of visitors: opaque tokens, a sliding and an absolute end, all revocable.

Only the hash of a token is stored. Every use looks at the visitor, so that a deleted account has
no session from that moment on.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import NotFound, Unauthenticated
from core.ids import new_id
from core.settings import Settings
from models.visitors import SignInMethod, Visitor, VisitorSession
from services.staff import policy

TOKEN_BYTES = 32
TOKEN_LENGTH_MAX = 100
# A visitor who signs in once more loses the oldest session.
SESSIONS_MAX = 20
# The sliding end moves on when this share of it has passed, at the latest after an hour.
SLIDE_AFTER = 0.05
SLIDE_AFTER_MAX = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Signed:
    """A session that holds, and whose it is."""

    session: VisitorSession
    visitor: Visitor


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: its token, which is told this once, and until when it holds at most."""

    token: str
    expires_at: dt.datetime
    visitor: Visitor


def start(visitor_id: str, method: SignInMethod) -> SignedIn | None:
    """Open a session; None when the visitor was deleted at this moment."""
    token, moment = secrets.token_urlsafe(TOKEN_BYTES), now()
    expires_at = moment + dt.timedelta(days=_settings().visitor_session_max_days)
    row = {
        "_id": new_id(),
        "token_hash": token_hash(token),
        "visitor": visitor_id,
        "method": method.value,
        "created_at": moment,
        "seen_at": moment,
        "ends_at": min(moment + _idle(), expires_at),
        "expires_at": expires_at,
    }

    def work(session: ClientSession) -> Visitor | None:
        found = Visitor._get_collection().find_one_and_update(
            {"_id": visitor_id}, {"$set": {"seen_at": moment}}, session=session
        )
        if found is None:
            return None
        VisitorSession._get_collection().insert_one(row, session=session)
        _drop_oldest(visitor_id, session)
        visitor: Visitor = Visitor._from_son(found)
        return visitor

    visitor = transaction(work)
    return SignedIn(token, expires_at, visitor) if visitor else None


def resolve(token: str | None) -> Signed:
    """Return the session of a token; raise `Unauthenticated` when none holds."""
    if not token or len(token) > TOKEN_LENGTH_MAX:
        raise Unauthenticated
    moment = now()
    session: VisitorSession | None = VisitorSession.objects(
        token_hash=token_hash(token), ends_at__gt=moment, expires_at__gt=moment
    ).first()
    visitor = None if session is None else Visitor.objects(id=session.visitor).first()
    if session is None or visitor is None:
        raise Unauthenticated
    if moment - session.seen_at >= min(_idle() * SLIDE_AFTER, SLIDE_AFTER_MAX):
        _slide(session, moment)
    return Signed(session, visitor)


def end(session_id: str) -> None:
    """End a session; nothing happens when it is over."""
    VisitorSession._get_collection().delete_one({"_id": session_id})


def revoke(visitor_id: str, session_id: str) -> None:
    """End one session of a visitor; raise `NotFound` when they have none of that id."""
    ended = VisitorSession._get_collection().delete_one({"_id": session_id, "visitor": visitor_id})
    if not ended.deleted_count:
        raise NotFound


def revoke_others(visitor_id: str, keep: str) -> int:
    """End all sessions of a visitor but `keep`; return how many ended."""
    ended = VisitorSession._get_collection().delete_many(
        {"visitor": visitor_id, "_id": {"$ne": keep}}
    )
    return int(ended.deleted_count)


def listing(visitor_id: str) -> list[VisitorSession]:
    """Return the sessions of a visitor that hold, the newest first."""
    found = VisitorSession.objects(visitor=visitor_id, ends_at__gt=now())
    return list(found.order_by("-created_at").limit(SESSIONS_MAX))


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _slide(session: VisitorSession, moment: dt.datetime) -> None:
    ends_at = min(moment + _idle(), session.expires_at)
    VisitorSession._get_collection().update_one(
        {"_id": session.id}, {"$max": {"seen_at": moment, "ends_at": ends_at}}
    )


def _drop_oldest(visitor_id: str, session: ClientSession) -> None:
    rows = VisitorSession._get_collection()
    oldest = (
        rows.find({"visitor": visitor_id}, {"_id": 1}, session=session)
        .sort("created_at", -1)
        .skip(SESSIONS_MAX)
    )
    if excess := [row["_id"] for row in oldest]:
        rows.delete_many({"_id": {"$in": excess}}, session=session)


def _idle() -> dt.timedelta:
    return dt.timedelta(hours=_settings().visitor_session_idle_hours)


def _settings() -> Settings:
    return policy.current().settings
