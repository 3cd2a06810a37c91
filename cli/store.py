"""`store`: the media store that the settings name."""

import click

from cli.connection import connect
from media import stores


@click.group("store")
def store_group() -> None:
    """The media store: MinIO, another S3 store, or a folder."""


@store_group.command("prepare")
def prepare() -> None:
    """Make the bucket or the folder ready to serve; done again, it changes nothing."""
    connect()
    for text in stores.current().prepare():
        click.echo(f"To be set up at the store itself: {text}.", err=True)
    click.echo("The media store is ready.")


@store_group.command("check")
def check() -> None:
    """Ask the store for a sign of life."""
    connect()
    stores.current().check()
    click.echo("The media store answers.")
