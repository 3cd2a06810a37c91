"""Running a program on a file that nobody trusts: watched, limited in time, never left behind."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from core.processes import tied_to_parent
from media.failures import Cancelled, RenditionFailed

PROJECT = Path(__file__).resolve().parents[1]
LOOK_EVERY_S = 0.2
SAID_BYTES = 4000
LINE_BYTES = 1_000_000


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (negative: a signal), the end of what it complained."""

    code: int
    said: str


def never() -> bool:
    """Answer `cancelled` for callers that never cancel."""
    return False


def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    cwd: Path | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
    cancelled: Callable[[], bool] = never,
) -> Ended:
    """Run a program to its end and hand on each line of its standard output.

    It is killed with all that it started when the time is over, when `cancelled()` becomes true,
    when `on_line` raises, and when this process dies. It sees nothing of our environment, where
    the secrets are.

    Raises:
        Cancelled: `cancelled()` became true.
        RenditionFailed: It took longer than `timeout_s`, or wrote a line without end.
    """
    process = subprocess.Popen(
        tied_to_parent(argv),
        cwd=cwd,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        with process:
            try:
                said = _follow(process, time.monotonic() + timeout_s, on_line, cancelled)
                return Ended(process.wait(), said)
            finally:
                _kill_group(process)
    except TimeoutError:
        message = f"stopped after {timeout_s:.0f} s, the longest that this may take"
        raise RenditionFailed(message) from None


def _follow(
    process: subprocess.Popen[bytes],
    deadline: float,
    on_line: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> str:
    """Read both outputs until the program closes them; return the end of its standard error."""
    said, started = b"", b""
    with selectors.DefaultSelector() as selector:
        for pipe in (process.stdout, process.stderr):
            selector.register(cast(IO[bytes], pipe), selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(LOOK_EVERY_S)
            if cancelled():
                raise Cancelled
            if time.monotonic() > deadline:
                raise TimeoutError
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    said = (said + chunk)[-SAID_BYTES:]
                else:
                    started = _hand_on(started + chunk, on_line)
    return said.decode(errors="replace")


def _hand_on(text: bytes, on_line: Callable[[str], None]) -> bytes:
    """Hand on whole lines; return the beginning of the next."""
    *lines, started = text.split(b"\n")
    for line in lines:
        on_line(line.decode(errors="replace"))
    if len(started) > LINE_BYTES:
        message = "wrote a line without end"
        raise RenditionFailed(message)
    return started


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what still runs; once reaped, its id may belong to somebody else."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
