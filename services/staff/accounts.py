"""Accounts as administrators keep them: create, roles, disable, reset.

Each change and its audit entry are one transaction. A change that could leave the product without
an administrator writes one shared document, so that two of them at once cannot both succeed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from models.staff import Role, Staff
from services import audit, permissions, versions
from services.actors import Actor, system
from services.staff import lockout, passwords, sessions, totp

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
FIRST_USERNAME = "admin"
FIRST_NAME = "系统管理员"
GUARD = "staff"
SHOWN = ("username", "name", "department", "roles", "enabled", "must_change_password")
# Whoever gives rights does not keep the record of it.
APART = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Created:
    """A new account, and the password to begin with, which is told this once."""

    account: Staff
    password: str


def normal_username(username: str) -> str:
    """Return a user name as it is stored: without blanks around, in lower case."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def get(staff_id: str) -> Staff:
    """Return an account by id; raise `NotFound`."""
    found: Staff | None = Staff.objects(id=staff_id).first()
    if found is None:
        raise NotFound
    return found


def by_username(username: str) -> Staff:
    """Return an account by user name; raise `NotFound`."""
    found: Staff | None = Staff.objects(username=normal_username(username)).first()
    if found is None:
        raise NotFound
    return found


def listing(
    *,
    role: Role | None = None,
    enabled: bool | None = None,
    limit: int = 100,
    after: str | None = None,
) -> list[Staff]:
    """Return accounts by user name, beginning after the user name `after`."""
    query: dict[str, Any] = {}
    if role is not None:
        query["roles"] = role.value
    if enabled is not None:
        query["enabled"] = enabled
    if after is not None:
        query["username"] = {"$gt": after}
    rows = Staff._get_collection().find(query).sort("username", 1).limit(limit)
    return [Staff._from_son(row) for row in rows]


def create(
    actor: Actor, *, username: str, name: str, roles: Collection[Role], department: str | None
) -> Created:
    """Write an account with a one-time password, to be changed at the first sign-in.

    Raises `Invalid`, `Conflict("username_taken")`.
    """
    permissions.require(actor, "staff", "write")
    username = normal_username(username)
    if not USERNAME.fullmatch(username):
        raise Invalid(fields={"username": "format"})
    password = passwords.one_time()
    account = Staff(
        id=new_id(),
        username=username,
        name=name,
        department=department or None,
        roles=_checked(roles),
        password_hash=passwords.hashed(password),
    )

    def work(session: ClientSession) -> None:
        try:
            Staff._get_collection().insert_one(account.to_mongo(), session=session)
        except DuplicateKeyError:
            raise Conflict("username_taken", username=username) from None
        after = _shown(account.to_mongo())
        audit.record(actor, "staff.create", _target(account.id), after=after, session=session)

    transaction(work)
    return Created(account, password)


def bootstrap() -> Created | None:
    """Create the first administrator; None when there is any account.

    Two processes that start at once create one: the user name is unique.
    """
    if Staff.objects.only("id").first() is not None:
        return None
    try:
        return create(
            system("bootstrap"),
            username=FIRST_USERNAME,
            name=FIRST_NAME,
            roles=[Role.ADMINISTRATOR],
            department=None,
        )
    except Conflict:
        return None


def update(actor: Actor, staff_id: str, fields: Fields, *, revision: int) -> Staff:
    """Change `name`, `department` or `roles` of an account that was seen at `revision`.

    Nobody changes their own roles. Raises `Conflict("stale_account")`.
    """
    permissions.require(actor, "staff", "write", _target(staff_id))
    change = {name: fields[name] for name in ("name", "department") if name in fields}
    if "roles" in fields:
        account = get(staff_id)
        roles = _checked(fields["roles"])
        if staff_id == actor.id and set(roles) != set(account.roles):
            raise Conflict("own_account")
        change["roles"] = [role.value for role in roles]
    return _change(actor, "staff.update", staff_id, change, revision=revision)


def disable(actor: Actor, staff_id: str) -> Staff:
    """Disable an account: nobody signs in with it, and all its sessions end now."""
    permissions.require(actor, "staff", "write", _target(staff_id))
    _refuse_own(actor, staff_id)
    return _change(actor, "staff.disable", staff_id, {"enabled": False}, ends_sessions=True)


def enable(actor: Actor, staff_id: str) -> Staff:
    """Let an account sign in again, and forget its failures."""
    permissions.require(actor, "staff", "write", _target(staff_id))
    account = _change(actor, "staff.enable", staff_id, {"enabled": True}, ends_sessions=True)
    lockout.release(account.username)
    return account


def reset_password(actor: Actor, staff_id: str) -> Created:
    """Give an account a one-time password; its sessions end and its failures are forgotten."""
    permissions.require(actor, "staff", "write", _target(staff_id))
    _refuse_own(actor, staff_id)
    password = passwords.one_time()
    account = get(staff_id)
    change = {
        "password_hash": passwords.hashed(password),
        "password_history": passwords.former(account),
        "password_changed_at": now(),
        "must_change_password": True,
    }
    account = _change(actor, "staff.reset_password", staff_id, change, ends_sessions=True)
    lockout.release(account.username)
    return Created(account, password)


def reset_totp(actor: Actor, staff_id: str) -> Staff:
    """Take an account's second factor and recovery codes away; its sessions end."""
    permissions.require(actor, "staff", "write", _target(staff_id))
    _refuse_own(actor, staff_id)
    if not totp.is_enrolled(get(staff_id)):
        raise Conflict("totp_not_enrolled")
    return _change(
        actor,
        "staff.reset_totp",
        staff_id,
        {"recovery_codes": []},
        unset=("totp",),
        ends_sessions=True,
    )


def revoke_sessions(actor: Actor, staff_id: str, session_id: str | None = None) -> None:
    """End one session of an account, or all of them; raise `NotFound`."""
    permissions.require(actor, "staff", "write", _target(staff_id))
    account = get(staff_id)

    def work(session: ClientSession) -> None:
        if session_id is None:
            ended: object = sessions.end_all(account.id, session=session)
        else:
            sessions.revoke(account.id, session_id, session=session)
            ended = session_id
        audit.record(
            actor,
            "staff.revoke_sessions",
            _target(account.id),
            after={"ended": ended},
            session=session,
        )

    transaction(work)


def _change(
    actor: Actor,
    action: str,
    staff_id: str,
    change: dict[str, Any],
    *,
    revision: int | None = None,
    unset: Collection[str] = (),
    ends_sessions: bool = False,
) -> Staff:
    """Write a change of an account with its audit entry, all or nothing."""

    def work(session: ClientSession) -> dict[str, Any]:
        staff = Staff._get_collection()
        before = staff.find_one({"_id": staff_id}, session=session)
        if before is None:
            raise NotFound
        if revision is not None and before["revision"] != revision:
            raise Conflict("stale_account")
        after = {**before, **change, "updated_at": now(), "revision": before["revision"] + 1}
        for name in unset:
            after.pop(name, None)
        staff.replace_one({"_id": staff_id}, after, session=session)
        _keep_an_administrator(before, after, session)
        if ends_sessions:
            sessions.end_all(staff_id, session=session)
        audit.record(
            actor,
            action,
            _target(staff_id),
            before=_shown(before),
            after=_shown(after),
            session=session,
        )
        return after

    account: Staff = Staff._from_son(transaction(work))
    return account


def _keep_an_administrator(before: Fields, after: Fields, session: ClientSession) -> None:
    """Raise `Conflict` when a change takes the last enabled administrator away."""
    if not _administers(before) or _administers(after):
        return
    versions.bump(GUARD, session)
    left = {"roles": Role.ADMINISTRATOR.value, "enabled": True}
    if Staff._get_collection().find_one(left, {"_id": 1}, session=session) is None:
        raise Conflict("last_administrator")


def _administers(row: Fields) -> bool:
    return bool(row["enabled"]) and Role.ADMINISTRATOR.value in row["roles"]


def _checked(roles: Collection[Role]) -> list[Role]:
    found = sorted(set(roles), key=list(Role).index)
    if not found:
        raise Invalid(fields={"roles": "required"})
    if set(found) >= APART:
        raise Invalid(fields={"roles": "roles_apart"})
    return found


def _refuse_own(actor: Actor, staff_id: str) -> None:
    if staff_id == actor.id:
        raise Conflict("own_account")


def _shown(row: Fields) -> dict[str, Any]:
    """Return what the audit log holds of an account."""
    shown = {name: row[name] for name in SHOWN if row.get(name) is not None}
    return {**shown, "second_factor": bool((row.get("totp") or {}).get("confirmed_at"))}


def _target(staff_id: str) -> str:
    return f"staff:{staff_id}"
