"""Values of settings: typed variables of the environment, and what is wrong with an address."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

SECRET_MIN_LENGTH = 32


class Reader:
    """Reads typed variables and collects every mistake, so that all are told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.mistakes: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """Return the value without blanks around it; one without default is missing."""
        value = self.environ.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.mistakes.append(f"{name} is not set")
            return ""
        return default

    def secret(self, name: str) -> str:
        """Return a secret that must be set, and long enough."""
        value = self.text(name)
        if value and len(value) < SECRET_MIN_LENGTH:
            self.mistakes.append(f"{name} must have at least {SECRET_MIN_LENGTH} characters")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        raw = self.text(name, str(default))
        try:
            value = int(raw)
        except ValueError:
            self.mistakes.append(f"{name} is not a whole number: {raw!r}")
            return default
        if not low <= value <= high:
            self.mistakes.append(f"{name} must be between {low} and {high}, not {value}")
        return value

    def decimal(self, name: str, default: float, low: float, high: float) -> float:
        """Return a number within bounds."""
        raw = self.text(name, str(default))
        try:
            value = float(raw)
        except ValueError:
            self.mistakes.append(f"{name} is not a number: {raw!r}")
            return default
        if not low <= value <= high:
            self.mistakes.append(f"{name} must be between {low} and {high}, not {value}")
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of some words."""
        value = self.text(name, default)
        if value not in choices:
            self.mistakes.append(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def words(self, name: str, default: str = "") -> tuple[str, ...]:
        """Return what is listed with commas."""
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())


def base_fault(base: str, *, in_production: bool) -> str:
    """Return what is wrong with the address of WeChat's server, which gets the secret."""
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not an address"
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in ("http", "https") or not host or not is_plain:
        return "must be https://host, nothing more than a path after it"
    if in_production and _is_loopback(host):
        return "is on this machine: the simulator has no place in production"
    if parts.scheme == "http" and not _is_loopback(host):
        return "must begin with https://"
    return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


def address_fault(address: str, *, path: bool) -> str:
    """Return what is wrong with an address that browsers or we call; `path`: it may have one."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not an address"
    has_more = parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in ("http", "https") or not host or has_more:
        return "must be like https://host:port"
    if parts.path and not path:
        return "must be like https://host:port, without a path"
    return ""


def is_safe_for_browsers(address: str) -> bool:
    """Tell whether pages may call an address: it is encrypted, or on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or _is_loopback(parts.hostname or "")
