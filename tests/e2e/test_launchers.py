"""The launchers in scripts/, run in a small project of their own with packages of our making."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.sandbox import Sandbox, tools_only
from tests.waiting import eventually, kept


@pytest.fixture
def silent_index() -> Iterator[str]:
    """Return the address of a package index that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/simple"


def closed_index() -> str:
    """Return the address of a package index that does not exist."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/simple"


def test_the_first_start_installs_and_the_second_goes_straight_on(sandbox: Sandbox) -> None:
    code, output, messages = sandbox.run("scripts/manage", "a b", "--c", HOME="")
    assert (code, output) == (0, f"['a b', '--c'] 1.0 {sandbox.elsewhere}\n"), messages
    assert "Creating the virtual environment" in messages

    def starts_at_once() -> bool:
        started = time.monotonic()
        code, output, messages = sandbox.run("scripts/run", "--port", "1", HOME="no-such-folder")
        assert (code, output) == (0, f"['run', '--port', '1'] 1.0 {sandbox.elsewhere}\n")
        assert messages == ""
        return time.monotonic() - started < 2

    assert kept(starts_at_once)
    assert sandbox.run("scripts/seed")[1].startswith("['seed'] 1.0")


def test_new_requirements_are_installed(installed: Sandbox) -> None:
    installed.require("2.0")
    code, output, messages = installed.run("scripts/manage")
    assert (code, output.split()[1]) == (0, "2.0"), messages
    assert "Creating" not in messages


def test_an_interrupted_installation_is_healed(sandbox: Sandbox, silent_index: str) -> None:
    log = sandbox.venv / "install.log"
    cut = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": silent_index}
    with sandbox.start("scripts/manage", **cut) as process:
        assert eventually(lambda: log.exists() and "Looking in" in log.read_text())
        os.killpg(process.pid, signal.SIGKILL)
    package = next(sandbox.venv.glob("lib/*/site-packages")) / "brick.py"
    package.write_text("half of it")
    code, output, messages = sandbox.run("scripts/manage")
    assert (code, output.split()[1]) == (0, "1.0"), messages
    assert "the last installation was interrupted" in messages


def test_two_starts_at_once_install_once(sandbox: Sandbox) -> None:
    with sandbox.start("scripts/manage") as first, sandbox.start("scripts/manage") as second:
        told = [process.communicate(timeout=300) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0]
    assert [output.split()[1] for output, _ in told] == ["1.0", "1.0"]
    messages = "".join(messages for _, messages in told)
    assert messages.count("Creating the virtual environment") == 1
    assert messages.count("Another start is installing") == 1


def test_without_a_network_one_line_says_what_to_do(sandbox: Sandbox) -> None:
    offline = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}
    code, output, messages = sandbox.run("scripts/run", **offline, PIP_INDEX_URL=closed_index())
    assert (code, output) == (1, "")
    error = messages.splitlines()[-1]
    assert error.startswith("error: the packages could not be installed: the package index does")
    assert str(sandbox.venv / "install.log") in error
    assert "Traceback" not in messages
    code, _, messages = sandbox.run("scripts/run")
    assert code == 0, messages
    assert "interrupted" not in messages


@pytest.mark.parametrize("named", [True, False])
def test_an_old_python_is_refused_in_one_line(
    sandbox: Sandbox, tmp_path: Path, named: bool
) -> None:
    # Answers like an interpreter of another version: no to the comparison, 3.9.1 when asked.
    old = 'case "$2" in *sys.exit*) exit 1 ;; *) echo 3.9.1 ;; esac'
    path = tools_only(tmp_path / "bin", python3=old)
    python = f"{path}/python3" if named else ""
    code, _, messages = sandbox.run("scripts/run", PATH=path, PYTHON=python)
    assert code == 1
    assert messages == (
        f"error: Python 3.11 or newer is needed, {python or 'python3'} is 3.9.1: "
        "install it, or set PYTHON to its path\n"
    )


def test_an_environment_whose_python_is_gone_is_made_anew(installed: Sandbox) -> None:
    interpreter = installed.venv / "bin" / "python"
    interpreter.unlink()
    interpreter.symlink_to("gone")
    code, output, messages = installed.run("scripts/manage")
    assert (code, output.split()[1]) == (0, "1.0"), messages
    assert "its Python does not work or is too old" in messages


def test_a_folder_that_is_no_environment_is_left_alone(sandbox: Sandbox) -> None:
    sandbox.venv.mkdir()
    (sandbox.venv / "letter.txt").write_text("dear")
    code, _, messages = sandbox.run("scripts/manage")
    assert code == 1
    assert messages.startswith(f"error: {sandbox.venv} is not empty and not a virtual environment")
    assert (sandbox.venv / "letter.txt").read_text() == "dear"


def test_a_folder_that_cannot_be_made_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, messages = sandbox.run("scripts/manage", VENV=str(tmp_path / "file" / "venv"))
    assert code == 1
    assert messages.startswith("error: cannot create the folder")
    assert len(messages.splitlines()) == 1


@pytest.mark.parametrize(("kind", "expected"), [("library", 0), ("module", 1)])
def test_missing_system_packages_are_named_in_one_line(
    sandbox: Sandbox, tmp_path: Path, kind: str, expected: int
) -> None:
    listed = f"# a comment\nabsent  {kind}  no_such_thing\npresent  command  cat\n"
    (sandbox.root / "scripts" / "debian-packages.txt").write_text(listed)
    code, _, messages = sandbox.run("scripts/manage", PATH=tools_only(tmp_path / "bin"))
    assert code == expected, messages
    line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends absent\n"
    assert line in messages


def test_what_only_tests_start_is_asked_for_with_their_packages(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    listed = "absent  test  no_such_thing\n"
    (sandbox.root / "scripts" / "debian-packages.txt").write_text(listed)
    path = tools_only(tmp_path / "bin")
    code, _, messages = sandbox.run("scripts/manage", PATH=path)
    assert (code, "absent" in messages) == (0, False), messages
    code, _, messages = sandbox.run("scripts/test", "--version", PATH=path)
    assert "install -y --no-install-recommends absent\n" in messages
    assert "Installing 1 packages of requirements-dev.txt" in messages


def test_packages_that_the_tests_brought_are_not_installed_again(installed: Sandbox) -> None:
    for script in ("scripts/run", "scripts/bench"):
        _, _, messages = installed.run(script)
        assert "Installing" not in messages, script


def test_missing_system_packages_are_installed_by_root(sandbox: Sandbox, tmp_path: Path) -> None:
    listed = "absent  library  libno_such_thing.so.1\n"
    (sandbox.root / "scripts" / "debian-packages.txt").write_text(listed)
    asked = tmp_path / "asked"
    path = tools_only(tmp_path / "bin", **{"apt-get": f'echo "$*" >>"{asked}"'})
    Path(path, "id").unlink()
    Path(path, "id").symlink_to(tools_only(tmp_path / "root", **{"whoami": "echo 0"}) + "/whoami")
    code, _, messages = sandbox.run("scripts/manage", PATH=path)
    assert code == 0, messages
    assert "Installing system packages: absent …" in messages
    assert asked.read_text() == "update\ninstall -y --no-install-recommends absent\n"


def test_a_system_package_that_is_unknown_keeps_no_other_away(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    listed = "absent  library  libno_such_thing.so.1\nother  library  libno_other_thing.so.1\n"
    (sandbox.root / "scripts" / "debian-packages.txt").write_text(listed)
    asked = tmp_path / "asked"
    knows_other = f'echo "$*" >>"{asked}"; case "$*" in *absent*) exit 1 ;; esac'
    path = tools_only(tmp_path / "bin", **{"apt-get": knows_other})
    Path(path, "id").unlink()
    Path(path, "id").symlink_to(tools_only(tmp_path / "root", **{"whoami": "echo 0"}) + "/whoami")
    code, _, messages = sandbox.run("scripts/manage", PATH=path)
    assert code == 0, messages
    assert asked.read_text().splitlines()[1:] == [
        "install -y --no-install-recommends absent other",
        "install -y --no-install-recommends absent",
        "install -y --no-install-recommends other",
    ]
    assert "apt-get could not install them" in messages
