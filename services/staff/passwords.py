"""Passwords: hashed with Argon2id, checked against what is guessed first.

Length, history and age are settings. Rules follow the profile of 等保 for identity: length, no
common password, none of the last ones again.
"""

import base64
import datetime as dt
import secrets
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from core.clock import now
from core.errors import Invalid
from models.staff import Staff
from services.staff import known_passwords, policy

LENGTH_MAX = 128
# OWASP's least for Argon2id: 19 MiB, two passes; a sign-in costs tens of milliseconds.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
ONE_TIME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
ONE_TIME_LENGTH = 20

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")


# What is verified for an account that does not exist, so that this takes the same time: the hash
# of no password that anybody knows, made up because computing one would slow every start.
_NOBODY = (
    f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}"
    f"${_random(_hasher.salt_len)}${_random(_hasher.hash_len)}"
)


def hashed(password: str) -> str:
    """Return the hash of a password that `check` found good."""
    return _hasher.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right; takes as long for no account (None)."""
    try:
        right = _hasher.verify(password_hash or _NOBODY, _normal(password[: LENGTH_MAX * 2]))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check(password: str, *, username: str, name: str, former: Sequence[str], field: str) -> None:
    """Raise `Invalid` for a new password that a rule refuses, naming it under `field`.

    `former` are hashes that may not come again, the present one included.
    """
    normal = _normal(password)
    settings = policy.current().settings
    problem = None
    if len(normal) < settings.staff_password_min_length:
        problem = "too_short"
    elif len(normal) > LENGTH_MAX:
        problem = "too_long"
    elif known_passwords.is_common(normal):
        problem = "password_common"
    elif known_passwords.holds_name(normal, (username, name)):
        problem = "password_names"
    elif any(matches(one, password) for one in former):
        problem = "password_used"
    if problem:
        raise Invalid(fields={field: problem})


def one_time() -> str:
    """Return a fresh random password of 20 characters that are not misread."""
    return "".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(ONE_TIME_LENGTH))


def former(account: Staff) -> list[str]:
    """Return the hashes that a new password is compared with: the present one and the history."""
    kept = policy.current().settings.staff_password_history
    return [account.password_hash, *account.password_history][: max(kept, 1)]


def is_too_old(account: Staff) -> bool:
    """Tell whether the password is past its greatest age; never without that setting."""
    days = policy.current().settings.staff_password_max_age_days
    return bool(days) and account.password_changed_at + dt.timedelta(days=days) <= now()


def _normal(password: str) -> str:
    """Return a password as it is hashed: the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)
