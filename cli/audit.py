"""`audit`: seal and verify the log, export it as files, drop what was exported and is old."""

import datetime as dt
from pathlib import Path

import click
from pymongo.errors import OperationFailure

from cli.audit_roles import roles_command
from cli.connection import actor, connect
from cli.content import Moment
from core.clock import SHANGHAI
from services import audit_chain, audit_files

UNAUTHORIZED = 13  # MongoDB's error code
FAULTS_SHOWN = 100


@click.group("audit")
def audit_group() -> None:
    """Look after the audit log."""


audit_group.add_command(roles_command)


@audit_group.command("seal")
def seal() -> None:
    """Seal what waits, without waiting for the worker."""
    connect()
    count = 0
    while sealed := audit_chain.seal():
        count += sealed
    click.echo(f"{count} sealed")
    _say_head(audit_chain.head())


@audit_group.command("verify")
@click.option("--head", "expected", help="A head written down before, NUMBER:HASH.")
def verify(expected: str | None) -> None:
    """Check the whole chain; exit code 1 when an entry was changed, removed or reordered."""
    connect()
    report = audit_chain.verify(_head(expected))
    click.echo(f"{report.checked} entries checked")
    _say_head(report.head)
    if report.unsealed_since is not None:
        since = report.unsealed_since.astimezone(SHANGHAI)
        overdue = ": no sealer runs, or it was written into the past" * report.is_overdue
        click.echo(f"{report.unsealed} not sealed, since {since:%Y-%m-%d %H:%M:%S}{overdue}")
    for fault in report.faults[:FAULTS_SHOWN]:
        click.echo(f"{fault.kind}: number {fault.number}, entry {fault.entry or '-'}")
    if not report.holds:
        message = f"{len(report.faults)} faults: the log is not as it was written"
        raise click.ClickException(message)
    click.echo("The chain holds.")


@audit_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--until", type=Moment(), help="Only what is older.")
def export(file: Path, until: dt.datetime | None) -> None:
    """Write sealed entries that were not dropped yet, with their seals, to a new FILE."""
    connect()
    try:
        written = audit_files.export(actor(), file, until)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    click.echo(f"{file}: {written.first} to {written.last}, SHA-256 {written.id}")


@audit_group.command("drop")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.confirmation_option(prompt="Delete from the database what the file holds?")
def drop(file: Path) -> None:
    """Delete from the database what FILE, an export, holds; nothing younger than the keep time.

    Where MongoDB roles are set up, this needs the user of the role auditKeeper.
    """
    connect()
    try:
        gone = audit_files.drop(actor(), file)
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        message = "this database user may not delete from the log; use the keeper's MONGODB_URI"
        raise click.ClickException(message) from None
    click.echo(f"{gone.first} to {gone.last} dropped")


def _head(text: str | None) -> audit_chain.Head | None:
    if text is None:
        return None
    number, _, chain = text.partition(":")
    if not number.isdecimal() or not chain:
        message = "--head is NUMBER:HASH, as `audit verify` prints it"
        raise click.BadParameter(message)
    return audit_chain.Head(int(number), chain)


def _say_head(head: audit_chain.Head) -> None:
    click.echo(f"head {head.number}:{head.chain}")
