"""Programs that work on foreign files: watched, limited, never left behind."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Invalid
from media.children import call
from media.failures import Cancelled, RenditionFailed, failure
from media.processes import PROJECT, run
from tests.media.files import picture, png_of

SLEEPS = "import time; print('up', flush=True); time.sleep(600)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def test_lines_and_the_end_of_complaints_are_heard() -> None:
    lines: list[str] = []
    code = (
        "import sys; print('一'); print('two'); sys.stderr.write('x' * 9000 + 'end'); sys.exit(3)"
    )
    ended = run(python(code), timeout_s=60, on_line=lines.append)
    assert lines == ["一", "two"]
    assert (ended.code, ended.said[-4:], len(ended.said)) == (3, "xend", 4000)


def test_nothing_of_our_environment_is_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    lines: list[str] = []
    run(python("import os; print(sorted(os.environ))"), timeout_s=60, on_line=lines.append)
    assert "SECRET_KEY" not in lines[0]
    assert "PATH" in lines[0]


def test_what_takes_too_long_is_killed() -> None:
    with pytest.raises(RenditionFailed, match="stopped after 1 s"):
        run(python(SLEEPS), timeout_s=1)


def test_what_is_not_wanted_any_more_is_killed_with_its_children() -> None:
    lines: list[str] = []
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(Cancelled):
        run(python(code), timeout_s=60, on_line=lines.append, cancelled=lambda: bool(lines))
    assert until(lambda: gone(int(lines[0])))


def test_an_error_of_the_listener_ends_the_program() -> None:
    def fail(_line: str) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        run(python(SLEEPS), timeout_s=60, on_line=fail)


def test_a_line_without_end_is_not_kept() -> None:
    with pytest.raises(RenditionFailed, match="without end"):
        run(python("while True: print('x' * 100000, end='')"), timeout_s=60)


def test_a_program_ends_when_we_are_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    inner = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    started = f"run([sys.executable, '-c', {inner!r}], timeout_s=600)"
    code = f"import sys; from media.processes import run; {started}"
    parent = subprocess.Popen(python(code), env={**os.environ, "PYTHONPATH": str(PROJECT)})
    try:
        assert until(lambda: note.exists() and note.read_text() != "")
        pid = int(note.read_text())
        assert not gone(pid)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert until(lambda: gone(pid))


def ended_by(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let children run a program that ends by a signal."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\nkill -{name} $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_a_crash_of_native_code_is_the_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_by(tmp_path, monkeypatch, "SEGV")
    with pytest.raises(Invalid) as caught:
        call("images.inspect", timeout_s=60)
    assert caught.value.code == "media_broken"


def test_an_end_from_outside_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended_by(tmp_path, monkeypatch, "KILL")
    with pytest.raises(RenditionFailed, match="ended with -9"):
        call("images.inspect", timeout_s=60)


@pytest.mark.parametrize(("megabytes", "code"), [(250, "media_demanding"), (2048, "media_broken")])
def test_memory_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int, code: str
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_of(9000, 6000))
    monkeypatch.setattr("media.children.MEMORY_MB", megabytes)
    with pytest.raises(Invalid) as caught:
        call(
            "images.inspect",
            timeout_s=120,
            path=str(path),
            opened_as="PNG",
            max_pixels=60_000_000,
        )
    assert caught.value.code == code


def test_a_full_disk_is_no_fault_of_the_file_and_told_without_paths(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture("PNG"))
    with pytest.raises(RenditionFailed) as caught:
        call(
            "images.render",
            timeout_s=120,
            path=str(path),
            opened_as="PNG",
            max_pixels=60_000_000,
            output="/dev/full/none",
            stem="a",
            widths=[375],
        )
    assert str(caught.value) == "Not a directory"


def test_a_program_without_room_fails_as_python_does() -> None:
    said = "[out#0/mp4] Error writing: No space left on device"
    found = failure("ffmpeg ended with 228: it said more", said)
    assert isinstance(found, OSError)
    assert found.errno == errno.ENOSPC
    assert isinstance(failure("ffmpeg ended with 1: Invalid data"), RenditionFailed)
