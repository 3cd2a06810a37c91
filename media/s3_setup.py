"""What a bucket needs before it serves; done again, it changes nothing."""

import json
from collections.abc import Callable

from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.error import S3Error
from minio.lifecycleconfig import (
    AbortIncompleteMultipartUpload,
    Expiration,
    LifecycleConfig,
    Rule,
)

from media import keys

# After so many days an upload that nobody finished is of no use to anybody.
INCOMING_DAYS = 7
_UNKNOWN = {"InvalidArgument", "NotImplemented", "MalformedXML", "InvalidRequest"}


def prepare(client: Minio, bucket: str) -> list[str]:
    """Make the bucket, let anybody read what is public, let forgotten uploads end.

    Returns what the store would not take; raises what the SDK does.
    """
    left: list[str] = []
    if not client.bucket_exists(bucket):
        client.make_bucket(bucket)
    if not _takes(lambda: client.set_bucket_policy(bucket, _policy(bucket))):
        left.append("anybody may read the objects below public/ and demo/, and list none")
    if not _takes(lambda: client.set_bucket_lifecycle(bucket, _lifecycle(parts=True))):
        left.append("uploads in parts that nobody finished end after a day")
        if not _takes(lambda: client.set_bucket_lifecycle(bucket, _lifecycle(parts=False))):
            left.append(f"objects below incoming/ end after {INCOMING_DAYS} days")
    return left


def _lifecycle(*, parts: bool) -> LifecycleConfig:
    """Return when the store removes what was forgotten; MinIO knows no rule about parts."""
    incoming = Rule(
        ENABLED,
        rule_id="incoming",
        rule_filter=Filter(prefix=f"{keys.INCOMING}/"),
        expiration=Expiration(days=INCOMING_DAYS),
    )
    unfinished = Rule(
        ENABLED,
        rule_id="unfinished",
        rule_filter=Filter(prefix=""),
        abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(1),
    )
    return LifecycleConfig([incoming, unfinished] if parts else [incoming])


def _policy(bucket: str) -> str:
    objects = [f"arn:aws:s3:::{bucket}/{area}/*" for area in keys.PUBLIC_AREAS]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": objects,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _takes(setting: Callable[[], None]) -> bool:
    try:
        setting()
    except S3Error as error:
        if error.code in _UNKNOWN:
            return False
        raise
    return True
