"""`media`: pictures, films and documents, and the store that holds them."""

import click

from cli.media_add import add_command
from cli.media_store import check_command, migrate_command, sweep_command


@click.group("media")
def media_group() -> None:
    """Keep pictures, films and documents."""


for command in (add_command, check_command, sweep_command, migrate_command):
    media_group.add_command(command)
