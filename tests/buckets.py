"""Buckets on a real MinIO server, for tests of any layer."""

import os
import secrets
from dataclasses import replace

import pytest

from cli.minio import EmbeddedMinio, find_minio
from media.s3 import S3Options, S3Storage

ORIGIN = "https://admin.example"  # whose pages may send parts

# A store that nobody runs.
OPTIONS = S3Options(
    endpoint="http://127.0.0.1:9",
    public_endpoint="http://127.0.0.1:9",
    bucket="nowhere",
    region="us-east-1",
    access_key="a" * 20,
    secret_key="s" * 40,
    timeout_s=20.0,
    max_age_s=60,
)


def needs_minio() -> None:
    """Skip the test where there is no server, and fail it where there has to be one."""
    if find_minio() is None:
        message = "there is no MinIO server: scripts/minio --build-only makes one"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def bucket_of(server: EmbeddedMinio, **changed: object) -> S3Storage:
    """Return a store in a bucket of its own, not made yet."""
    options = replace(
        OPTIONS,
        endpoint=server.url,
        public_endpoint=server.url,
        bucket=f"test-{secrets.token_hex(6)}",
        access_key=server.access_key,
        secret_key=server.secret_key,
    )
    return S3Storage(replace(options, **changed))  # type: ignore[arg-type]
