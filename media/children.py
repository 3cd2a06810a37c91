"""Calling `media.native`: code that parses foreign bytes runs in a child process of its own.

A crash of native code ends the child, not the worker; its memory is limited and goes back when it
ends; and whoever calls has neither Pillow nor PyAV nor PDFium in memory.
"""

import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from core import logs
from core.errors import Invalid
from media.failures import failure
from media.processes import Ended, never, run

MEMORY_MB = 2048
# What native code ends with when bytes led it astray. Other signals come from the system.
_CRASHES = {
    *(-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS),
    *(-signal.SIGFPE, -signal.SIGILL, -signal.SIGTRAP),
}

logger = logs.get(__name__)


def call(
    function: str,
    *,
    timeout_s: float,
    on_progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = never,
    **arguments: Any,
) -> dict[str, Any]:
    """Run a function of `media.native.__main__.FUNCTIONS` and return its answer.

    Arguments and answer are JSON values.

    Raises:
        Invalid: The file is refused, with the code of the reason; `media_broken` when it made
            native code crash.
        RenditionFailed: It ran out of time, could not write, or was ended from outside.
        OSError: It had no room on the disk.
        Cancelled: `cancelled()` became true.
    """
    answers: list[dict[str, Any]] = []

    def hear(line: str) -> None:
        told = json.loads(line)
        if "progress" in told:
            on_progress(told["progress"])
        else:
            answers.append(told)

    task = json.dumps({"function": function, "arguments": arguments, "memory_mb": MEMORY_MB})
    argv = [sys.executable, "-P", "-m", "media.native", task]
    ended = run(argv, timeout_s=timeout_s, on_line=hear, cancelled=cancelled)
    if ended.code != 0 or not answers:
        raise _failure(function, ended)
    if "failed" in answers[0]:
        raise failure(answers[0]["failed"])
    if "refused" in answers[0]:
        raise Invalid(answers[0]["refused"], **answers[0]["params"])
    result: dict[str, Any] = answers[0]["result"]
    return result


def _failure(function: str, ended: Ended) -> Exception:
    logger.warning("native_code_failed", function=function, code=ended.code, said=ended.said[-800:])
    if ended.code in _CRASHES:
        return Invalid("media_broken")
    last = ended.said.strip().rpartition("\n")[2]
    return failure(f"{function} ended with {ended.code}: {last}", ended.said)
