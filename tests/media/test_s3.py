"""What only an S3 store has, on a real MinIO: forms, policy, origins, expiry, endpoints."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from cli.minio import EmbeddedMinio
from media.errors import ObjectMissing, StoreUnavailable
from media.s3 import S3Storage
from tests.buckets import OPTIONS, ORIGIN, bucket_of, needs_minio
from tests.media.stores import SOON_S, TIMEOUT_S
from tests.waiting import eventually

PNG = b"\x89PNG bytes"


def status(url: str, method: str = "GET") -> int:
    return requests.request(method, url, timeout=TIMEOUT_S).status_code


def test_anybody_reads_what_is_public_and_nothing_else(bucket: S3Storage) -> None:
    public = ["public/a.png", "demo/a.png"]
    hidden = ["internal/a.png", "incoming/a.png"]
    for key in public + hidden:
        bucket.put(key, PNG)
    assert [status(bucket.public_url(key)) for key in public] == [200, 200]
    assert status(bucket.public_url("public/a.png"), "HEAD") == 200
    base = bucket.public_url("public/a.png").removesuffix("public/a.png")
    assert [status(base + key) for key in hidden] == [403, 403]
    assert [status(base), status(f"{base}?list-type=2&prefix=public/")] == [403, 403]
    for method in ("PUT", "DELETE", "POST"):
        assert status(base + "public/a.png", method) in (400, 403)


def test_the_bucket_is_prepared_again_without_harm(bucket: S3Storage) -> None:
    bucket.put("public/a.png", PNG)
    left = bucket.prepare()
    assert [text for text in left if "in parts" in text] == list(left)
    assert bucket.stat("public/a.png").size == len(PNG)


def test_public_files_are_cached_and_what_a_browser_would_run_is_saved(bucket: S3Storage) -> None:
    bucket.put("public/a.png", PNG)
    bucket.put("incoming/a", b"<script>")
    bucket.copy("incoming/a", "public/a.svg")
    picture, drawing = (
        requests.get(bucket.public_url(f"public/a.{suffix}"), timeout=TIMEOUT_S).headers
        for suffix in ("png", "svg")
    )
    assert picture["Content-Type"] == "image/png"
    assert picture["Cache-Control"] == "public, max-age=60, immutable"
    assert "Content-Disposition" not in picture
    assert drawing["Content-Type"] == "application/octet-stream"
    assert drawing["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(("origin", "may"), [(ORIGIN, True), ("https://other.example", False)])
def test_only_pages_of_the_admin_send_parts(bucket: S3Storage, origin: str, may: bool) -> None:
    upload = bucket.begin("incoming/a")
    target = bucket.sign_part("incoming/a", upload, 1, 600)
    asked = requests.options(
        target.url,
        headers={"Origin": origin, "Access-Control-Request-Method": "PUT"},
        timeout=TIMEOUT_S,
    )
    assert (asked.headers.get("Access-Control-Allow-Origin") == origin) is may
    sent = requests.put(target.url, data=PNG, headers={"Origin": origin}, timeout=TIMEOUT_S)
    assert ("etag" in sent.headers.get("Access-Control-Expose-Headers", "").lower()) is may


def test_the_server_ends_unfinished_uploads_by_itself(tmp_path: Path) -> None:
    needs_minio()
    soon = {
        "MINIO_API_STALE_UPLOADS_EXPIRY": "2s",
        "MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL": "1s",
    }
    with EmbeddedMinio(tmp_path / "minio", extra=soon) as server:
        store = bucket_of(server)
        store.prepare()
        upload = store.begin("incoming/a")

        def has_ended() -> bool:
            try:
                store.list_parts("incoming/a", upload)
            except ObjectMissing:
                return True
            return False

        assert eventually(has_ended, SOON_S)


def test_addresses_are_signed_for_the_host_that_browsers_reach(minio: EmbeddedMinio) -> None:
    public = minio.url.replace("127.0.0.1", "localhost")
    store = bucket_of(minio, public_endpoint=public)
    store.prepare()
    store.put("internal/a.png", PNG)
    url = store.signed_url("internal/a.png", 600)
    assert url.startswith(f"{public}/")
    assert status(url) == 200
    assert status(url.replace(public, minio.url)) == 403
    assert store.public_url("public/a.png").startswith(f"{public}/")


def test_signing_asks_nobody() -> None:
    store = S3Storage(replace(OPTIONS, public_endpoint="https://media.example"))
    assert store.signed_url("internal/a.png", 60).startswith("https://media.example/")
    assert store.sign_part("incoming/a", "upload", 1, 60).url.startswith("https://media.example/")


def test_the_bucket_may_stand_in_the_host() -> None:
    store = S3Storage(
        replace(OPTIONS, public_endpoint="https://store.example:8443", addressing="host")
    )
    base = "https://nowhere.store.example:8443/"
    assert store.public_url("public/a.png") == base + "public/a.png"
    assert store.signed_url("internal/a.png", 60).startswith(base + "internal/a.png?")


def test_a_cdn_stands_before_public_objects(minio: EmbeddedMinio) -> None:
    store = bucket_of(minio, cdn_url="https://cdn.example/media")
    assert store.public_url("public/a.png") == "https://cdn.example/media/public/a.png"
    assert store.signed_url("internal/a.png", 60).startswith(minio.url)


def test_a_wrong_secret_or_bucket_is_told_as_unavailable(
    minio: EmbeddedMinio, bucket: S3Storage
) -> None:
    impostor = bucket_of(minio, bucket=bucket.options.bucket, secret_key="x" * 32)
    for verb in (lambda: impostor.put("public/a.png", PNG), impostor.check, bucket_of(minio).check):
        with pytest.raises(StoreUnavailable):
            verb()


def test_web_processes_load_the_sdk_only_for_an_s3_store() -> None:
    asks = "import sys, application; sys.exit('minio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asks], check=False).returncode == 0


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_makes_connections_of_its_own(bucket: S3Storage) -> None:
    bucket.put("public/a.png", PNG)
    child = os.fork()
    if not child:
        try:
            with bucket.open("public/a.png") as chunks:
                os._exit(0 if b"".join(chunks) == PNG else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with bucket.open("public/a.png") as chunks:
        assert b"".join(chunks) == PNG
