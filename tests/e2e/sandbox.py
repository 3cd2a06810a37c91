"""A small project of its own with our launchers and packages of our making."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = """
bash cat cut dirname find flock grep id ldconfig mkdir rm sha256sum sleep tail tee touch
"""
APPLICATION = """
import os, sys
import brick
print(sys.argv[1:], brick.VERSION, os.getcwd())
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
