"""The MongoDB connection: one lazy, fork-safe client per process, and transactions.

Nothing connects at import or before a fork: `configure` makes a client that connects at first
use. Writes are acknowledged by a majority and journaled; each operation ends within `timeoutMS`,
so that a frozen database gives clean errors instead of hung workers.
"""

import dataclasses
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.read_concern import ReadConcern

from core.mongo import mongoengine
from core.settings import Settings

Result = TypeVar("Result")
Document = dict[str, Any]

_configured: list[Settings] = []
_endings: ContextVar[ExitStack | None] = ContextVar("endings", default=None)


def configure(settings: Settings, *, timeout_ms: int | None = None) -> None:
    """Register the connection for this process. `timeout_ms` overrides the setting."""
    if timeout_ms is not None:
        settings = dataclasses.replace(settings, mongodb_timeout_ms=timeout_ms)
    mongoengine.disconnect_all()
    mongoengine.register_connection(
        mongoengine.DEFAULT_CONNECTION_NAME,
        db=settings.mongodb_database,
        host=settings.mongodb_uri,
        timeoutMS=settings.mongodb_timeout_ms,
        serverSelectionTimeoutMS=settings.mongodb_timeout_ms,
        connectTimeoutMS=min(settings.mongodb_timeout_ms, 2_000),
        maxPoolSize=settings.mongodb_pool_size,
        retryWrites=True,
        retryReads=True,
        w="majority",
        journal=True,
        tz_aware=True,
        uuidRepresentation="standard",
        appname=f"toolbox-{settings.env}",
        connect=False,
    )
    # Made here, where one thread runs, and connected at first use: threads that came first at one
    # moment would make a client each, and the sessions of one are refused by the other.
    mongoengine.get_connection()
    _configured[:] = [settings]


def _after_fork() -> None:
    """Let go of the parent's client, so that the child makes its own at first use."""
    if _configured:
        configure(_settings())


os.register_at_fork(after_in_child=_after_fork)


def client() -> "MongoClient[Document]":
    """Return this process's client; a forked child gets one of its own."""
    _settings()
    return cast("MongoClient[Document]", mongoengine.get_connection())


def database() -> "Database[Document]":
    """Return the product's database."""
    name = _settings().mongodb_database
    return client()[name]


def ping() -> None:
    """Ask the primary for a sign of life; raise a pymongo error when there is none."""
    client().admin.command("ping", read_preference=ReadPreference.PRIMARY)


def transaction(work: Callable[[ClientSession], Result]) -> Result:
    """Run `work(session)` in a transaction, again when MongoDB says that it was transient.

    `work` may run several times: it must have no effect outside the database. It must pass
    the session to each of its operations.
    """
    with ExitStack() as endings, client().start_session() as session:
        token = _endings.set(endings)
        endings.callback(_endings.reset, token)
        return session.with_transaction(
            work,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern(w="majority", j=True),
            read_preference=ReadPreference.PRIMARY,
        )


def until_end(context: AbstractContextManager[object]) -> None:
    """Enter a context that is left when the transaction under way is over, after its last try."""
    endings = _endings.get()
    if endings is not None:
        endings.enter_context(context)


def _settings() -> Settings:
    if not _configured:
        message = "core.db.configure was not called"
        raise RuntimeError(message)
    return _configured[0]
