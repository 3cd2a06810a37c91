"""The settings of what has to do with visitors: WeChat, their data, e-mail."""

import re
from typing import Any

from core.addresses import EMAIL, base_fault
from core.environment import SECRET_MIN_LENGTH, Reader

WECHAT_API_BASE = "https://api.weixin.qq.com"
WECHAT_VERSIONS = ("release", "trial", "develop")
# The platform's have hexadecimal digits only; those of the simulator say what they are for.
APPID = re.compile(r"wx[0-9a-z]{16}")
VERSION = re.compile(r"[A-Za-z0-9._-]{1,40}")


def wechat(read: Reader) -> dict[str, Any]:
    """Read which mini-program this is, and which server speaks for WeChat."""
    appid, secret = read.text("WECHAT_APPID", ""), read.text("WECHAT_SECRET", "")
    if bool(appid) != bool(secret):
        read.mistakes.append("WECHAT_APPID and WECHAT_SECRET are set both or neither")
    elif appid and not APPID.fullmatch(appid):  # not repeated: it may be the secret
        read.mistakes.append("WECHAT_APPID must be wx and 16 lower-case letters or digits")
    base = read.text("WECHAT_API_BASE", WECHAT_API_BASE)
    if fault := base_fault(base, in_production=read.text("ENV", "production") == "production"):
        read.mistakes.append(f"WECHAT_API_BASE {fault}")
    return {
        "wechat_appid": appid,
        "wechat_secret": secret,
        "wechat_api_base": base,
        # With what a request does besides, a login has to fail within 3 seconds.
        "wechat_timeout_s": read.decimal("WECHAT_TIMEOUT_S", 2.0, 0.1, 2.8),
        "wechat_version": read.choice("WECHAT_VERSION", "release", WECHAT_VERSIONS),
        "wechat_templates": read.text("WECHAT_TEMPLATES", ""),
    }


def visitors(read: Reader) -> dict[str, Any]:
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


def mail(read: Reader) -> dict[str, Any]:
    """Read how e-mail leaves: by SMTP, or into the simulator's mailbox."""
    mailbox = read.text("MAILBOX_URL", "")
    in_production = read.text("ENV", "production") == "production"
    if mailbox and (in_production or base_fault(mailbox, in_production=False)):
        read.mistakes.append("MAILBOX_URL is for the simulator, outside production")
    host, sender = read.text("SMTP_HOST", ""), read.text("MAIL_FROM", "")
    if host and not sender:
        read.mistakes.append("MAIL_FROM is not set, and SMTP_HOST is")
    desk = read.text("DESK_EMAIL", "")
    if desk and not EMAIL.fullmatch(desk):
        read.mistakes.append("DESK_EMAIL is no e-mail address")
    if desk and not (host or mailbox):
        read.mistakes.append("SMTP_HOST is not set, and DESK_EMAIL is")
    return {
        "smtp_host": host,
        "smtp_port": read.number("SMTP_PORT", 587, 1, 65_535),
        "smtp_security": read.choice("SMTP_SECURITY", "starttls", ("starttls", "tls", "none")),
        "smtp_username": read.text("SMTP_USERNAME", ""),
        "smtp_password": read.text("SMTP_PASSWORD", ""),
        "smtp_timeout_s": read.number("SMTP_TIMEOUT_S", 20, 1, 300),
        "mail_from": sender,
        "mailbox_url": mailbox,
        "desk_email": desk,
    }
