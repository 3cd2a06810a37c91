"""Random public identifiers.

Ids are random, not counted: nobody can walk them or learn how many items exist. They hold
80 bits, in lower-case Crockford base 32 without letters that are misread (i, l, o, u).
"""

import base64
import os
import re

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
RANDOM_BYTES = 10
LENGTH = 16
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
ID_PATTERN = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_MAX_LENGTH = 80


def new_id() -> str:
    """Return a fresh random id of 16 characters."""
    return base64.b32encode(os.urandom(RANDOM_BYTES)).translate(_CROCKFORD).decode()


def is_id_or_slug(text: str) -> bool:
    """Tell whether `text` can be an id or a slug at all, before a query is spent on it."""
    return len(text) <= SLUG_MAX_LENGTH and SLUG_PATTERN.fullmatch(text) is not None
