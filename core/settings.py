"""Settings: one frozen dataclass, read from the environment once at start.

A missing or malformed setting stops the start with a message that names it. There are no default
secrets: `scripts/run` generates them for the demo, production must set them. `.env.example` lists
every variable read here; a test compares the two.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.setting_values import (
    SECRET_MIN_LENGTH,
    Reader,
    address_fault,
    base_fault,
    is_safe_for_browsers,
)

MODES = ("demo", "test", "production")
WECHAT_API_BASE = "https://api.weixin.qq.com"
# The law asks for six months of logs (网络安全法, article 21); the longest six months in a row.
SIX_MONTHS_DAYS = 184
VERSION = re.compile(r"[A-Za-z0-9._-]{1,40}")
BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
ACCEL = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
S3_KEYS = ("S3_ACCESS_KEY", "S3_SECRET_KEY")
TOTP_ROLES = "administrator,first_reviewer,second_reviewer,final_reviewer"


class SettingsError(Exception):
    """A setting is missing or malformed; the text names the variable and what it should be."""


@dataclass(frozen=True)
class Settings:
    """All settings. Times are in the unit of the name's suffix, sizes in bytes."""

    env: str
    secret_key: str
    mongodb_uri: str
    mongodb_database: str
    mongodb_timeout_ms: int
    mongodb_pool_size: int
    data_dir: Path
    run_dir: Path
    cors_origins: tuple[str, ...]
    trusted_proxies: int
    max_body_bytes: int
    public_max_age_s: int
    byte_cache_mb: int
    byte_cache_ttl_s: int
    byte_cache_stale_s: int
    media_max_age_s: int
    log_level: str
    worker_poll_ms: int
    job_lease_s: int
    job_max_attempts: int
    idempotency_hours: int
    review_steps: int
    preview_minutes: int
    staff_password_min_length: int
    staff_password_history: int
    staff_password_max_age_days: int
    staff_session_idle_minutes: int
    staff_session_max_hours: int
    staff_lockout_failures: int
    staff_lockout_address_failures: int
    staff_lockout_minutes: int
    staff_lockout_max_minutes: int
    staff_totp_roles: tuple[str, ...]
    audit_keep_days: int
    limit_sign_in_per_minute: int
    limit_codes_per_hour: int
    limit_writes_per_minute: int
    wechat_appid: str
    wechat_secret: str = field(repr=False)
    wechat_api_base: str
    wechat_timeout_s: float
    personal_data_key: str = field(repr=False)
    personal_data_old_keys: tuple[str, ...] = field(repr=False)
    privacy_notice_version: str
    visitor_session_idle_hours: int
    visitor_session_max_days: int
    email_code_minutes: int
    email_code_tries: int
    limit_codes_per_email_per_hour: int
    limit_visitor_sign_in_per_minute: int
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_username: str
    smtp_password: str = field(repr=False)
    smtp_timeout_s: int
    mail_from: str
    mailbox_url: str
    media_cdn_url: str
    media_accel: str
    s3_endpoint: str
    s3_public_endpoint: str
    s3_bucket: str
    s3_region: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_timeout_s: float
    media_image_max_mb: int
    media_film_max_mb: int
    media_document_max_mb: int
    media_upload_hours: int

    @property
    def media_dir(self) -> Path:
        """Return the folder that holds media files."""
        return self.data_dir / "media"

    @property
    def is_production(self) -> bool:
        """Tell whether the product serves real users."""
        return self.env == "production"

    @property
    def sends_mail(self) -> bool:
        """Tell whether e-mail can leave at all."""
        return bool(self.smtp_host or self.mailbox_url)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raise `SettingsError` naming everything that is wrong."""
    read = Reader(os.environ if environ is None else environ)
    settings = Settings(
        env=read.choice("ENV", "production", MODES),
        secret_key=read.secret("SECRET_KEY"),
        mongodb_uri=read.text("MONGODB_URI"),
        mongodb_database=read.text("MONGODB_DATABASE", "toolbox"),
        mongodb_timeout_ms=read.number("MONGODB_TIMEOUT_MS", 3_000, 100, 60_000),
        mongodb_pool_size=read.number("MONGODB_POOL_SIZE", 20, 1, 1_000),
        data_dir=Path(read.text("DATA_DIR", "data")).absolute(),
        run_dir=Path(read.text("RUN_DIR", str(Path(read.text("DATA_DIR", "data")) / "run"))),
        cors_origins=read.words("CORS_ORIGINS"),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0, 0, 10),
        max_body_bytes=read.number("MAX_BODY_BYTES", 1_000_000, 1_000, 100_000_000),
        public_max_age_s=read.number("PUBLIC_MAX_AGE_S", 0, 0, 86_400),
        byte_cache_mb=read.number("BYTE_CACHE_MB", 8, 0, 1_024),
        byte_cache_ttl_s=read.number("BYTE_CACHE_TTL_S", 5, 1, 3_600),
        byte_cache_stale_s=read.number("BYTE_CACHE_STALE_S", 60, 0, 86_400),
        media_max_age_s=read.number("MEDIA_MAX_AGE_S", 31_536_000, 0, 31_536_000),
        log_level=read.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        worker_poll_ms=read.number("WORKER_POLL_MS", 200, 10, 60_000),
        job_lease_s=read.number("JOB_LEASE_S", 60, 1, 3_600),
        job_max_attempts=read.number("JOB_MAX_ATTEMPTS", 8, 1, 100),
        idempotency_hours=read.number("IDEMPOTENCY_HOURS", 24, 1, 720),
        review_steps=read.number("REVIEW_STEPS", 3, 1, 3),
        preview_minutes=read.number("PREVIEW_MINUTES", 15, 1, 1_440),
        **_staff(read),
        **_wechat(read),
        **_visitors(read),
        **_mail(read),
        **_store(read),
    )
    if "*" in settings.cors_origins:
        read.mistakes.append("CORS_ORIGINS must list origins; * is not taken")
    if read.mistakes:
        raise SettingsError("; ".join(read.mistakes))
    return settings


def _staff(read: Reader) -> dict[str, Any]:
    """Read what holds for staff accounts, the audit log and limits on calls."""
    return {
        "staff_password_min_length": read.number("STAFF_PASSWORD_MIN_LENGTH", 12, 8, 64),
        "staff_password_history": read.number("STAFF_PASSWORD_HISTORY", 5, 0, 24),
        "staff_password_max_age_days": read.number("STAFF_PASSWORD_MAX_AGE_DAYS", 0, 0, 3_650),
        "staff_session_idle_minutes": read.number("STAFF_SESSION_IDLE_MINUTES", 30, 1, 1_440),
        "staff_session_max_hours": read.number("STAFF_SESSION_MAX_HOURS", 12, 1, 168),
        "staff_lockout_failures": read.number("STAFF_LOCKOUT_FAILURES", 5, 1, 100),
        "staff_lockout_address_failures": read.number(
            "STAFF_LOCKOUT_ADDRESS_FAILURES", 20, 1, 10_000
        ),
        "staff_lockout_minutes": read.number("STAFF_LOCKOUT_MINUTES", 15, 1, 1_440),
        "staff_lockout_max_minutes": read.number("STAFF_LOCKOUT_MAX_MINUTES", 1_440, 1, 10_080),
        "staff_totp_roles": read.words("STAFF_TOTP_ROLES", TOTP_ROLES),
        "audit_keep_days": read.number("AUDIT_KEEP_DAYS", SIX_MONTHS_DAYS, SIX_MONTHS_DAYS, 36_500),
        "limit_sign_in_per_minute": read.number("LIMIT_SIGN_IN_PER_MINUTE", 20, 1, 100_000),
        "limit_codes_per_hour": read.number("LIMIT_CODES_PER_HOUR", 10, 1, 100_000),
        "limit_writes_per_minute": read.number("LIMIT_WRITES_PER_MINUTE", 120, 1, 1_000_000),
    }


def _wechat(read: Reader) -> dict[str, Any]:
    """Read which mini-program this is, and which server speaks for WeChat."""
    appid, secret = read.text("WECHAT_APPID", ""), read.text("WECHAT_SECRET", "")
    if bool(appid) != bool(secret):
        read.mistakes.append("WECHAT_APPID and WECHAT_SECRET are set both or neither")
    base = read.text("WECHAT_API_BASE", WECHAT_API_BASE)
    if fault := base_fault(base, in_production=read.text("ENV", "production") == "production"):
        read.mistakes.append(f"WECHAT_API_BASE {fault}")
    return {
        "wechat_appid": appid,
        "wechat_secret": secret,
        "wechat_api_base": base,
        # With what a request does besides, a login has to fail within 3 seconds.
        "wechat_timeout_s": read.decimal("WECHAT_TIMEOUT_S", 2.0, 0.1, 2.8),
    }


def _visitors(read: Reader) -> dict[str, Any]:
    """Read what holds for visitors: keys of their data, consent, sessions, codes."""
    old_keys = read.words("PERSONAL_DATA_OLD_KEYS")
    if any(len(key) < SECRET_MIN_LENGTH for key in old_keys):
        read.mistakes.append(
            f"PERSONAL_DATA_OLD_KEYS must have at least {SECRET_MIN_LENGTH} characters each"
        )
    version = read.text("PRIVACY_NOTICE_VERSION", "1")
    if not VERSION.fullmatch(version):
        read.mistakes.append("PRIVACY_NOTICE_VERSION must be 1 to 40 of A-Z a-z 0-9 . _ -")
    return {
        "personal_data_key": read.secret("PERSONAL_DATA_KEY"),
        "personal_data_old_keys": old_keys,
        "privacy_notice_version": version,
        "visitor_session_idle_hours": read.number("VISITOR_SESSION_IDLE_HOURS", 720, 1, 8_760),
        "visitor_session_max_days": read.number("VISITOR_SESSION_MAX_DAYS", 180, 1, 3_650),
        "email_code_minutes": read.number("EMAIL_CODE_MINUTES", 10, 1, 60),
        "email_code_tries": read.number("EMAIL_CODE_TRIES", 5, 1, 20),
        "limit_codes_per_email_per_hour": read.number(
            "LIMIT_CODES_PER_EMAIL_PER_HOUR", 5, 1, 100_000
        ),
        "limit_visitor_sign_in_per_minute": read.number(
            "LIMIT_VISITOR_SIGN_IN_PER_MINUTE", 120, 1, 1_000_000
        ),
    }


def _mail(read: Reader) -> dict[str, Any]:
    """Read how e-mail leaves: by SMTP, or into the simulator's mailbox."""
    mailbox = read.text("MAILBOX_URL", "")
    in_production = read.text("ENV", "production") == "production"
    if mailbox and (in_production or base_fault(mailbox, in_production=False)):
        read.mistakes.append("MAILBOX_URL is for the simulator, outside production")
    host, sender = read.text("SMTP_HOST", ""), read.text("MAIL_FROM", "")
    if host and not sender:
        read.mistakes.append("MAIL_FROM is not set, and SMTP_HOST is")
    return {
        "smtp_host": host,
        "smtp_port": read.number("SMTP_PORT", 587, 1, 65_535),
        "smtp_security": read.choice("SMTP_SECURITY", "starttls", ("starttls", "tls", "none")),
        "smtp_username": read.text("SMTP_USERNAME", ""),
        "smtp_password": read.text("SMTP_PASSWORD", ""),
        "smtp_timeout_s": read.number("SMTP_TIMEOUT_S", 20, 1, 300),
        "mail_from": sender,
        "mailbox_url": mailbox,
    }


def _store(read: Reader) -> dict[str, Any]:
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
        "s3_access_key": access_key,
        "s3_secret_key": secret_key,
        "s3_timeout_s": read.decimal("S3_TIMEOUT_S", 10.0, 0.5, 120.0),
        "media_image_max_mb": read.number("MEDIA_IMAGE_MAX_MB", 30, 1, 500),
        # S3 copies no object larger than 5 GB.
        "media_film_max_mb": read.number("MEDIA_FILM_MAX_MB", 2_048, 1, 4_900),
        "media_document_max_mb": read.number("MEDIA_DOCUMENT_MAX_MB", 100, 1, 2_000),
        "media_upload_hours": read.number("MEDIA_UPLOAD_HOURS", 24, 1, 168),
    }
