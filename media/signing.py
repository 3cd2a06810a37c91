"""Signed tokens of the local store: what may be done with which object, until when.

S3 stores sign addresses by themselves; this is for files that this server hands out.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json

from core import clock
from media.errors import BadSignature

TOKEN_MAX = 2_000


class Signer:
    """Makes and reads tokens with a key that is made of SECRET_KEY."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"media", "sha256")

    def sign(self, purpose: str, values: list[str], expires_at: dt.datetime) -> str:
        """Return a token for the values; it goes into an address as it is."""
        content = json.dumps([*values, expires_at.timestamp()], separators=(",", ":"))
        payload = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
        return f"{payload}.{self._signature(purpose, payload)}"

    def read(self, purpose: str, token: str) -> list[str]:
        """Return the values of a token that `sign` made for this purpose.

        Raises `BadSignature` when it was changed, made for something else, or is past its time.
        """
        payload, _, signature = token.partition(".")
        if len(token) > TOKEN_MAX or not token.isascii():
            raise BadSignature
        if not hmac.compare_digest(signature, self._signature(purpose, payload)):
            raise BadSignature
        try:
            content = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
            values: list[str]
            *values, expires_at = json.loads(content)
        except (binascii.Error, ValueError):
            raise BadSignature from None
        if clock.system_time().timestamp() >= expires_at:
            raise BadSignature
        return values

    def _signature(self, purpose: str, payload: str) -> str:
        message = f"{purpose}:{payload}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
