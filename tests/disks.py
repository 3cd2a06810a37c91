"""Small disks: a file system in memory stands for one. Only root may mount it."""

import os
from collections.abc import Callable
from pathlib import Path

Mount = Callable[[str], Path]


def fill(folder: Path, left: int) -> Path:
    """Take up the room of a disk but for `left` bytes; return the file to delete."""
    free = os.statvfs(folder)
    balloon = folder / "balloon"
    descriptor = os.open(balloon, os.O_CREAT | os.O_WRONLY)
    os.posix_fallocate(descriptor, 0, free.f_bavail * free.f_frsize - left)
    os.close(descriptor)
    return balloon
