"""The platform's encryption of pushes, written from its document with a plain AES."""

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

RANDOM_BYTES = 16
# PKCS #7 with blocks of 32 bytes, twice those of AES.
PADDING_BITS = 256


class CryptoError(Exception):
    """What came does not open; the text says why."""


class PushCrypto:
    """Seals pushes and opens replies of one mini-program."""

    def __init__(self, aes_key: str, appid: str) -> None:
        self._key = base64.b64decode(f"{aes_key}=")
        self._appid = appid

    def seal(self, text: str, *, appid: str | None = None, bad_padding: bool = False) -> str:
        """Return a text encrypted, in base 64; for another appid, or padded wrongly, on demand."""
        content = text.encode()
        whom = (self._appid if appid is None else appid).encode()
        plain = secrets.token_bytes(RANDOM_BYTES) + struct.pack(">I", len(content)) + content + whom
        padder = padding.PKCS7(PADDING_BITS).padder()
        padded = padder.update(plain) + padder.finalize()
        if bad_padding:
            # Its last byte tells how many there are; the others no longer agree.
            padded = padded[:-2] + bytes([padded[-2] ^ 0x55, max(padded[-1], 2)])
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def open(self, encrypted: str) -> str:
        """Return the text of what was encrypted for this mini-program; raise `CryptoError`."""
        try:
            decryptor = self._cipher().decryptor()
            padded = decryptor.update(base64.b64decode(encrypted, validate=True))
            unpadder = padding.PKCS7(PADDING_BITS).unpadder()
            plain = unpadder.update(padded + decryptor.finalize()) + unpadder.finalize()
            (length,) = struct.unpack(">I", plain[RANDOM_BYTES : RANDOM_BYTES + 4])
            rest = plain[RANDOM_BYTES + 4 :]
            text, appid = rest[:length].decode(), rest[length:].decode()
        except (ValueError, struct.error) as error:
            raise CryptoError(str(error)) from None
        if appid != self._appid:
            raise CryptoError("another appid")
        return text

    def _cipher(self) -> "Cipher[modes.CBC]":
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))


def signature(*parts: str) -> str:
    """Return the signature of texts: SHA-1 of all of them, sorted."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324
