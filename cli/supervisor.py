"""Runs the processes of one installation and keeps them running.

A `Process` is a child in a process group of its own, away from the terminal, so that Ctrl-C
reaches only the supervisor and children can be stopped in order. On Linux the kernel kills it
when the thread that started it ends, even by SIGKILL: start processes from the main thread.
"""

import os
import select
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from core.processes import tied_to_parent

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
HEALTHY_AFTER_S = 30.0
LOGS_KEPT = 3


class StartError(Exception):
    """A process cannot be started or does not become ready; the text is for people."""


class Process:
    """A child process that can be started, stopped and started again.

    Without `output` it shares our standard output and error; with it both are appended there.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        output: Path | None = None,
        grace_s: float = 25.0,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.env = env
        self.cwd = cwd
        self.output = output
        self.grace_s = grace_s
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the id of the process started last; raise `StartError` before the first start."""
        if self._popen is None:
            message = f"{self.name} was not started"
            raise StartError(message)
        return self._popen.pid

    def start(self) -> None:
        """Start the process; do nothing while it runs."""
        if self._popen is not None and self.poll() is None:
            return
        with ExitStack() as files:
            output = files.enter_context(self.output.open("ab")) if self.output else None
            self._popen = subprocess.Popen(
                tied_to_parent(self.argv),
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def poll(self) -> int | None:
        """Return the exit code (negative: a signal), or None while the process runs.

        What a dead process leaves in its group, such as web workers holding the port, is
        killed before the process is reaped: until then its id cannot belong to anybody else.
        """
        if self._popen is None:
            return None
        ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
        if self._popen.returncode is None and os.waitid(os.P_PID, self._popen.pid, ended):
            self._kill_group()
        return self._popen.poll()

    def terminate(self) -> None:
        """Ask the process to end (SIGTERM)."""
        if self._popen is not None and self.poll() is None:
            self._popen.terminate()

    def kill(self) -> None:
        """End the process and its group at once (SIGKILL) and wait until it is gone."""
        if self._popen is not None and self.poll() is None:
            self._kill_group()
            self._popen.wait()

    def stop(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Ask the process to end; kill it after `grace_s` seconds or when `give_up()` is true."""
        self.terminate()
        deadline = time.monotonic() + self.grace_s
        while self._popen is not None and self.poll() is None:
            if time.monotonic() > deadline or give_up():
                self.kill()
            time.sleep(0.02)

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


class ServerProcess(Process, ABC):
    """A process that takes requests some time after its start.

    As a context it can be used inside and is gone after.
    """

    @abstractmethod
    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Wait until it takes requests; raise `StartError` when it does not."""

    def start_ready(self) -> None:
        """Start it and wait until it is ready; leave nothing when that fails."""
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        """Start it."""
        self.start_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()


@dataclass
class _Watched:
    process: Process
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Watches processes and starts those that end again, ever later while they keep ending.

    A context manager for the main thread: inside it SIGTERM, SIGINT and SIGHUP set `stopping`,
    leaving it stops everything, last added first. A second signal cuts the grace short.
    `report` gets one line for each thing worth knowing.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._watched: list[_Watched] = []
        self._signals = 0
        self._exit = ExitStack()
        self._wake_read = -1

    @property
    def stopping(self) -> bool:
        """Tell whether a signal asked us to stop."""
        return self._signals > 0

    def __enter__(self) -> Self:
        """Take over the signals."""
        self._wake_read, wake_write = os.pipe()
        for end in (self._wake_read, wake_write):
            os.set_blocking(end, False)
            self._exit.callback(os.close, end)
        former_fd = signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        self._exit.callback(signal.set_wakeup_fd, former_fd)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            former = signal.getsignal(number)
            if number == signal.SIGHUP and former == signal.SIG_IGN:
                continue  # started under nohup
            signal.signal(number, self._take_signal)
            self._exit.callback(signal.signal, number, former)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything and give the signals back."""
        with self._exit:
            while self._watched:
                self._watched.pop().process.stop(give_up=lambda: self._signals > 1)

    def add(self, process: Process) -> None:
        """Start a process, unless it runs already, and watch it."""
        process.start()
        self._watched.append(_Watched(process, time.monotonic()))

    def step(self, timeout_s: float = 1.0) -> None:
        """Wait for something to happen, `timeout_s` seconds at most, and restart what is due."""
        now = time.monotonic()
        due = [it.restart_at - now for it in self._watched if it.restart_at is not None]
        select.select([self._wake_read], [], [], max(0.0, min([timeout_s, *due])))
        with suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        for watched in self._watched:
            if not self.stopping:
                self._look_after(watched)

    def run(self) -> None:
        """Watch until a signal asks us to stop."""
        while not self.stopping:
            self.step()

    def run_once(self, process: Process) -> int:
        """Run a process to its end, watching the others, and return its exit code.

        When a signal asks us to stop, the process is stopped as well.
        """
        process.start()
        while (code := process.poll()) is None:
            if self.stopping:
                process.stop(give_up=lambda: self._signals > 1)
            else:
                self.step(0.5)
        return code

    def wait_until(self, reached: Callable[[], bool], timeout_s: float) -> bool:
        """Ask five times a second whether a state is reached; False after the time or a signal."""
        deadline = time.monotonic() + timeout_s
        while not self.stopping and time.monotonic() < deadline:
            if reached():
                return True
            self.step(0.2)
        return False

    def _take_signal(self, number: int, _frame: object) -> None:
        if number != signal.SIGCHLD:
            self._signals += 1

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.restart_at is None:
            code = watched.process.poll()
            if code is not None:
                self._plan_restart(watched, now, f"ended ({_reason(code)})")
        elif now >= watched.restart_at:
            watched.started_at, watched.restart_at = now, None
            try:
                watched.process.start()
            except (OSError, StartError) as error:
                self._plan_restart(watched, now, f"did not start ({error})")

    def _plan_restart(self, watched: _Watched, now: float, what: str) -> None:
        if now - watched.started_at >= HEALTHY_AFTER_S:
            watched.failures = 0
        delay_s = min(FIRST_DELAY_S * 2**watched.failures, LONGEST_DELAY_S)
        watched.failures = min(watched.failures + 1, 30)
        watched.restart_at = now + delay_s
        self._report(f"{watched.process.name} {what}; starting it again in {delay_s:g} s")


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def rotate(log: Path) -> None:
    """Rename a log file and its predecessors before a server starts a new one."""
    for number in range(LOGS_KEPT, 0, -1):
        older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))
