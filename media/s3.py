"""The store behind the S3 protocol: MinIO, or any other that speaks it, over the minio SDK."""

import datetime as dt
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from minio.commonconfig import REPLACE, CopySource
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from urllib3.response import BaseHTTPResponse

from core import logs
from core.clock import now
from media import files, keys, s3_multipart, s3_setup
from media.errors import ObjectMissing, PartsDiffer, StoreUnavailable
from media.keys import required
from media.s3_client import Clients, S3Options, as_store_errors
from media.storage import CHUNK_BYTES, PARTS_MAX, Chunks, ObjectInfo, Part, Target, Unfinished

__all__ = ["S3Options", "S3Storage"]

logger = logs.get(__name__)

# What one request carries; so much memory a writer takes.
PUT_BYTES = 16 * 2**20


class S3Storage:
    """A bucket as a store."""

    def __init__(self, options: S3Options) -> None:
        self.options = options
        self.clients = Clients(options)
        self._bucket = options.bucket

    def put(self, key: str, source: bytes | Path | BinaryIO, size: int | None = None) -> ObjectInfo:
        """Store an object."""
        required(key)
        if isinstance(source, Path):
            with source.open("rb") as file:
                return self.put(key, file, os.fstat(file.fileno()).st_size)
        if isinstance(source, bytes):
            return self.put(key, io.BytesIO(source), len(source))
        if size is None:
            message = "the size of a stream must be told"
            raise ValueError(message)
        headers = self._headers(key)
        with as_store_errors():
            self.clients.usual.put_object(
                self._bucket,
                key,
                _Exactly(source, size),  # type: ignore[arg-type]  # it is only read from
                size,
                content_type=headers.pop("Content-Type"),
                metadata={**headers},
                part_size=PUT_BYTES,
                num_parallel_uploads=1,
            )
        return self.stat(key)

    def open(self, key: str, offset: int = 0, length: int | None = None) -> Chunks:
        """Return an object's bytes."""
        required(key)
        if length == 0:
            self.stat(key)
            return Chunks((), lambda: None)
        with as_store_errors():
            try:
                response = self.clients.usual.get_object(self._bucket, key, offset, length or 0)
            except S3Error as error:
                if error.code == "InvalidRange":  # it begins behind the end
                    return Chunks((), lambda: None)
                raise

        def close() -> None:
            response.close()
            response.release_conn()

        return Chunks(_pieces(response), close)

    def stat(self, key: str) -> ObjectInfo:
        """Return what is known of an object."""
        with as_store_errors():
            return _info(self.clients.usual.stat_object(self._bucket, required(key)))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Return the objects of a prefix."""
        with as_store_errors():
            for found in self.clients.usual.list_objects(
                self._bucket, prefix or None, recursive=True
            ):
                yield _info(found)

    def remove(self, key: str) -> None:
        """Remove an object."""
        with as_store_errors():
            self.clients.usual.remove_object(self._bucket, required(key))

    def remove_many(self, keys: Iterable[str]) -> None:
        """Remove objects."""
        wanted = [DeleteObject(required(key)) for key in keys]
        with as_store_errors():
            failed = [one.code for one in self.clients.usual.remove_objects(self._bucket, wanted)]
        if failed:
            logger.warning("store_failed", error=failed[0], objects=len(failed))
            raise StoreUnavailable

    def copy(self, source: str, target: str) -> ObjectInfo:
        """Copy an object."""
        origin = CopySource(self._bucket, required(source))
        headers = self._headers(required(target))
        with as_store_errors():
            self.clients.patient.copy_object(
                self._bucket, target, origin, metadata={**headers}, metadata_directive=REPLACE
            )
        return self.stat(target)

    def public_url(self, key: str) -> str:
        """Return the address of a public object."""
        if not keys.is_public(required(key)):
            message = f"{key} is not public"
            raise ValueError(message)
        if self.options.cdn_url:
            return f"{self.options.cdn_url}/{key}"
        # Whether the bucket stands in the host or in the path, the SDK knows best.
        return self._signed(key, 1).partition("?")[0]

    def signed_url(self, key: str, expires_s: int, download_name: str = "") -> str:
        """Return an address for a while."""
        return self._signed(required(key), expires_s, download_name)

    def begin(self, key: str) -> str:
        """Begin an upload."""
        headers = self._headers(required(key))
        with as_store_errors():
            return s3_multipart.begin(self.clients.usual, self._bucket, key, headers)

    def sign_part(self, key: str, upload: str, number: int, expires_s: int) -> Target:
        """Return where a part is sent."""
        if not 1 <= number <= PARTS_MAX:
            raise PartsDiffer
        url = self.clients.public.get_presigned_url(
            "PUT",
            self._bucket,
            required(key),
            dt.timedelta(seconds=expires_s),
            extra_query_params={"partNumber": str(number), "uploadId": upload},
        )
        return Target("PUT", url, now() + dt.timedelta(seconds=expires_s))

    def list_parts(self, key: str, upload: str) -> Sequence[Part]:
        """Return the parts that arrived."""
        with as_store_errors():
            return s3_multipart.parts(self.clients.usual, self._bucket, required(key), upload)

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> ObjectInfo:
        """Make the object of its parts."""
        wanted = sorted(parts, key=lambda part: part.number)
        if not wanted or len({part.number for part in wanted}) < len(wanted):
            raise PartsDiffer
        with as_store_errors():
            s3_multipart.complete(self.clients.patient, self._bucket, required(key), upload, wanted)
        return self.stat(key)

    def abort(self, key: str, upload: str) -> None:
        """Drop an upload."""
        with suppress(ObjectMissing), as_store_errors():
            s3_multipart.abort(self.clients.usual, self._bucket, required(key), upload)

    def list_unfinished(self, started_before: dt.datetime) -> Iterator[Unfinished]:
        """Return old uploads, as far as the store tells of them."""
        with as_store_errors():
            for one in s3_multipart.unfinished(self.clients.usual, self._bucket):
                if one.started < started_before:
                    with suppress(ObjectMissing):  # it has ended, and the store still tells of it
                        self.list_parts(one.key, one.upload)
                        yield one

    def clean(self, started_before: dt.datetime) -> int:
        """Drop old uploads; the store cleans up after interrupted writes by itself."""
        old = [*self.list_unfinished(started_before)]
        for one in old:
            self.abort(one.key, one.upload)
        return len(old)

    def check(self) -> None:
        """Look whether the bucket is there."""
        with as_store_errors():
            is_there = self.clients.brief.bucket_exists(self._bucket)
        if not is_there:
            logger.warning("store_failed", error="NoSuchBucket")
            raise StoreUnavailable

    def prepare(self) -> Sequence[str]:
        """Make the bucket, and let it be read."""
        with as_store_errors():
            return s3_setup.prepare(self.clients.usual, self._bucket)

    def _signed(self, key: str, expires_s: int, download_name: str = "") -> str:
        replaced = {"response-content-disposition": keys.saved_as(download_name)}
        return self.clients.public.presigned_get_object(
            self._bucket,
            key,
            dt.timedelta(seconds=expires_s),
            response_headers={**replaced} if download_name else None,
        )

    def _headers(self, key: str) -> dict[str, str]:
        given = keys.headers(key, self.options.max_age_s)
        headers = {"Content-Type": given.content_type, "Cache-Control": given.cache_control}
        if given.disposition:
            headers["Content-Disposition"] = given.disposition
        return headers


class _Exactly:
    """The next `size` bytes of a stream, for a reader that asks for what it likes."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._pieces = files.pieces_of(stream, size, CHUNK_BYTES)
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; raise `EOFError` when the stream ends early."""
        piece = self._rest or next(self._pieces, b"")
        self._rest = piece[size:]
        return piece[:size]


def _pieces(response: BaseHTTPResponse) -> Iterator[bytes]:
    with as_store_errors():
        yield from response.stream(CHUNK_BYTES)


def _info(found: Object) -> ObjectInfo:
    key = str(found.object_name)
    modified = found.last_modified or dt.datetime.min.replace(tzinfo=dt.UTC)
    return ObjectInfo(
        key=key,
        size=found.size or 0,
        etag=(found.etag or "").strip('"'),
        content_type=keys.headers(key, 0).content_type,
        # A single answer tells seconds, a list fractions of them.
        modified=modified.replace(microsecond=0),
    )
