"""The README's commands do what it says, on an installation started by the first of them."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installation import PROJECT, Installation, environment

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
WINDOWS = 2 * 66  # two screens of lines


def commands(name: str) -> list[str]:
    """Return the lines of all command blocks of a README."""
    blocks = re.findall(r"```sh\n(.*?)```", (PROJECT / name).read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The product with its real content."""
    running = Installation(tmp_path_factory.mktemp("readme") / "data")
    running.await_start()
    yield running
    assert running.end(signal.SIGINT) == 0
    assert "Traceback" not in running.output


def run(command: str, installation: Installation) -> str:
    """Run a command as a reader would; return what it prints."""
    moved = command.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{installation.port}")
    done = subprocess.run(
        ["bash", "-c", moved],
        cwd=PROJECT,
        env=environment(DATA_DIR=str(installation.data)),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_languages_give_the_same_commands() -> None:
    assert commands(ENGLISH) == commands(CHINESE)


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
def test_a_readme_fits_on_two_screens(name: str) -> None:
    assert len((PROJECT / name).read_text().splitlines()) <= WINDOWS


def test_the_first_two_commands_are_the_launchers() -> None:
    assert commands(ENGLISH)[:2] == ["scripts/run", "scripts/test"]
    assert all((PROJECT / command).stat().st_mode & 0o111 for command in commands(ENGLISH)[:2])


@pytest.mark.parametrize("command", [one for one in commands(ENGLISH) if one.startswith("curl")])
def test_what_is_asked_for_is_answered(installation: Installation, command: str) -> None:
    answer = json.loads(run(command, installation))
    assert "error" not in answer
    assert "items" not in answer or answer["items"]


def test_content_is_managed_as_described(installation: Installation) -> None:
    told = {
        command: run(command, installation)
        for command in commands(ENGLISH)
        if command.startswith("scripts/manage")
    }
    assert len(told) >= 5
    assert all(told.values())


@pytest.mark.parametrize("page", sorted(path.name for path in (PROJECT / "docs").glob("*.md")))
def test_files_that_documents_name_exist(page: str) -> None:
    text = (PROJECT / "docs" / page).read_text()
    named = re.findall(
        r"`((?:api|cli|core|jobs|models|rest|schemas|services|scripts|content)/[\w./-]+)`", text
    )
    missing = [path for path in named if not _exists(path)]
    # Of a resource that does not exist yet: the guide that adds it.
    assert [path for path in missing if "incentives" not in path] == []


def _exists(path: str) -> bool:
    return bool(list(Path(PROJECT).glob(path)))
