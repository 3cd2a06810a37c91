"""`audit roles`: MongoDB roles under which the application cannot change the audit log.

`application` may do what the product needs, but only insert and read in the collections of the
audit log. `auditKeeper` may also delete there: for `audit drop`, not for any process that runs.
New collections need the command again, before `db prepare`.
"""

import os
from typing import Any

import click
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from models.audit import AuditEntry, AuditExport, AuditSeal
from models.registry import DOCUMENTS

APPLICATION, KEEPER = "application", "auditKeeper"
AUDIT = frozenset(model._get_collection_name() for model in (AuditEntry, AuditSeal, AuditExport))
VARIABLES = ("MONGODB_ADMIN_URI", "MONGODB_USER_PASSWORD", "MONGODB_KEEPER_PASSWORD")
ALREADY_EXISTS = (51002, 51003)
PREPARE = ("createCollection", "createIndex", "listIndexes", "collStats")
APPEND = ("find", "insert", *PREPARE)
CHANGE = (*APPEND, "update", "remove", "changeStream", "dropIndex")
# One change stream follows several collections (services.watching): that is a right to all of
# them, and takes the right to read them.
WHOLE = ("listCollections", "find", "changeStream")
KEEP = (*APPEND, "update", "remove")

Row = dict[str, Any]


@click.command("roles")
@click.option("--database", envvar="MONGODB_DATABASE", default="toolbox", show_default=True)
@click.option("--user", default="toolbox", show_default=True, help="The application's user.")
@click.option("--keeper", default="toolbox-keeper", show_default=True, help="Who may drop.")
def roles_command(database: str, user: str, keeper: str) -> None:
    """Set up the roles and their users in MongoDB.

    MONGODB_ADMIN_URI names an administrator of the database; the users' passwords come from
    MONGODB_USER_PASSWORD and MONGODB_KEEPER_PASSWORD. Safe to repeat.
    """
    given = {name: os.environ.get(name, "") for name in VARIABLES}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise click.ClickException("; ".join(f"{name} is not set" for name in missing))
    uri, user_password, keeper_password = given.values()
    try:
        with MongoClient[Row](uri, serverSelectionTimeoutMS=5_000) as client:
            set_up(client[database], {user: user_password}, {keeper: keeper_password})
    except PyMongoError as error:
        message = f"MongoDB refused: {type(error).__name__}"
        raise click.ClickException(message) from None
    click.echo(f"{user}: {APPLICATION}\n{keeper}: {KEEPER}")


def set_up(database: "Database[Row]", users: dict[str, str], keepers: dict[str, str]) -> None:
    """Write the roles, and users with their passwords, into a database."""
    _put(database, "Role", APPLICATION, {"privileges": _application(database.name), "roles": []})
    _put(database, "Role", KEEPER, {"privileges": _keeper(database.name), "roles": [APPLICATION]})
    for role, named in ((APPLICATION, users), (KEEPER, keepers)):
        for name, password in named.items():
            _put(database, "User", name, {"pwd": password, "roles": [role]})


def _application(database: str) -> list[Row]:
    names = [document._get_collection_name() for document in DOCUMENTS]
    return [
        {
            "resource": {"db": database, "collection": name},
            "actions": list(APPEND if name in AUDIT else CHANGE),
        }
        for name in names
    ] + [{"resource": {"db": database, "collection": ""}, "actions": list(WHOLE)}]


def _keeper(database: str) -> list[Row]:
    return [
        {"resource": {"db": database, "collection": name}, "actions": list(KEEP)}
        for name in sorted(AUDIT)
    ]


def _put(database: "Database[Row]", kind: str, name: str, options: Row) -> None:
    """Create a role or a user, or bring the one that is there up to date."""
    try:
        database.command({f"create{kind}": name, **options})
    except OperationFailure as error:
        if error.code not in ALREADY_EXISTS:
            raise
        database.command({f"update{kind}": name, **options})
