"""The supervisor, with real processes: restarts, order of stopping, nothing left behind."""

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import supervisor
from cli.supervisor import Process, StartError, Supervisor
from tests.waiting import PATIENCE_S, eventually

PROJECT = Path(supervisor.__file__).parents[1]
SLEEP = [sys.executable, "-c", "import time; time.sleep(300)"]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def python(code: str, *arguments: object) -> list[str]:
    """Return the arguments that run `code` in a Python of its own."""
    return [sys.executable, "-c", code, *map(str, arguments)]


def test_a_killed_process_is_started_again_and_reported() -> None:
    notes: list[str] = []
    with Supervisor(notes.append) as watch:
        child = Process("sleeper", SLEEP)
        watch.add(child)
        first = child.pid
        os.kill(first, signal.SIGKILL)
        assert watch.wait_until(lambda: child.pid != first and child.poll() is None, PATIENCE_S)
        second = child.pid
    assert notes == ["sleeper ended (SIGKILL); starting it again in 0.2 s"]
    assert not is_alive(first)
    assert not is_alive(second)


def test_the_delay_doubles_while_a_process_keeps_ending(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    code = "import sys, time; print(time.time(), file=open(sys.argv[1], 'a')); sys.exit(3)"
    notes: list[str] = []
    with Supervisor(notes.append) as watch:
        watch.add(Process("failing", python(code, starts)))
        assert watch.wait_until(lambda: len(notes) == 4, PATIENCE_S)
    delays = [float(re.search(r"in ([\d.]+) s", note)[1]) for note in notes]  # type: ignore[index]
    assert delays == [0.2, 0.4, 0.8, 1.6]
    assert all("exit code 3" in note for note in notes)
    times = [float(line) for line in starts.read_text().split()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(gap >= delay for gap, delay in zip(gaps, delays, strict=False))


def test_the_delay_has_a_ceiling_and_starts_over_after_a_healthy_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_DELAY_S", 0.3)
    notes: list[str] = []
    with Supervisor(notes.append) as watch:
        child = Process("failing", python("raise SystemExit(1)"))
        watch.add(child)
        assert watch.wait_until(lambda: len(notes) == 4, PATIENCE_S)
        assert [note.split()[-2] for note in notes] == ["0.2", "0.3", "0.3", "0.3"]
        child.argv = SLEEP
        monkeypatch.setattr(supervisor, "HEALTHY_AFTER_S", 0.5)
        assert watch.wait_until(lambda: child.poll() is None, PATIENCE_S)
        watch.wait_until(lambda: False, 0.8)
        os.kill(child.pid, signal.SIGKILL)
        assert watch.wait_until(lambda: len(notes) == 5, PATIENCE_S)
    assert notes[4].endswith("in 0.2 s")


def test_what_a_dead_process_leaves_in_its_group_is_killed(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    code = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "time.sleep(300)\n"
    )
    with Supervisor(lambda _: None) as watch:
        parent = Process("parent", python(code, written))
        watch.add(parent)
        assert watch.wait_until(lambda: written.exists() and written.read_text() != "", PATIENCE_S)
        orphan = int(written.read_text())
        os.kill(parent.pid, signal.SIGKILL)
        assert watch.wait_until(lambda: not is_alive(orphan), PATIENCE_S)


def test_processes_are_stopped_last_started_first_and_stubborn_ones_killed(
    tmp_path: Path,
) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def note(*_):\n"
        "    print(sys.argv[2], file=open(sys.argv[1], 'a'))\n"
        "    if sys.argv[2] != 'stubborn': sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, note)\n"
        "print('up', file=open(sys.argv[1] + sys.argv[2], 'w'))\n"
        "while True: time.sleep(1)\n"
    )
    names = ["database", "stubborn", "web"]
    with Supervisor(lambda _: None) as watch:
        children = [Process(name, python(code, order, name), grace_s=0.5) for name in names]
        for child in children:
            watch.add(child)
        up = [Path(f"{order}{name}") for name in names]
        assert watch.wait_until(lambda: all(path.exists() for path in up), PATIENCE_S)
    assert order.read_text().split() == ["web", "stubborn", "database"]
    assert [child.poll() for child in children] == [0, -signal.SIGKILL, 0]


def test_run_once_returns_the_exit_code_while_others_are_watched() -> None:
    notes: list[str] = []
    with Supervisor(notes.append) as watch:
        other = Process("other", SLEEP)
        watch.add(other)
        os.kill(other.pid, signal.SIGKILL)
        assert watch.run_once(Process("once", python("import time; time.sleep(3); exit(7)"))) == 7
        assert other.poll() is None
    assert len(notes) == 1


def test_a_signal_during_run_once_stops_that_process_too() -> None:
    with Supervisor(lambda _: None) as watch:
        once = Process(
            "once", python(f"import os, time; os.kill({os.getpid()}, 15); time.sleep(300)")
        )
        started = time.monotonic()
        assert watch.run_once(once) == -signal.SIGTERM
        assert watch.stopping
    assert time.monotonic() - started < 150


def test_a_missing_program_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    child = Process("missing", ["no-such-program"])
    with pytest.raises(StartError, match="missing was not started"):
        _ = child.pid
    child.start()
    assert eventually(lambda: child.poll() is not None)
    assert child.poll() == 1
    assert "cannot start no-such-program: No such file or directory" in capfd.readouterr().err


SUPERVISE = """
import sys
import signal
from cli.supervisor import Process, Supervisor
# A run in the background inherits that hang-ups are ignored; here they must count.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(300)"
with Supervisor(print) as watch:
    children = [Process(name, [sys.executable, "-c", DEAF], grace_s=0.3) for name in "ab"]
    for child in children:
        watch.add(child)
    print(*(child.pid for child in children), flush=True)
    watch.run()
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_no_child_outlives_the_supervisor(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        pids = [int(pid) for pid in running.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_alive(pid) for pid in pids)
        running.send_signal(number)
        code = running.wait(PATIENCE_S)
        assert running.stdout.read() == ("" if number == signal.SIGKILL else "stopped\n")
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert eventually(lambda: not any(is_alive(pid) for pid in pids))
