"""Where throwaway databases lie."""

import shutil
from pathlib import Path

MEMORY_NEEDED = 3 * 2**30


def fast_folder() -> str | None:
    """Return memory to keep a throwaway database in, when there is plenty; None for a disk.

    Every write waits for the journal: on a busy disk that is most of a test's time.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own there
    if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_NEEDED:
        return str(memory)
    return None
