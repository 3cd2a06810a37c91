"""Files in a local folder, named by the SHA-256 of their bytes.

A file is never changed, and whether it is intact can be told from itself. Writing goes through a
temporary name in the same folder: a reader sees the whole file or none.
"""

import hashlib
import os
import secrets
from pathlib import Path


def put(folder: Path, area: str, data: bytes, suffix: str) -> str:
    """Store `data` under its hash, unless it is there already; return its path in `folder`.

    `suffix` comes without a dot. Raises `OSError` when the folder cannot be written or the disk
    is full; no partial file remains.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = f"{area}/{digest[:2]}/{digest}.{suffix}"
    if not is_intact(folder / path, len(data)):
        write(folder / path, data)
    return path


def is_intact(path: Path, size: int) -> bool:
    """Tell whether a file has its size in bytes, and the content that its name promises."""
    try:
        if path.stat().st_size != size:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    except OSError:
        return False


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
