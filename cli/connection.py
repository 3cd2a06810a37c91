"""How a command reaches the database."""

import click

from core import settings


def connect() -> settings.Settings:
    """Read the settings and wire the layers; raise `SettingsError`."""
    loaded = settings.load()
    wire = click.get_current_context().find_root().obj
    wire(loaded)
    return loaded
