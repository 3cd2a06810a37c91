"""`personal-data`: the keys that personal data is encrypted with."""

import click

from cli.connection import connect
from core.sealing import SealingError
from services import personal_data

TELL_EVERY = 1_000


@click.group("personal-data")
def personal_data_group() -> None:
    """Look after the keys of personal data."""


@personal_data_group.command("status")
def status() -> None:
    """Count encrypted values by the id of their key."""
    connect()
    keys = personal_data.keyring()
    for key, count in personal_data.usage().items():
        click.echo(f"{key}  {count:8}  {_role(key, keys.current_id, keys.ids)}")


@personal_data_group.command("rotate")
def rotate() -> None:
    """Encrypt everything anew with PERSONAL_DATA_KEY; safe to stop and to run again.

    Start every process with the new key, and the former one in PERSONAL_DATA_OLD_KEYS, before.
    """
    connect()

    def tell(done: int) -> None:
        if done and done % TELL_EVERY == 0:
            click.echo(f"{done} documents", err=True)

    try:
        done = personal_data.rotate(tell)
    except SealingError:
        message = "a value opens with none of the keys; what was done stays done"
        raise click.ClickException(message) from None
    click.echo(f"{done} documents encrypted with {personal_data.keyring().current_id}")


def _role(key: str, current: str, known: frozenset[str]) -> str:
    if key == current:
        return "PERSONAL_DATA_KEY"
    return "PERSONAL_DATA_OLD_KEYS" if key in known else "not in the settings"
