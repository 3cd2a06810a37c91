"""Connections to an S3 store, and its errors in the words of `media.errors`.

Clients are made at first use, anew in a forked child: two processes must not share a connection.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import certifi
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from core import logs
from core.settings import Settings
from media.errors import ObjectMissing, PartsDiffer, StoreFull, StoreUnavailable

logger = logs.get(__name__)

CONNECT_TIMEOUT_S = 3.0
# Who asks for a sign of life wants to know within moments, and is told "no" rather than waits.
SIGN_TIMEOUT_S = 2.0
# A copy, or an upload being finished, is the store's own work on all the bytes: it may keep
# silent for so many times the usual.
PATIENCE = 12
CONNECTIONS = 16

_MISSING = {"NoSuchKey", "NoSuchUpload", "XMinioInvalidResourceName"}
_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}
_FULL = {"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded"}
_ASKED_AGAIN = (500, 502, 503, 504)


@dataclass(frozen=True)
class S3Options:
    """Where the store is, for us and for browsers, and who we are."""

    endpoint: str
    public_endpoint: str
    bucket: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    timeout_s: float
    max_age_s: int
    cdn_url: str = ""
    addressing: str = "auto"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say."""
        return cls(
            endpoint=settings.s3_endpoint,
            public_endpoint=settings.s3_public_endpoint,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            timeout_s=settings.s3_timeout_s,
            max_age_s=settings.media_max_age_s,
            cdn_url=settings.media_cdn_url,
            addressing=settings.s3_addressing,
        )


class Clients:
    """The clients of this process. Each request is sent twice at most, and only where that is safe.

    `usual`, `patient` and `brief` differ in how long the store may keep silent. `public`
    never connects: it signs addresses at the public endpoint, because the host is part of a
    signature.
    """

    def __init__(self, options: S3Options) -> None:
        self._options = options
        self._made: dict[str, Minio] = {}
        self._lock = threading.Lock()
        self._pid = os.getpid()

    @property
    def usual(self) -> Minio:
        """Return the client for what the store answers at once."""
        return self._get("usual", self._options.endpoint, self._options.timeout_s)

    @property
    def patient(self) -> Minio:
        """Return the client for what takes the store a while."""
        return self._get("patient", self._options.endpoint, self._options.timeout_s * PATIENCE)

    @property
    def brief(self) -> Minio:
        """Return the client that asks for a sign of life, once."""
        timeout_s = min(SIGN_TIMEOUT_S, self._options.timeout_s)
        return self._get("brief", self._options.endpoint, timeout_s)

    @property
    def public(self) -> Minio:
        """Return the client that signs."""
        return self._get("public", self._options.public_endpoint, self._options.timeout_s)

    def _get(self, name: str, endpoint: str, timeout_s: float) -> Minio:
        if self._pid != os.getpid():
            self._made, self._lock, self._pid = {}, threading.Lock(), os.getpid()
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(name, endpoint, timeout_s)
            return self._made[name]

    def _make(self, name: str, endpoint: str, timeout_s: float) -> Minio:
        parts = urlsplit(endpoint)
        client = Minio(
            parts.netloc,
            access_key=self._options.access_key,
            secret_key=self._options.secret_key,
            secure=parts.scheme == "https",
            # Without it the client asks the store for it, before it signs anything.
            region=self._options.region,
            http_client=_pool(timeout_s, tries=1 if name == "brief" else 2),
        )
        if self._options.addressing == "host":
            client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        return client


def _pool(timeout_s: float, tries: int) -> urllib3.PoolManager:
    connect = min(CONNECT_TIMEOUT_S, timeout_s)
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=connect, read=timeout_s),
        retries=urllib3.Retry(
            total=tries - 1,
            redirect=0,
            backoff_factor=0.2,
            status_forcelist=_ASKED_AGAIN,
            raise_on_status=False,  # the last answer tells more than that there were several
        ),
        maxsize=CONNECTIONS,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Turn what the SDK and the network raise into the errors of `media.errors`."""
    try:
        yield
    except S3Error as error:
        raise _translated(error) from error
    except (MinioException, urllib3.exceptions.HTTPError, ParseError, OSError) as error:
        logger.warning("store_failed", error=type(error).__name__)
        raise StoreUnavailable from error


def _translated(error: S3Error) -> Exception:
    code = error.code or ""
    if code in _MISSING:
        return ObjectMissing()
    if code in _PARTS:
        return PartsDiffer()
    # MinIO has a code for it, and forgets it when the disk fills up within moments.
    if code in _FULL or "no space left" in (error.message or "").lower():
        return StoreFull()
    logger.warning("store_failed", error=code)
    return StoreUnavailable()
