"""The launchers in scripts/, run in a small project of their own with packages of our making."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import eventually, kept

PROJECT = Path(__file__).resolve().parents[2]
APPLICATION = """
import os, sys
import brick
print(sys.argv[1:], brick.VERSION, os.getcwd())
"""
TOOLS = """
bash cat cut dirname find flock grep id ldconfig mkdir rm sha256sum sleep tail tee touch
"""


class Sandbox:
    """A copy of the launchers, with an application that tells what it was called with."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.wheels = folder / "wheels"
        self.venv = folder / "venv"
        self.elsewhere = folder / "else where"
        for made in (self.root, self.wheels, self.elsewhere):
            made.mkdir()
        shutil.copytree(PROJECT / "scripts", self.root / "scripts")
        (self.root / "application.py").write_text(APPLICATION)
        self.require("1.0")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHON": sys.executable,
            "VENV": str(self.venv),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }

    def require(self, version: str) -> None:
        """Ask for a version of the only package, and have it at hand."""
        for name in ("requirements.txt", "requirements-bench.txt", "requirements-dev.txt"):
            (self.root / name).write_text(f"brick=={version}\n")
        info = f"brick-{version}.dist-info"
        files = {
            "brick.py": f"VERSION = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: brick\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        with zipfile.ZipFile(self.wheels / f"brick-{version}-py3-none-any.whl", "w") as wheel:
            for path, text in files.items():
                wheel.writestr(path, text)

    def start(self, script: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """Start a launcher in a process group of its own, in another folder than the project."""
        return subprocess.Popen(
            [self.root / script, *arguments],
            cwd=self.elsewhere,
            env=self.env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str, *arguments: str, **env: str) -> tuple[int, str, str]:
        """Run a launcher; return its exit code, output and messages."""
        with self.start(script, *arguments, **env) as process:
            output, messages = process.communicate(timeout=300)
        return process.returncode, output, messages


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """Return launchers in a project of their own."""
    return Sandbox(tmp_path)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment that a launcher has made."""
    maker = Sandbox(tmp_path_factory.mktemp("installed"))
    code, _, messages = maker.run("scripts/test", "--version")
    assert (maker.venv / "pyvenv.cfg").exists(), (code, messages)
    return maker.venv


@pytest.fixture
def installed(sandbox: Sandbox, environment: Path) -> Sandbox:
    """Return launchers whose environment is complete."""
    shutil.copytree(environment, sandbox.venv, symlinks=True)
    return sandbox


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


def tools_only(folder: Path, **scripts: str) -> str:
    """Return a PATH with the tools that launchers need, and shell scripts of the given texts."""
    folder.mkdir()
    for tool in TOOLS.split():
        found = shutil.which(tool, path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
        assert found, tool
        (folder / tool).symlink_to(found)
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


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


def test_arguments_of_test_go_to_pytest(installed: Sandbox) -> None:
    told = "import os, sys; print(sys.argv[1:], os.environ.get('TEST_LONG'), os.getcwd())"
    (installed.root / "pytest.py").write_text(told)
    code, output, messages = installed.run("scripts/test", "--long", "tests/core", "-k", "a or b")
    expected = f"['tests/core', '-k', 'a or b'] 1 {installed.root}\n"
    assert (code, output) == (0, expected), messages


def test_all_tests_run_in_two_parts_and_both_must_pass(installed: Sandbox) -> None:
    """The second part is what needs the machine for itself."""
    told = "import os, sys\nprint(*sys.argv[1:])\nsys.exit(os.environ.get('FAIL') in sys.argv)"
    (installed.root / "pytest.py").write_text(told)
    for failing, expected in (("none", 0), ("--dist", 1), ("--cov-append", 1)):
        code, output, messages = installed.run("scripts/test", FAIL=failing)
        assert code == expected, messages
        together, alone = (line.split() for line in output.splitlines())
        left_out = {one.removeprefix("--ignore=") for one in together if "--ignore=" in one}
        assert left_out == {one for one in alone if one.startswith("tests/")}
        assert all((PROJECT / folder).is_dir() for folder in left_out)
        assert "--cov-append" in alone


def test_lint_runs_every_check_and_fails_when_one_does(installed: Sandbox) -> None:
    for name, code in {"ruff": 0, "mypy": 1, "lint-imports": 0}.items():
        tool = installed.venv / "bin" / name
        tool.write_text(f'#!/bin/sh\necho {name} "$@"\nexit {code}\n')
        tool.chmod(0o755)
    code, output, messages = installed.run("scripts/lint")
    assert code == 1
    assert output == "ruff check .\nruff format --check .\nmypy\nlint-imports\n"
    assert messages.splitlines()[-1].startswith("error: failed: mypy")


@pytest.mark.parametrize("lint_code", [0, 1])
def test_the_pipeline_stops_at_the_first_failure(sandbox: Sandbox, lint_code: int) -> None:
    shutil.copytree(PROJECT / ".ci", sandbox.root / ".ci")
    for name, code in {"lint": lint_code, "test": 0}.items():
        (sandbox.root / "scripts" / name).write_text(f"#!/bin/sh\necho {name}\nexit {code}\n")
    code, output, _ = sandbox.run(".ci/run")
    assert code == lint_code
    assert ("test" in output.splitlines()) is (lint_code == 0)
