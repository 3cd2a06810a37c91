"""Canonical JSON bytes and short hashes of values, exact decimals included."""

import hashlib
from decimal import Decimal
from typing import Any

import orjson
from bson.decimal128 import Decimal128

# A time without a zone is UTC, as it is for MongoDB: it hashes alike before and after storing.
OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_NAIVE_UTC


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    if isinstance(value, Decimal):
        return decimal_text(value)
    message = f"{type(value).__name__} has no JSON form"
    raise TypeError(message)


def decimal_text(value: Decimal) -> str:
    """Write a decimal in plain digits without trailing zeros: 5.600000 is `5.6`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dump(value: Any) -> bytes:
    """Serialise to canonical JSON: sorted keys, UTC times with Z, decimals as text."""
    return orjson.dumps(
        value,
        default=_plain,
        option=OPTIONS,
    )


def digest(value: Any) -> str:
    """Return a 32-character hexadecimal hash of a value's canonical form."""
    return hashlib.blake2b(dump(value), digest_size=16).hexdigest()
