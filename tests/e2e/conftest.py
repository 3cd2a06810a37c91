"""Launchers in a project of their own."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.sandbox import Sandbox


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
