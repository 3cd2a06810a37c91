"""How a command reaches the database."""

import getpass
import os
from pathlib import Path

import click

from cli.run.folder import demo_environment
from core import settings
from core.environment import SettingsError
from services.actors import Actor, system

DATA_DIR = Path(__file__).resolve().parent.parent / "data"


def connect() -> settings.Settings:
    """Read the settings and wire the layers; raise `SettingsError`.

    Without MONGODB_URI the command joins the demo installation of the data folder, which must
    be running.
    """
    loaded = settings.load(_environment())
    wire = click.get_current_context().find_root().obj
    try:
        wire(loaded)
    except ValueError:  # not quoted: an address may hold a password
        message = "MONGODB_URI is not the address of a MongoDB"
        raise SettingsError(message) from None
    return loaded


def actor() -> Actor:
    """Return who runs the command, by the name that this machine knows."""
    return system(f"command line: {getpass.getuser()}")


def _environment() -> dict[str, str]:
    given = dict(os.environ)
    if given.get("MONGODB_URI"):
        return given
    folder = Path(given.get("DATA_DIR") or DATA_DIR)
    joined = demo_environment(folder)
    if not joined:
        return given
    return {"ENV": "demo", "DATA_DIR": str(folder), **joined, **given}
