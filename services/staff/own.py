"""What members of staff do with their own account: password, second factor, sessions.

Each asks for the present password again, counted like a sign-in: a browser left open is not
enough to take an account over.
"""

from collections.abc import Mapping

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid
from models.audit import Outcome
from models.staff import SessionStage, Staff
from services import audit
from services.actors import Actor
from services.staff import lockout, passwords, policy, sessions, totp
from services.staff.sessions import Caller, Signed


def change_password(signed: Signed, caller: Caller, *, current: str, new: str) -> str:
    """Set a new password; all sessions end, and the token of a fresh one is returned.

    Raises `Invalid` naming `current` or `new`.
    """
    account, actor = signed.account, signed.actor(caller)
    confirm_password(signed, caller, current, field="current")
    former = passwords.former(account)
    passwords.check(new, username=account.username, name=account.name, former=former, field="new")
    kept = policy.current().settings.staff_password_history
    change = {
        "password_hash": passwords.hashed(new),
        "password_history": former[: max(kept - 1, 0)],
        "password_changed_at": now(),
        "must_change_password": False,
        "updated_at": now(),
    }

    def work(session: ClientSession) -> None:
        _update(account, {"password_hash": account.password_hash}, {"$set": change}, session)
        sessions.end_all(account.id, session=session)
        audit.record(actor, "account.change_password", _target(account), session=session)

    transaction(work)
    return sessions.start(account, SessionStage.FULL, caller)


def offer_totp(signed: Signed, caller: Caller, *, password: str) -> tuple[str, str]:
    """Return a new secret and its otpauth:// address; it counts once it was confirmed."""
    account = signed.account
    confirm_password(signed, caller, password, field="password")
    if totp.is_enrolled(account):
        raise Conflict("totp_enrolled")
    secret = totp.new_secret()
    offered = totp.offered(secret, account.id).to_mongo()

    def work(session: ClientSession) -> None:
        guard = {"totp.confirmed_at": None}
        _update(account, guard, {"$set": {"totp": offered}}, session)
        audit.record(signed.actor(caller), "account.offer_totp", _target(account), session=session)

    transaction(work)
    return secret, totp.address(secret, account.username)


def confirm_totp(signed: Signed, caller: Caller, *, code: str) -> list[str]:
    """Take the offered second factor up with its first code; return recovery codes, this once.

    All other sessions of the account end.
    """
    account = signed.account
    if account.totp is None:
        raise Conflict("totp_not_enrolled")
    if totp.is_enrolled(account):
        raise Conflict("totp_enrolled")
    attempt = lockout.begin(account.username, caller.address)
    counter = totp.matched_counter(account, code)
    if counter is None:
        raise Invalid(fields={"code": "wrong_code"})
    lockout.succeeded(attempt)
    codes = totp.new_recovery_codes()
    change = {
        "totp.confirmed_at": now(),
        "totp.last_counter": counter,
        "recovery_codes": [totp.recovery_hash(one) for one in codes],
        "updated_at": now(),
    }

    def work(session: ClientSession) -> None:
        guard = {"totp.secret": account.totp.secret, "totp.confirmed_at": None}
        _update(account, guard, {"$set": change}, session)
        sessions.end_all(account.id, keep=signed.session.id, session=session)
        audit.record(signed.actor(caller), "account.enrol_totp", _target(account), session=session)

    transaction(work)
    return codes


def renew_recovery_codes(signed: Signed, caller: Caller, *, password: str) -> list[str]:
    """Return ten new recovery codes, this once; the former ones are void."""
    account = signed.account
    confirm_password(signed, caller, password, field="password")
    if not totp.is_enrolled(account):
        raise Conflict("totp_not_enrolled")
    codes = totp.new_recovery_codes()
    change = {"recovery_codes": [totp.recovery_hash(one) for one in codes], "updated_at": now()}

    def work(session: ClientSession) -> None:
        guard = {"totp.secret": account.totp.secret}
        _update(account, guard, {"$set": change}, session)
        audit.record(
            signed.actor(caller), "account.renew_recovery_codes", _target(account), session=session
        )

    transaction(work)
    return codes


def remove_totp(signed: Signed, caller: Caller, *, password: str) -> None:
    """Do without the second factor; refused while a role asks for it."""
    account = signed.account
    confirm_password(signed, caller, password, field="password")
    if not totp.is_enrolled(account):
        raise Conflict("totp_not_enrolled")
    if sessions.must_enrol(account):
        raise Conflict("totp_required")

    def work(session: ClientSession) -> None:
        guard = {"totp.secret": account.totp.secret}
        gone = {"$unset": {"totp": ""}, "$set": {"recovery_codes": [], "updated_at": now()}}
        _update(account, guard, gone, session)
        sessions.end_all(account.id, keep=signed.session.id, session=session)
        audit.record(signed.actor(caller), "account.remove_totp", _target(account), session=session)

    transaction(work)


def revoke_session(signed: Signed, actor: Actor, session_id: str) -> None:
    """End one of one's own sessions; raise `NotFound`."""

    def work(session: ClientSession) -> None:
        sessions.revoke(signed.account.id, session_id, session=session)
        audit.record(
            actor,
            "account.revoke_session",
            _target(signed.account),
            after={"ended": session_id},
            session=session,
        )

    transaction(work)


def revoke_others(signed: Signed, actor: Actor) -> int:
    """End all of one's own sessions but the present one; return how many."""
    ended = sessions.end_all(signed.account.id, keep=signed.session.id)
    audit.record(actor, "account.revoke_sessions", _target(signed.account), after={"ended": ended})
    return ended


def confirm_password(signed: Signed, caller: Caller, password: str, *, field: str) -> None:
    """Raise `Invalid` naming `field` unless this is the account's password; failures count."""
    account = signed.account
    attempt = lockout.begin(account.username, caller.address)
    if not passwords.matches(account.password_hash, password):
        actor = signed.actor(caller)
        audit.record(actor, "account.confirm_password", _target(account), outcome=Outcome.FAILED)
        raise Invalid(fields={field: "wrong_password"})
    lockout.passed(attempt)


def _update(
    account: Staff,
    guard: Mapping[str, object],
    change: Mapping[str, object],
    session: ClientSession,
) -> None:
    """Change the account unless what `guard` names was changed meanwhile."""
    result = Staff._get_collection().update_one(
        {"_id": account.id, "enabled": True, **guard}, change, session=session
    )
    if not result.matched_count:
        raise Conflict("stale_account")


def _target(account: Staff) -> str:
    return f"staff:{account.id}"
