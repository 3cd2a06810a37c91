"""Signing in: password, then the second factor when the account has one; signing out.

Answers to a wrong name, a wrong password, a disabled account and a wrong code are the same. Each
step gives a fresh token: one that was planted in a browser beforehand is never signed in.
"""

from dataclasses import dataclass

from core.clock import now
from core.errors import Unauthenticated
from models.audit import Outcome
from models.staff import SessionStage, Staff
from services import audit
from services.actors import Actor
from services.staff import accounts, lockout, passwords, sessions, totp
from services.staff.sessions import Caller

ACTION = "staff.sign_in"
UNKNOWN_TARGET = "staff:unknown"


@dataclass(frozen=True)
class SignedIn:
    """What a step of signing in gave: the new token, and how far it reaches."""

    token: str
    stage: SessionStage
    account: Staff


def sign_in(username: str, password: str, caller: Caller, former_token: str | None) -> SignedIn:
    """Check name and password; `former_token` is what the browser held, which ends.

    Raises `Unauthenticated("sign_in_failed")`, `RateLimited("sign_in_locked")`.
    """
    username = accounts.normal_username(username)
    attempt = _begun(username, caller)
    account: Staff | None = Staff.objects(username=username, enabled=True).first()
    if not passwords.matches(account.password_hash if account else None, password):
        raise _failed(Staff.objects(username=username).first(), caller, "password")
    assert account is not None  # noqa: S101 - nobody's password never matches
    sessions.end(former_token)
    _rehash(account, password)
    if totp.is_enrolled(account):
        lockout.passed(attempt)
        token = sessions.start(account, SessionStage.CODE, caller)
        return SignedIn(token, SessionStage.CODE, account)
    lockout.succeeded(attempt)
    return _complete(account, caller, "password")


def second_factor(token: str | None, code: str, caller: Caller) -> SignedIn:
    """Check a code, or a recovery code, for the session that awaits it. Errors as in `sign_in`."""
    signed = sessions.resolve(token, SessionStage.CODE)
    account = signed.account
    attempt = _begun(account.username, caller)
    by_recovery = False
    if not totp.use_code(account, code):
        by_recovery = totp.use_recovery_code(account, code)
        if not by_recovery:
            raise _failed(account, caller, "code")
    sessions.end(token)
    lockout.succeeded(attempt)
    return _complete(account, caller, "recovery_code" if by_recovery else "code")


def sign_out(token: str | None, actor: Actor) -> None:
    """End the session of a token."""
    sessions.end(token)
    audit.record(actor, "staff.sign_out", f"staff:{actor.id}")


def _begun(username: str, caller: Caller) -> lockout.Attempt:
    try:
        return lockout.begin(username, caller.address)
    except Exception:
        known = Staff.objects(username=username).only("id").first()
        _note(known, caller, "locked", Outcome.DENIED)
        raise


def _failed(account: Staff | None, caller: Caller, step: str) -> Unauthenticated:
    _note(account, caller, step, Outcome.FAILED)
    return Unauthenticated("sign_in_failed")


def _note(account: Staff | None, caller: Caller, step: str, outcome: Outcome) -> None:
    """Put a failure on record. A name that nobody has may be a password typed in its place."""
    nobody = Actor("", "", frozenset(), None, caller.address, caller.request_id)
    target = f"staff:{account.id}" if account else UNKNOWN_TARGET
    audit.record(nobody, ACTION, target, after={"step": step}, outcome=outcome)


def _complete(account: Staff, caller: Caller, step: str) -> SignedIn:
    token = sessions.start(account, SessionStage.FULL, caller)
    unchanged = {"_id": account.id, "enabled": True, "password_hash": account.password_hash}
    noted = Staff._get_collection().update_one(unchanged, {"$set": {"last_sign_in_at": now()}})
    if not noted.matched_count:  # disabled or reset while the password was checked
        sessions.end(token)
        raise _failed(account, caller, step)
    actor = sessions.actor_of(account, caller)
    audit.record(actor, ACTION, f"staff:{account.id}", after={"step": step})
    return SignedIn(token, SessionStage.FULL, account)


def _rehash(account: Staff, password: str) -> None:
    """Hash a password anew when costs have changed since, unless it was changed meanwhile."""
    if passwords.is_outdated(account.password_hash):
        fresh = passwords.hashed(password)
        guard = {"_id": account.id, "password_hash": account.password_hash}
        if (
            Staff._get_collection()
            .update_one(guard, {"$set": {"password_hash": fresh}})
            .matched_count
        ):
            account.password_hash = fresh
