"""Sessions of staff: opaque tokens, idle and absolute end, listing and revoking.

Only the hash of a token is stored. Every use looks at the account, so that a disabled account
has no session from that moment on.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import NotFound, Unauthenticated
from core.ids import new_id
from models.staff import SessionStage, Staff, StaffSession
from services.actors import Actor
from services.staff import passwords, policy, totp

TOKEN_BYTES = 32
TOKEN_LENGTH_MAX = 100
AGENT_MAX = 200
# How long the second factor may take.
CODE_WITHIN = dt.timedelta(minutes=5)
# Use is written down at most so often; the idle end is exact to this.
SEEN_EVERY = dt.timedelta(seconds=20)
LISTED_MAX = 100


@dataclass(frozen=True)
class Caller:
    """Where a request comes from."""

    address: str
    agent: str
    request_id: str


@dataclass(frozen=True)
class Signed:
    """A session that holds, and whose it is."""

    session: StaffSession
    account: Staff

    def actor(self, caller: Caller) -> Actor:
        """Return who acts in a request."""
        return actor_of(self.account, caller)

    @property
    def restriction(self) -> str | None:
        """Return the code of what must be done before anything else, if there is something."""
        account = self.account
        if account.must_change_password or passwords.is_too_old(account):
            return "password_change_needed"
        if must_enrol(account) and not totp.is_enrolled(account):
            return "totp_needed"
        return None


def actor_of(account: Staff, caller: Caller) -> Actor:
    """Return a member of staff as the one who acts."""
    roles = frozenset(account.roles)
    return Actor(
        account.id, account.name, roles, account.department, caller.address, caller.request_id
    )


def must_enrol(account: Staff) -> bool:
    """Tell whether a role of the account asks for a second factor."""
    return not policy.current().totp_roles.isdisjoint(account.roles)


def start(account: Staff, stage: SessionStage, caller: Caller) -> str:
    """Open a session and return its token, which is told this once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    hours = policy.current().settings.staff_session_max_hours
    lasts = dt.timedelta(hours=hours) if stage is SessionStage.FULL else CODE_WITHIN
    moment = now()
    StaffSession._get_collection().insert_one(
        {
            "_id": new_id(),
            "token_hash": token_hash(token),
            "staff": account.id,
            "stage": stage.value,
            "address": caller.address,
            "agent": caller.agent[:AGENT_MAX],
            "created_at": moment,
            "seen_at": moment,
            "expires_at": moment + lasts,
        }
    )
    return token


def resolve(token: str | None, stage: SessionStage = SessionStage.FULL) -> Signed:
    """Return the session of a token at a stage; raise `Unauthenticated` when none holds."""
    if not token or len(token) > TOKEN_LENGTH_MAX:
        raise Unauthenticated
    moment = now()
    idle = dt.timedelta(minutes=policy.current().settings.staff_session_idle_minutes)
    session: StaffSession | None = StaffSession.objects(
        token_hash=token_hash(token),
        stage=stage,
        expires_at__gt=moment,
        seen_at__gt=moment - idle,
    ).first()
    account = None if session is None else Staff.objects(id=session.staff, enabled=True).first()
    if session is None or account is None:
        raise Unauthenticated
    if session.seen_at < moment - SEEN_EVERY:
        StaffSession._get_collection().update_one(
            {"_id": session.id}, {"$max": {"seen_at": moment}}
        )
    return Signed(session, account)


def end(token: str | None) -> None:
    """End the session of a token, whatever its stage; nothing happens when there is none."""
    if token and len(token) <= TOKEN_LENGTH_MAX:
        StaffSession._get_collection().delete_one({"token_hash": token_hash(token)})


def end_all(staff_id: str, *, keep: str | None = None, session: ClientSession | None = None) -> int:
    """End all sessions of an account but the one with the id `keep`; return how many ended."""
    query: dict[str, object] = {"staff": staff_id}
    if keep is not None:
        query["_id"] = {"$ne": keep}
    result = StaffSession._get_collection().delete_many(query, session=session)
    return int(result.deleted_count)


def revoke(staff_id: str, session_id: str, *, session: ClientSession | None = None) -> None:
    """End one session of an account; raise `NotFound` when it has none of that id."""
    result = StaffSession._get_collection().delete_one(
        {"_id": session_id, "staff": staff_id}, session=session
    )
    if not result.deleted_count:
        raise NotFound


def listing(staff_id: str) -> list[StaffSession]:
    """Return the sessions of an account that hold, the newest first."""
    moment = now()
    idle = dt.timedelta(minutes=policy.current().settings.staff_session_idle_minutes)
    found = StaffSession.objects(
        staff=staff_id,
        stage=SessionStage.FULL,
        expires_at__gt=moment,
        seen_at__gt=moment - idle,
    )
    return list(found.order_by("-created_at").limit(LISTED_MAX))


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
