"""Starting programs that must not outlive us."""

import os
import sys
from collections.abc import Sequence

# Runs in a fresh interpreter between fork and exec: unlike a `preexec_fn` it cannot deadlock on
# a lock that another thread held during the fork. 1 is PR_SET_PDEATHSIG; the parent may have
# died before the call, hence the comparison.
_TIE_TO_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent process is gone")
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"cannot start {sys.argv[2]}: {error.strerror}")
"""


def tied_to_parent(argv: Sequence[str]) -> list[str]:
    """Return a command that runs `argv` and is killed when the thread that started it ends.

    So it ends with its parent, even when that is killed. Elsewhere than on Linux nothing is tied.
    """
    if sys.platform != "linux":
        return list(argv)
    return [sys.executable, "-I", "-S", "-c", _TIE_TO_PARENT, str(os.getpid()), *argv]
