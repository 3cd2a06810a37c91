"""A database that may be killed, and the product on it, for each test anew."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import application
from cli.database import create_indexes
from cli.mongod import EmbeddedMongod
from core import db
from core.ids import new_id
from core.settings import load
from tests.faults.harness import MONGOD_OPTIONS, Product, processes_on
from tests.memory import fast_folder


@pytest.fixture(scope="session")
def database_server() -> Iterator[EmbeddedMongod]:
    """One database server for all tests of faults."""
    with tempfile.TemporaryDirectory(prefix="toolbox-faults-", dir=fast_folder()) as folder:
        server = EmbeddedMongod(Path(folder), extra=MONGOD_OPTIONS)
        server.grace_s = 5
        with server:
            yield server


@pytest.fixture
def mongod(database_server: EmbeddedMongod) -> Iterator[EmbeddedMongod]:
    """The database server, running before and after the test."""
    yield database_server
    database_server.start()
    database_server.wait_ready()


@pytest.fixture
def product(
    mongod: EmbeddedMongod, environ: dict[str, str], tmp_path: Path, own_connection: None
) -> Iterator[Product]:
    """The product on an empty database; this process is connected to it too.

    No process is left when the test is over.
    """
    name = f"faults_{new_id()}"
    made = Product(tmp_path, {**environ, "MONGODB_URI": mongod.uri, "MONGODB_DATABASE": name})
    application.wire(load({**made.environ, "LOG_LEVEL": "ERROR"}))
    create_indexes()
    yield made
    made.stop()
    mongod.start()
    mongod.wait_ready()
    db.client().drop_database(name)
    assert processes_on(tmp_path) == {}
