"""What looks random and is the same each time for the same seed."""

import base64
import hashlib
from secrets import token_hex


class Draws:
    """Draws texts one after the other; the same seed gives the same ones in the same order."""

    def __init__(self, seed: str | None = None) -> None:
        self._seed = seed or token_hex(16)
        self._count = 0

    def reset(self, seed: str | None = None) -> None:
        """Begin anew, with another seed where one is given."""
        self._seed, self._count = seed or self._seed, 0

    def text(self, length: int) -> str:
        """Return letters and digits, 86 at most."""
        self._count += 1
        return letters(f"{self._seed}:{self._count}", length)

    def key(self) -> str:
        """Return 16 bytes in base 64, as a session_key is."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
        return base64.b64encode(digest[:16]).decode()

    def number(self) -> int:
        """Return a whole number of up to nine digits."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % 10**9

    def rid(self) -> str:
        """Return an id of a failed call in the form that the platform has."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:16]}-{digest[16:24]}"


def letters(source: str, length: int) -> str:
    """Return letters and digits that follow from `source`, 86 at most."""
    digest = hashlib.sha512(source.encode()).digest()
    return base64.b64encode(digest, altchars=b"xY").decode().rstrip("=")[:length]
