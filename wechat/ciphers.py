"""The platform's encryption of pushes: AES-256-CBC over random bytes, length, text and appid.

Loaded only where pushes are encrypted: wechatpy takes 9 MB of a process. Its own decryption does
not check the padding, and fails in many ways on bytes that are no push; so the cipher is its, and
the reading ours.
"""

import base64
import hmac
import secrets

from wechatpy.crypto import PrpCrypto

from wechat.formats import FormatError

KEY_BYTES, BLOCK_BYTES = 32, 32
RANDOM_BYTES, LENGTH_BYTES = 16, 4


class _Crypto(PrpCrypto):  # type: ignore[misc]
    """wechatpy's encryption, with random bytes that nobody can foretell."""

    def get_random_string(self) -> str:
        return secrets.token_hex(RANDOM_BYTES // 2)


class MessageCipher:
    """Opens and seals texts for one mini-program; for all threads of a process."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        self._crypto = _Crypto(base64.b64decode(f"{encoding_aes_key}="))
        self._appid = appid

    def open(self, encrypted: str) -> str:
        """Return the text of base 64 that was sealed for this appid.

        Raises `FormatError`: another key, another mini-program, or it was changed.
        """
        try:
            raw = base64.b64decode(encrypted, validate=True)
            content = _unpadded(self._crypto.cipher.decrypt(raw))[RANDOM_BYTES:]
            length = int.from_bytes(content[:LENGTH_BYTES], "big")
            text, appid = content[LENGTH_BYTES:][:length], content[LENGTH_BYTES + length :]
            if not hmac.compare_digest(appid, self._appid.encode()):
                raise FormatError
            return text.decode()
        except ValueError:  # no base 64, no whole blocks, no UTF-8
            raise FormatError from None

    def seal(self, text: str) -> str:
        """Return a text as base 64 that the platform opens."""
        sealed: bytes = self._crypto.encrypt(text, self._appid)
        return sealed.decode()


def _unpadded(padded: bytes) -> bytes:
    """Return bytes without their PKCS #7 padding, all of which is checked."""
    count = padded[-1] if padded else 0
    padding = padded[-count:] if count else b""
    if not 0 < count <= BLOCK_BYTES or padding != bytes([count]) * count:
        raise FormatError
    return padded[:-count]
