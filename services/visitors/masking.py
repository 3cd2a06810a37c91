"""Personal data as it may be shown: enough to recognise one's own, no more."""

MAINLAND = "+86"
STARS = "****"


def name(text: str | None) -> str | None:
    """Mask a name: its first character."""
    return None if text is None else f"{text[:1]}{STARS}"


def phone(number: str | None) -> str | None:
    """Mask a number in international form: `138****8000`, `+447****0123`."""
    if number is None:
        return None
    shown = number.removeprefix(MAINLAND)
    head, tail = 4 if shown.startswith("+") else 3, 4
    if len(shown) < head + tail + 2:
        return f"{STARS}{shown[-2:]}"
    return f"{shown[:head]}{STARS}{shown[-tail:]}"


def email(address: str | None) -> str | None:
    """Mask an address: `a****@example.org`."""
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}{STARS}@{domain}"
