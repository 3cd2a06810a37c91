"""The settings that staff services work by, handed in once when a process is wired."""

import hashlib
import hmac
from dataclasses import dataclass

from core.environment import SettingsError
from core.settings import Settings
from models.staff import Role

NO_ROLES = ("none",)


@dataclass(frozen=True)
class Policy:
    """The settings, and which roles need a second factor."""

    settings: Settings
    totp_roles: frozenset[Role]


_configured: list[Policy] = []


def configure(settings: Settings) -> None:
    """Take the settings; raise `SettingsError` for a role that there is not."""
    named = () if settings.staff_totp_roles == NO_ROLES else settings.staff_totp_roles
    unknown = sorted(set(named) - set(Role))
    if unknown:
        message = f"STAFF_TOTP_ROLES names no role: {', '.join(unknown)}"
        raise SettingsError(message)
    _configured[:] = [Policy(settings, frozenset(Role(name) for name in named))]


def current() -> Policy:
    """Return the policy of this process."""
    if not _configured:
        message = "services.staff.policy.configure was not called"
        raise RuntimeError(message)
    return _configured[0]


def keyed_hash(purpose: str, text: str) -> str:
    """Return a hash that nobody can compute without SECRET_KEY, different for each purpose."""
    key = current().settings.secret_key.encode()
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
