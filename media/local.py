"""The store in a local folder: the embedded default, for one host.

<area>/…       objects, at the path that their key names
.uploads/…     uploads in parts, see `media.local_parts`

Addresses are routes of this server. Signed ones carry a token that `download_name_of` reads back;
parts arrive at a route that hands them to `put_part`.
"""

import datetime as dt
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from core import logs
from core.clock import now
from media import files, keys
from media.disk_errors import as_store_errors
from media.errors import BadSignature, ObjectMissing, PartsDiffer, StoreUnavailable
from media.keys import required
from media.local_parts import UPLOADS, Uploads, tag_of
from media.signing import Signer
from media.storage import CHUNK_BYTES, Chunks, ObjectInfo, Part, Target, Unfinished

logger = logs.get(__name__)

MEDIA_URL = "/media"
PARTS_URL = f"{MEDIA_URL}/parts"  # followed by a slash and a token; takes PUT
TOKEN_PARAMETER = "token"  # noqa: S105 - the name of a parameter
_LINK, _PART = "link", "part"


class LocalStorage:
    """A folder as a store. `secret` signs addresses; public ones may begin with a CDN's."""

    def __init__(self, root: Path, *, secret: str, cdn_url: str = "") -> None:
        self.root = root
        self._base = cdn_url or MEDIA_URL
        self._signer = Signer(secret)
        self._uploads = Uploads(root / UPLOADS)

    def path(self, key: str) -> Path:
        """Return where an object lies, whether it exists or not; raise `ObjectMissing`."""
        return self.root / required(key)

    def put(self, key: str, source: bytes | Path | BinaryIO, size: int | None = None) -> ObjectInfo:
        """Store an object."""
        path = self.path(key)
        with as_store_errors():
            files.save(path, _pieces(source, size))
        return self.stat(key)

    def open(self, key: str, offset: int = 0, length: int | None = None) -> Chunks:
        """Return an object's bytes."""
        with as_store_errors():
            file = self.path(key).open("rb")
            left = max(0, os.fstat(file.fileno()).st_size - offset)
            file.seek(offset)
        wanted = left if length is None else min(left, length)
        return Chunks(files.pieces_of(file, wanted, CHUNK_BYTES), file.close)

    def stat(self, key: str) -> ObjectInfo:
        """Return what is known of an object."""
        with as_store_errors():
            found = os.stat(self.path(key))
        if not stat.S_ISREG(found.st_mode):
            raise ObjectMissing
        return _info(key, found)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Return the objects of a prefix."""
        folder = self.root / prefix.rpartition("/")[0]
        found = []
        for path in folder.rglob("*"):
            key = path.relative_to(self.root).as_posix()
            if key.startswith(prefix) and keys.is_key(key) and path.is_file():
                found.append(key)
        for key in sorted(found):
            with suppress(ObjectMissing):  # removed meanwhile
                yield self.stat(key)

    def remove(self, key: str) -> None:
        """Remove an object."""
        path = self.path(key)
        with suppress(ObjectMissing), as_store_errors():
            path.unlink()

    def remove_many(self, keys: Iterable[str]) -> None:
        """Remove objects."""
        for key in keys:
            self.remove(key)

    def copy(self, source: str, target: str) -> ObjectInfo:
        """Copy an object."""
        return self.put(target, self.path(source))

    def public_url(self, key: str) -> str:
        """Return the address of a public object."""
        if not keys.is_public(required(key)):
            message = f"{key} is not public"
            raise ValueError(message)
        return f"{self._base}/{key}"

    def signed_url(self, key: str, expires_s: int, download_name: str = "") -> str:
        """Return an address for a while."""
        token = self._signer.sign(_LINK, [required(key), download_name], _moment(expires_s))
        return f"{MEDIA_URL}/{quote(key)}?{TOKEN_PARAMETER}={token}"

    def download_name_of(self, key: str, token: str) -> str:
        """Return under which name a signed address lets its object be saved, empty for none.

        Raises `BadSignature` when the token is not one for this object, or past its time.
        """
        signed, download_name = self._signer.read(_LINK, token)
        if signed != key:
            raise BadSignature
        return download_name

    def begin(self, key: str) -> str:
        """Begin an upload."""
        return self._uploads.begin(required(key))

    def sign_part(self, key: str, upload: str, number: int, expires_s: int) -> Target:
        """Return where a part is sent."""
        expires_at = _moment(expires_s)
        token = self._signer.sign(_PART, [required(key), upload, str(number)], expires_at)
        return Target("PUT", f"{PARTS_URL}/{token}", expires_at)

    def put_part(self, token: str, stream: BinaryIO, size: int) -> Part:
        """Take the part that `sign_part` made the token for, `size` bytes of it.

        Raises `BadSignature`, `ObjectMissing` when the upload has ended, and `PartsDiffer` when
        the stream ends early; then the part is as it was before.
        """
        key, upload, number = self._signer.read(_PART, token)
        pieces = files.pieces_of(stream, size, CHUNK_BYTES)
        try:
            return self._uploads.put(key, upload, int(number), pieces)
        except EOFError:
            raise PartsDiffer from None

    def list_parts(self, key: str, upload: str) -> Sequence[Part]:
        """Return the parts that arrived."""
        return self._uploads.parts(key, upload)

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> ObjectInfo:
        """Make the object of its parts."""
        self._uploads.complete(key, upload, parts, self.path(key))
        return self.stat(key)

    def abort(self, key: str, upload: str) -> None:
        """Drop an upload."""
        self._uploads.abort(key, upload)

    def list_unfinished(self, started_before: dt.datetime) -> Iterator[Unfinished]:
        """Return old uploads; all of them are told."""
        return self._uploads.unfinished(started_before)

    def clean(self, started_before: dt.datetime) -> int:
        """Drop old uploads and partial files."""
        dropped = 0
        for one in self.list_unfinished(started_before):
            self.abort(one.key, one.upload)
            dropped += 1
        dropped += self._uploads.drop_remains(started_before)
        with as_store_errors():
            for path in self.root.rglob(f".*{files.PARTIAL}"):
                with suppress(FileNotFoundError):  # completed meanwhile
                    if path.stat().st_mtime < started_before.timestamp():
                        path.unlink()
                        dropped += 1
        return dropped

    def check(self) -> None:
        """Look whether the folder can be written."""
        if not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
            logger.warning("store_failed", error=f"{self.root} cannot be written")
            raise StoreUnavailable

    def prepare(self) -> Sequence[str]:
        """Make the folder."""
        with as_store_errors():
            files.make_folder(self.root)
        return ()


def _info(key: str, found: os.stat_result) -> ObjectInfo:
    modified = dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
    content_type = keys.headers(key, 0).content_type
    return ObjectInfo(key, found.st_size, tag_of(found), content_type, modified)


def _moment(expires_s: int) -> dt.datetime:
    return now() + dt.timedelta(seconds=expires_s)


def _pieces(source: bytes | Path | BinaryIO, size: int | None) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, Path):
        with source.open("rb") as file:
            yield from files.pieces_of(file, os.fstat(file.fileno()).st_size, CHUNK_BYTES)
    elif size is None:
        message = "the size of a stream must be told"
        raise ValueError(message)
    else:
        yield from files.pieces_of(source, size, CHUNK_BYTES)
