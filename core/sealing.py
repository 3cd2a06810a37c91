"""Encryption at rest: AES-256-GCM, each value bound to the place where it stands.

A sealed value is text: `<key id>.<base64 of nonce and ciphertext>`. The place (collection, id,
field) is authenticated with it, so that a value copied elsewhere does not open. Keys are made from
the secrets of the settings; a key's id follows from the key and tells nothing of it.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
ID_LENGTH = 12
SEPARATOR = "."


class SealingError(Exception):
    """A sealed value does not open: another key, another place, or it was changed."""


class _Key:
    """What is made from one secret: an id, a cipher, a key for blind indexes."""

    def __init__(self, secret: str) -> None:
        self.id = _derived(secret, b"id").hex()[:ID_LENGTH]
        self.cipher = AESGCM(_derived(secret, b"encryption"))
        self._index = _derived(secret, b"index")

    def index(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self._index, f"{purpose}:{text}".encode(), "sha256")
        return f"{self.id}{SEPARATOR}{digest.hex()}"


class Keyring:
    """The key that seals, and the former ones that still open."""

    def __init__(self, current: str, former: Sequence[str] = ()) -> None:
        self._current = _Key(current)
        self._keys = {key.id: key for key in (self._current, *map(_Key, former))}

    @property
    def current_id(self) -> str:
        """Return the id of the key that seals."""
        return self._current.id

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all keys that are known."""
        return frozenset(self._keys)

    def seal(self, text: str, place: str) -> str:
        """Encrypt a text for its place."""
        nonce = os.urandom(NONCE_BYTES)
        raw = nonce + self._current.cipher.encrypt(nonce, text.encode(), place.encode())
        return f"{self._current.id}{SEPARATOR}{base64.b64encode(raw).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Decrypt what was sealed for this place; raise `SealingError`."""
        key_id, _, rest = sealed.partition(SEPARATOR)
        key = self._keys.get(key_id)
        if key is None:
            raise SealingError
        try:
            raw = base64.b64decode(rest, validate=True)
            plain = key.cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError, binascii.Error):
            raise SealingError from None
        return plain.decode()

    def is_current(self, sealed: str) -> bool:
        """Tell whether a value, or a blind index, was made with the key that seals."""
        return key_id(sealed) == self._current.id

    def index(self, purpose: str, text: str) -> str:
        """Return what finds a text without telling it: the same for the same text."""
        return self._current.index(purpose, text)

    def indexes(self, purpose: str, text: str) -> list[str]:
        """Return what the text may be indexed under: one for each known key."""
        return [key.index(purpose, text) for key in self._keys.values()]


def key_id(sealed: str) -> str:
    """Return the id of the key that a value was sealed with."""
    return sealed.partition(SEPARATOR)[0]


def _derived(secret: str, purpose: bytes) -> bytes:
    derivation = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=b"personal-data:" + purpose)
    return derivation.derive(secret.encode())
