"""Addresses: of e-mail, and what is wrong with those in the settings."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

# What browsers take for an address, in lower case, with a domain of two parts at least. One
# address: neither a second one nor a line end can come with it.
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}")


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
