"""Files appear in an output folder whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workspace(output: Path) -> Iterator[Path]:
    """Give a folder on the same disk to make files in; it is gone afterwards.

    After a kill it stays, under a name that begins with a dot: who starts again takes a fresh
    output folder, or removes such names.
    """
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.resolve(), prefix=".work-") as folder:
        yield Path(folder)


def hand_over(work: Path, output: Path, names: Iterable[str]) -> None:
    """Move finished files to their places, in this order: what names others comes last."""
    for name in names:
        target = output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(work / name, target)
