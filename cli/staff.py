"""`staff`: accounts from the command line, the first one too.

A one-time password is printed once, on standard output, and is nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import click

from cli.connection import actor, connect
from core.clock import SHANGHAI
from models.staff import Role, Staff
from services.actors import Actor
from services.staff import accounts, totp
from services.staff.accounts import Created


@dataclass(frozen=True)
class Verb:
    """Something that is done to an account, and what is told of the account afterwards."""

    name: str
    do: Callable[[Actor, str], object]
    help: str
    told: str


VERBS = (
    Verb(
        "disable",
        accounts.disable,
        "Disable an account; all its sessions end at once.",
        "is disabled",
    ),
    Verb(
        "enable",
        accounts.enable,
        "Let an account sign in again; its failed tries are forgotten.",
        "is enabled",
    ),
    Verb(
        "revoke-sessions",
        accounts.revoke_sessions,
        "End all sessions of an account.",
        "has no session",
    ),
    Verb(
        "reset-totp",
        accounts.reset_totp,
        "Take an account's second factor and recovery codes away; its sessions end.",
        "has no second factor",
    ),
)
ROLE = click.Choice([role.value for role in Role])


@click.group("staff")
def staff_group() -> None:
    """Manage accounts of staff."""


@staff_group.command("bootstrap")
def bootstrap() -> None:
    """Create the first administrator, when there is no account at all."""
    connect()
    created = accounts.bootstrap()
    if created is None:
        click.echo("There are accounts already.")
        return
    click.echo("First administrator (the password is shown once, and changed at first sign-in):")
    _tell(created)


@staff_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="What people call the person.")
@click.option("--role", "roles", type=ROLE, multiple=True, required=True)
@click.option("--department")
def add(username: str, name: str, roles: tuple[str, ...], department: str | None) -> None:
    """Create an account with a one-time password."""
    connect()
    chosen = [Role(role) for role in roles]
    _tell(
        accounts.create(actor(), username=username, name=name, roles=chosen, department=department)
    )


@staff_group.command("list")
@click.option("--role", type=ROLE)
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True)
def list_accounts(role: str | None, limit: int) -> None:
    """List accounts by user name; times are in Shanghai."""
    connect()
    for account in accounts.listing(role=Role(role) if role else None, limit=limit):
        click.echo(_line(account))


@staff_group.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Give an account a one-time password; its sessions end."""
    connect()
    _tell(accounts.reset_password(actor(), accounts.by_username(username).id))


@staff_group.command("roles")
@click.argument("username")
@click.argument("roles", type=ROLE, nargs=-1, required=True)
def set_roles(username: str, roles: tuple[str, ...]) -> None:
    """Give an account these roles in place of those it has."""
    connect()
    account = accounts.by_username(username)
    fields = {"roles": [Role(role) for role in roles]}
    changed = accounts.update(actor(), account.id, fields, revision=account.revision)
    click.echo(_line(changed))


def _declare(verb: Verb) -> None:
    """Add a command that does something to an account and says how it stands then."""

    @staff_group.command(verb.name, help=verb.help)
    @click.argument("username")
    def command(username: str) -> None:
        connect()
        verb.do(actor(), accounts.by_username(username).id)
        click.echo(f"{username} {verb.told}")


for one in VERBS:
    _declare(one)


def _tell(created: Created) -> None:
    click.echo(f"  username  {created.account.username}\n  password  {created.password}")


def _line(account: Staff) -> str:
    seen = account.last_sign_in_at
    when = f"{seen.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if seen else "never"
    marks = [] if account.enabled else ["disabled"]
    marks += ["second factor"] if totp.is_enrolled(account) else []
    roles = ",".join(role.value for role in account.roles)
    return f"{account.username:20}  {roles:30}  {when:16}  {' '.join(marks)}".rstrip()
