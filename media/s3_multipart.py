"""Uploads in parts over the minio SDK, which has them under private names only.

This file alone uses those names. When a new version of the SDK changes them, the suite that runs
on a real store tells.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from minio import Minio
from minio.datatypes import Part as SdkPart

from media.storage import Part, Unfinished


def begin(client: Minio, bucket: str, key: str, headers: Mapping[str, str]) -> str:
    """Begin an upload; return its name."""
    return client._create_multipart_upload(bucket, key, dict(headers))


def parts(client: Minio, bucket: str, key: str, upload: str) -> Sequence[Part]:
    """Return the parts that the store has, by number."""
    found: list[Part] = []
    marker: str | None = None
    while True:
        page = client._list_parts(bucket, key, upload, part_number_marker=marker)
        found += [Part(one.part_number, one.etag, one.size or 0) for one in page.parts]
        marker = page.next_part_number_marker
        if not page.is_truncated or not marker:
            return found


def complete(client: Minio, bucket: str, key: str, upload: str, parts: Sequence[Part]) -> None:
    """Make the object."""
    wanted = [SdkPart(part.number, part.etag) for part in parts]
    client._complete_multipart_upload(bucket, key, upload, wanted)


def abort(client: Minio, bucket: str, key: str, upload: str) -> None:
    """Drop an upload; one that has ended is an error of some stores."""
    client._abort_multipart_upload(bucket, key, upload)


def unfinished(client: Minio, bucket: str) -> Iterator[Unfinished]:
    """Return all uploads that the store tells of.

    Asked without a prefix, because MinIO takes a prefix for a whole key. MinIO tells of those that
    its process has seen begin, ended ones among them.
    """
    marker: str | None = None
    while True:
        page = client._list_multipart_uploads(bucket, key_marker=marker)
        for one in page.uploads:
            started = one.initiated_time or dt.datetime.min.replace(tzinfo=dt.UTC)
            yield Unfinished(one.object_name, one.upload_id or "", started)
        marker = page.next_key_marker
        if not page.is_truncated or not marker:
            return
