"""The session of a visitor over HTTP: `Authorization: Bearer TOKEN`."""

from flask import request

SCHEME = "bearer"


def token() -> str | None:
    """Return the token that came with the request, unchecked."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    return rest.strip() if scheme.lower() == SCHEME else None
