"""Running commands: inside this process, or as people do, in a process of their own."""

import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import application
from cli.main import cli
from cli.seed import load, pictures, source
from cli.seed.load import Outcome
from core import logs
from core.settings import Settings
from tests.cli import bench_harness, seed_files
from tests.cli.seed_files import Files, Load
from tests.memory import fast_folder

PROJECT = Path(application.__file__).parents[1]

Run = Callable[..., Result]
RunProcess = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(environ: dict[str, str], settings: Settings, app: object) -> Iterator[Run]:
    """Return a runner of commands in this process, on the test's database."""
    runner = CliRunner()

    def invoke(*arguments: object, stdin: str | bytes | None = None, **env: str) -> Result:
        words = [str(argument) for argument in arguments]
        try:
            return runner.invoke(
                cli, words, obj=application.wire, env={**environ, **env}, input=stdin
            )
        finally:
            logs.configure(settings.log_level)  # the runner's standard error is gone

    yield invoke
    application.wire(settings)


@pytest.fixture
def run_process(environ: dict[str, str]) -> RunProcess:
    """Return a runner of commands as processes."""

    def invoke(*arguments: object, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "application", *map(str, arguments)],
            env={"PATH": os.environ["PATH"], **environ, **env},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return invoke


@pytest.fixture
def refused() -> Callable[[Result], str]:
    """Return a check that a command ended with a plain error; it returns the error's text."""

    def check(result: Result, code: int = 1) -> str:
        assert result.exit_code == code, result.output
        assert isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        _, error, text = result.stderr.rpartition("Error: ")
        assert error, result.stderr
        return text.strip()

    return check


@pytest.fixture
def files() -> Files:
    """What the content files hold, by kind; tests change it before they load."""
    return seed_files.small()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the content files."""
    path = tmp_path / "content"
    path.mkdir()
    return path


@pytest.fixture
def load_all(files: Files, folder: Path) -> Load:
    """Return a loader of the files as they are by then; it tells what became of each entry."""

    def run() -> dict[str, Outcome]:
        seed_files.write(files, folder)
        entries = source.read(folder)
        seed_files.register_media(entries)
        return {result.entry.slug: result.outcome for result in load.load(entries)}

    return run


@pytest.fixture
def from_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `seed` read the test's folder."""
    monkeypatch.setattr(source, "read", functools.partial(source.read, folder))
    monkeypatch.setattr(source, "synonyms", functools.partial(source.synonyms, folder))
    monkeypatch.setattr(source, "calendar", functools.partial(source.calendar, folder))


@pytest.fixture
def seed(run: Run, from_folder: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a runner of `seed` on the test's folder, with pictures that are not drawn."""
    monkeypatch.setattr(pictures, "make", lambda entries, *_: seed_files.register_media(entries))
    return functools.partial(run, "seed")


@pytest.fixture(scope="session")
def bench_folder(environ: dict[str, str], settings: Settings, app: object) -> Iterator[Path]:
    """A folder for `scripts/bench` that holds content already: two items."""
    with tempfile.TemporaryDirectory(prefix="toolbox-bench-", dir=fast_folder()) as made:
        bench_harness.make_content(Path(made), environ, settings)
        yield Path(made)
