"""Names of objects, and what follows from a name alone: its type, how long it may be cached.

A key is ours, never a user's: `<area>/…/<name>.<ext>` in lower case, no segment begins with a dot.
Whatever a store says of an object besides its bytes follows from the key, so that two stores can
not tell different things, and a file that a browser would run is never shown by any of them.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from media.errors import ObjectMissing
from media.types import shown_as

PUBLIC = "public"  # anybody may read it at an address that never changes
INTERNAL = "internal"  # by signed addresses only
INCOMING = "incoming"  # uploads that were not checked yet; nobody reads them
DEMO = "demo"  # what is drawn for the demo; as public as `PUBLIC`
PUBLIC_AREAS = (PUBLIC, DEMO)
AREAS = (PUBLIC, INTERNAL, INCOMING, DEMO)
KEY_MAX = 300
OTHER_TYPE = "application/octet-stream"

_SEGMENT = r"[a-z0-9][a-z0-9._-]*"
_KEY = re.compile(rf"(?:{'|'.join(AREAS)})(?:/{_SEGMENT})+")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True)
class Headers:
    """What an object is served with. `disposition` is empty when it may be shown."""

    content_type: str
    cache_control: str
    disposition: str


def content_key(area: str, digest: str, suffix: str) -> str:
    """Return the key of a file by the SHA-256 of its bytes: `public/3f/3f….webp`.

    `suffix` comes without a dot. Raises `ValueError` for what is no area, digest or suffix.
    """
    if area not in AREAS or not _DIGEST.fullmatch(digest) or not _SUFFIX.fullmatch(suffix):
        message = f"no key can be made of {area!r}, {digest!r}, {suffix!r}"
        raise ValueError(message)
    return f"{area}/{digest[:2]}/{digest}.{suffix}"


def run_folder(area: str, digests: Mapping[str, str]) -> str:
    """Return the folder of files that name each other, by the hash of all: `public/3f/3f…`.

    `digests` are the SHA-256 of the files by their names in the folder.
    """
    lines = "".join(f"{name}:{digest}\n" for name, digest in sorted(digests.items()))
    whole = hashlib.sha256(lines.encode()).hexdigest()
    return f"{area}/{whole[:2]}/{whole}"


def is_key(text: str) -> bool:
    """Tell whether `text` can be the key of an object: nothing else reaches a store or a path."""
    return len(text) <= KEY_MAX and _KEY.fullmatch(text) is not None


def required(key: str) -> str:
    """Return the key; raise `ObjectMissing` when it is none."""
    if not is_key(key):
        raise ObjectMissing
    return key


def is_public(key: str) -> bool:
    """Tell whether anybody may read the object."""
    return key.partition("/")[0] in PUBLIC_AREAS


def headers(key: str, max_age_s: int) -> Headers:
    """Return what an object is served with; `max_age_s` holds for public ones."""
    shown = shown_as(key)
    return Headers(
        content_type=shown or OTHER_TYPE,
        cache_control=(
            f"public, max-age={max_age_s}, immutable" if is_public(key) else "private, no-cache"
        ),
        disposition="" if shown else "attachment",
    )


def saved_as(name: str) -> str:
    """Return the `Content-Disposition` under which browsers save a file by this name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
