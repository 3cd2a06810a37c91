"""What processes cost, from /proc: processor time and resident memory."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Processes are at rest when together they use less than this share of a core.
REST_STEP_S, REST_SHARE, REST_WITHIN_S = 0.1, 0.25, 10.0


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it, sorted; a dead one has none."""
    found, pending = set(), [pid]
    while pending:
        one = pending.pop()
        try:
            threads = [path.read_text() for path in Path(f"/proc/{one}/task").glob("*/children")]
        except OSError:
            continue  # ended meanwhile
        if threads:
            found.add(one)
        pending += [int(child) for children in threads for child in children.split()]
    return sorted(found)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor time that living processes have used so far, in user and kernel."""
    ticks = 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        # The name in brackets may hold anything; utime and stime are fields 14 and 15.
        fields = stat.rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_S


def rest(pids: Sequence[int]) -> None:
    """Wait until processes have nothing more to do, ten seconds at most."""
    deadline = time.monotonic() + REST_WITHIN_S
    used = cpu_seconds(pids)
    while time.monotonic() < deadline:
        time.sleep(REST_STEP_S)
        before, used = used, cpu_seconds(pids)
        if used - before < REST_SHARE * REST_STEP_S:
            return


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in megabytes (10^6), shared pages included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0
