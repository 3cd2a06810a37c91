"""`db`: indexes and migrations."""

import importlib.util
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
from pymongo.errors import OperationFailure

from cli.connection import connect
from core import db
from core.clock import now
from models.migrations import Migration
from models.registry import DOCUMENTS
from services import personal_data

MIGRATIONS = Path(__file__).resolve().parent.parent / "scripts" / "migrations"
NAMESPACE_EXISTS = 48  # MongoDB's error code


class MigrationError(Exception):
    """A migration failed; the text names it, the cause is attached."""


@click.group("db")
def database_group() -> None:
    """Prepare the database."""


@database_group.command("prepare")
def prepare() -> None:
    """Create collections and indexes, check keys, run migrations that did not run yet."""
    connect()
    create_indexes()
    personal_data.check_keys()
    try:
        for name in migrate(MIGRATIONS):
            click.echo(f"migrated {name}")
    except MigrationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(DOCUMENTS)} collections ready")


@database_group.command("drop")
@click.confirmation_option(prompt="Delete the whole database?")
def drop() -> None:
    """Delete the whole database."""
    loaded = connect()
    db.client().drop_database(loaded.mongodb_database)


def create_indexes() -> None:
    """Create every collection and index that the models declare; safe to repeat."""
    existing = set(db.database().list_collection_names())
    for document in DOCUMENTS:
        name = document._get_collection_name()
        if name not in existing:
            _create(name)
        document.ensure_indexes()


def migrate(folder: Path) -> Iterator[str]:
    """Run each dated migration of `folder` once, in order of their names; yield those run.

    A migration is a Python file with a function `run(database)`. It must be idempotent: it is
    recorded only after it ended, and two processes that start at once may both run it. Raises
    `MigrationError` for the first that fails; it is not recorded and none after it runs.
    """
    done = set(Migration.objects.scalar("id"))
    for path in sorted(folder.glob("[0-9]*.py")):
        if path.stem in done:
            continue
        try:
            _load(path).run(db.database())
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {Path(line.filename).name}, line {line.lineno}"
            message = f"migration {path.stem} failed: {where}: {error}"
            raise MigrationError(message) from error
        Migration(id=path.stem, finished_at=now()).save()
        yield path.stem


def _create(name: str) -> None:
    """Make a collection outside of any transaction: the first write to it may be inside one."""
    try:
        db.database().create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:  # another process was faster
            raise


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"migration_{path.stem}", path)
    if spec is None or spec.loader is None:
        message = f"{path.name} cannot be loaded"
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
