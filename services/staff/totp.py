"""The second factor: time-based codes (RFC 6238), each valid once, and recovery codes.

Secrets are encrypted with a key made from SECRET_KEY, bound to their account; when that setting
changes, second factors must be set up anew. Recovery codes are random enough for a plain hash.
"""

import base64
import binascii
import hashlib
import os
import secrets

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.clock import now
from core.ids import ALPHABET
from models.staff import Staff, Totp
from services.staff import policy

ISSUER = "招商工具箱"
STEP_S = 30
# Clocks of phones and servers differ; one step either way.
DRIFT = (0, -1, 1)
NONCE_BYTES = 12
RECOVERY_CODES = 10
RECOVERY_LENGTH, RECOVERY_GROUP = 16, 4


def new_secret() -> str:
    """Return a fresh secret in base 32, as authenticator apps take it."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """Return the otpauth:// address that a QR code shows."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(username, ISSUER)


def sealed(secret: str, staff_id: str) -> str:
    """Return a secret encrypted for one account."""
    nonce = os.urandom(NONCE_BYTES)
    raw = AESGCM(_key()).encrypt(nonce, secret.encode(), staff_id.encode())
    return base64.b64encode(nonce + raw).decode()


def is_enrolled(account: Staff) -> bool:
    """Tell whether an account signs in with a second factor."""
    return account.totp is not None and account.totp.confirmed_at is not None


def matched_counter(account: Staff, code: str) -> int | None:
    """Return the step whose code this is, None when it is none or was used before."""
    secret = _opened(account)
    if secret is None:
        return None
    generator = pyotp.TOTP(secret, interval=STEP_S)
    present = int(now().timestamp()) // STEP_S
    for drift in DRIFT:
        counter = present + drift
        expected = generator.generate_otp(counter)
        if secrets.compare_digest(expected.encode(), code.strip().encode()):
            return counter if counter > account.totp.last_counter else None
    return None


def use_code(account: Staff, code: str) -> bool:
    """Use up a code: true for exactly one of all who bring it, however many at once."""
    counter = matched_counter(account, code)
    if counter is None:
        return False
    result = Staff._get_collection().update_one(
        {
            "_id": account.id,
            "totp.secret": account.totp.secret,
            "totp.last_counter": {"$lt": counter},
        },
        {"$set": {"totp.last_counter": counter}},
    )
    return bool(result.modified_count)


def new_recovery_codes() -> list[str]:
    """Return ten fresh codes of 80 bits, in groups of four."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """Return the hash that is kept of a recovery code; blanks, hyphens and case do not count."""
    bare = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(f"recovery:{bare}".encode()).hexdigest()


def use_recovery_code(account: Staff, code: str) -> bool:
    """Use up a recovery code: true once."""
    kept = recovery_hash(code)
    result = Staff._get_collection().update_one(
        {"_id": account.id, "recovery_codes": kept},
        {"$pull": {"recovery_codes": kept}, "$set": {"updated_at": now()}},
    )
    return bool(result.modified_count)


def offered(secret: str, staff_id: str) -> Totp:
    """Return a second factor that was offered and is not confirmed yet."""
    return Totp(secret=sealed(secret, staff_id))


def _recovery_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))
    return "-".join(
        letters[start : start + RECOVERY_GROUP]
        for start in range(0, RECOVERY_LENGTH, RECOVERY_GROUP)
    )


def _opened(account: Staff) -> str | None:
    if account.totp is None:
        return None
    try:
        raw = base64.b64decode(account.totp.secret)
        plain = AESGCM(_key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], account.id.encode())
    except (InvalidTag, ValueError, binascii.Error):
        return None
    return plain.decode()


def _key() -> bytes:
    return bytes.fromhex(policy.keyed_hash("totp-key", "1"))
