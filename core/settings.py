"""Settings: one frozen dataclass, read from the environment once at start.

A missing or malformed setting stops the start with a message that names it. There are no default
secrets: `scripts/run` generates them for the demo, production must set them. `.env.example` lists
every variable read here; a test compares the two.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import settings_booking, settings_media, settings_push, settings_visitors
from core.environment import Reader, SettingsError

MODES = ("demo", "test", "production")
# The law asks for six months of logs (网络安全法, article 21); the longest six months in a row.
SIX_MONTHS_DAYS = 184
TOTP_ROLES = "administrator,first_reviewer,second_reviewer,final_reviewer"


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
    wechat_version: str
    wechat_templates: str
    wechat_token: str = field(repr=False)
    wechat_encoding_aes_key: str = field(repr=False)
    wechat_message_format: str
    wechat_message_mode: str
    wechat_replay_window_s: int
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
    desk_email: str
    media_cdn_url: str
    media_accel: str
    s3_endpoint: str
    s3_public_endpoint: str
    s3_bucket: str
    s3_region: str
    s3_addressing: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_timeout_s: float
    media_image_max_mb: int
    media_film_max_mb: int
    media_document_max_mb: int
    media_upload_hours: int
    booking_decision_hours: int
    booking_offer_minutes: int
    booking_minimum_hours: int
    booking_strikes: int
    booking_strike_days: int
    booking_suspension_days: int
    booking_company_days: int
    quiet_from: int
    quiet_until: int
    visit_proposal_hours: int
    desk_phone: str

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
        **settings_visitors.wechat(read),
        **settings_push.push(read),
        **settings_visitors.visitors(read),
        **settings_visitors.mail(read),
        **settings_media.store(read),
        **settings_booking.booking(read),
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
