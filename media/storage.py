"""The port of the media store: what the product asks of it, whichever store that is.

Two adapters: `media.local` keeps files in a folder, `media.s3` speaks to MinIO or another store
with the S3 protocol. Keys are those of `media.keys`; a key also tells the type, so nothing else is
stored with an object. Every verb ends in time. All of them raise `StoreUnavailable` when the store
does not answer or refuses us; those that write also `StoreFull`; both are in `media.errors`.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from media.files import replacing

CHUNK_BYTES = 256 * 1024
# What S3 asks of the parts of one upload, except that the last may be smaller.
PART_MIN_BYTES = 5 * 2**20
PARTS_MAX = 10_000


@dataclass(frozen=True)
class ObjectInfo:
    """An object: size in bytes, time in UTC. `etag` changes when the bytes do; it is no hash."""

    key: str
    size: int
    etag: str
    content_type: str
    modified: dt.datetime


@dataclass(frozen=True)
class Part:
    """A part of an upload that the store has. The number counts from 1."""

    number: int
    etag: str
    size: int = 0


@dataclass(frozen=True)
class Target:
    """Where a browser sends the bytes of one part, and how, until `expires_at` (UTC).

    `url` begins with a slash when it is on this server. The answer's `ETag` is the part's, in
    quotes.
    """

    method: str
    url: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Unfinished:
    """An upload in parts that was begun (UTC) and neither completed nor aborted."""

    key: str
    upload: str
    started: dt.datetime


class Chunks(Iterator[bytes]):
    """The bytes of an object, piece by piece. Close it, or use it in a `with` statement."""

    def __init__(self, pieces: Iterable[bytes], close: Callable[[], object]) -> None:
        self._pieces = iter(pieces)
        self._close = close

    def __next__(self) -> bytes:
        return next(self._pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or the connection."""
        self._close()


class Storage(Protocol):
    """The verbs of a store."""

    def put(self, key: str, source: bytes | Path | BinaryIO, size: int | None = None) -> ObjectInfo:
        """Store an object, whole or not at all; replace what was there.

        When this returns, the bytes survive the end of the store's process. `size` in bytes is
        needed for a stream; so many are read. Raises `EOFError` when it ends earlier.
        """
        ...

    def open(self, key: str, offset: int = 0, length: int | None = None) -> Chunks:
        """Return the bytes from `offset` on, at most `length`; raise `ObjectMissing`.

        The pieces may raise `StoreUnavailable` half-way.
        """
        ...

    def stat(self, key: str) -> ObjectInfo:
        """Return what is known of an object; raise `ObjectMissing`."""
        ...

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Return the objects whose keys begin with `prefix`, sorted by key."""
        ...

    def remove(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        ...

    def remove_many(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are not there are no error."""
        ...

    def copy(self, source: str, target: str) -> ObjectInfo:
        """Copy within the store, whole or not at all; raise `ObjectMissing`."""
        ...

    def public_url(self, key: str) -> str:
        """Return the address, for ever the same, of an object of a public area.

        It begins with a slash when it is on this server. Raises `ValueError` for another area.
        """
        ...

    def signed_url(self, key: str, expires_s: int, download_name: str = "") -> str:
        """Return an address that shows the object for so many seconds, a week at most.

        With a `download_name`, in any script, browsers save it under this name.
        """
        ...

    def begin(self, key: str) -> str:
        """Begin an upload in parts; return its name, which holds for this key."""
        ...

    def sign_part(self, key: str, upload: str, number: int, expires_s: int) -> Target:
        """Return where a browser sends a part. The same number again replaces the part."""
        ...

    def list_parts(self, key: str, upload: str) -> Sequence[Part]:
        """Return the parts that arrived, by number; raise `ObjectMissing` for no such upload."""
        ...

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> ObjectInfo:
        """Make the object of its parts, in the order of their numbers; the upload ends.

        Raises `PartsDiffer` when a part is missing, too small, or another one than named, and
        `ObjectMissing` when the upload has ended; it may then have been completed before.
        """
        ...

    def abort(self, key: str, upload: str) -> None:
        """Drop an upload and its parts; one that has ended is no error."""
        ...

    def list_unfinished(self, started_before: dt.datetime) -> Iterator[Unfinished]:
        """Return uploads in parts that were begun before a moment, in UTC.

        Not every store tells all of them: keep a record of your own, take this as the net below.
        """
        ...

    def clean(self, started_before: dt.datetime) -> int:
        """Drop those uploads, and what interrupted writes left; return how many there were."""
        ...

    def prepare(self) -> Sequence[str]:
        """Make the store ready to serve; done again, it changes nothing.

        Returns what it would not take, for the operator to set up in the store's own way.
        """
        ...

    def check(self) -> None:
        """Ask the store for a sign of life, for some seconds; raise `StoreUnavailable`."""
        ...


def fetch(store: Storage, key: str, path: Path) -> None:
    """Write an object to a file, whole or not at all; raise `ObjectMissing`, `OSError`."""
    with store.open(key) as chunks, replacing(path) as file:
        for chunk in chunks:
            file.write(chunk)
