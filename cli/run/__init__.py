"""The command that starts a whole installation, and the data folder it works on."""

from cli.run.command import run_command
from cli.run.folder import DataFolder, demo_environment

__all__ = ["DataFolder", "demo_environment", "run_command"]
