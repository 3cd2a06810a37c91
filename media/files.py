"""Files on a disk, whole or not there, and folders of files named by the SHA-256 of their bytes.

Writing goes through a temporary name in the same folder: a reader sees the whole file or none.
A file named by its hash is never changed, and whether it is intact can be told from itself.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"


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


def is_intact(path: Path, size: int, digest: str = "") -> bool:
    """Tell whether a file has its size in bytes, and the SHA-256 that its name promises.

    `digest` is that of a file with another name.
    """
    try:
        if path.stat().st_size != size:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == (digest or path.stem)
    except OSError:
        return False


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made.

    It may be lost when the power fails: for what can be made again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(data)


def save(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all, and return when it survives a failure of the power."""
    make_folder(path.parent)
    with replacing(path) as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def pieces_of(stream: BinaryIO, size: int, chunk_bytes: int) -> Iterator[bytes]:
    """Return the next `size` bytes of a stream, in pieces; raise `EOFError` when it ends early."""
    left = size
    while left:
        piece = stream.read(min(left, chunk_bytes))
        if not piece:
            message = f"the stream ended {left} bytes early"
            raise EOFError(message)
        left -= len(piece)
        yield piece


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place at the end, unless something is raised."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            yield file
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they survive a failure of the power."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
