"""The settings of what has to do with media: the store, and what stands before it."""

import re
from typing import Any

from core.addresses import address_fault, is_safe_for_browsers
from core.environment import Reader

BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
ACCEL = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
S3_KEYS = ("S3_ACCESS_KEY", "S3_SECRET_KEY")


def store(read: Reader) -> dict[str, Any]:
    """Read where media lie: in an S3 store, or without an endpoint in DATA_DIR; their limits."""
    in_production = read.text("ENV", "production") == "production"
    endpoint = read.text("S3_ENDPOINT", "").rstrip("/")
    public = read.text("S3_PUBLIC_ENDPOINT", endpoint).rstrip("/")
    cdn = read.text("MEDIA_CDN_URL", "").rstrip("/")
    addresses = (
        ("S3_ENDPOINT", endpoint, False),
        ("S3_PUBLIC_ENDPOINT", public, in_production),
        ("MEDIA_CDN_URL", cdn, in_production),
    )
    for name, address, is_strict in addresses:
        fault = address_fault(address, path=name == "MEDIA_CDN_URL") if address else ""
        if fault:
            read.mistakes.append(f"{name} {fault}")
        elif address and is_strict and not is_safe_for_browsers(address):
            read.mistakes.append(f"{name} must begin with https://: browsers call it")
    access_key, secret_key = (read.text(name, "") for name in S3_KEYS)
    if bool(endpoint) != bool(access_key) or bool(endpoint) != bool(secret_key):
        read.mistakes.append("S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY are set all or none")
    accel = read.text("MEDIA_ACCEL", "").rstrip("/")
    if accel and not ACCEL.fullmatch(accel):
        read.mistakes.append("MEDIA_ACCEL must be the path of a location, like /_media")
    bucket = read.text("S3_BUCKET", "toolbox-media")
    if not BUCKET.fullmatch(bucket):
        read.mistakes.append("S3_BUCKET must be 3 to 63 of a-z 0-9 -")
    return {
        "media_cdn_url": cdn,
        "media_accel": accel,
        "s3_endpoint": endpoint,
        "s3_public_endpoint": public,
        "s3_bucket": bucket,
        "s3_region": read.text("S3_REGION", "us-east-1"),
        "s3_addressing": read.choice("S3_ADDRESSING", "auto", ("auto", "host")),
        "s3_access_key": access_key,
        "s3_secret_key": secret_key,
        "s3_timeout_s": read.decimal("S3_TIMEOUT_S", 10.0, 0.5, 120.0),
        "media_image_max_mb": read.number("MEDIA_IMAGE_MAX_MB", 30, 1, 500),
        # S3 copies no object larger than 5 GB.
        "media_film_max_mb": read.number("MEDIA_FILM_MAX_MB", 2_048, 1, 4_900),
        "media_document_max_mb": read.number("MEDIA_DOCUMENT_MAX_MB", 100, 1, 2_000),
        "media_upload_hours": read.number("MEDIA_UPLOAD_HOURS", 24, 1, 168),
    }
