"""The collections that are measured, kept in a folder so that they are built once.

A MongoDB of its own works on the folder. The real content is loaded there by the product's own
commands; from its live project cards the collections of each size are made. What the build
depends on is part of a fingerprint, and what no longer has the present one is built anew.
"""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pymongo import MongoClient

from cli.bench import filling
from cli.bench.filling import Share
from cli.bench.load import BenchError, Client, Database
from cli.bench.servers import PROJECT, Place
from cli.mongod import EmbeddedMongod
from cli.supervisor import Process

PREFIX = "bench_"
CONTENT, MARKS = PREFIX + "content", PREFIX + "marks"
# From so many items on, every core fills its share.
MANY = 20_000
# What a short document takes on the disk with its indexes, and what the server needs beside.
BYTES_EACH, BYTES_BESIDE = 2_500, 2_000_000_000
# Roomier than the demo's, so that two collections do not push each other out of memory.
CACHE_GB, INDEX_BUILD_MB = 2, 1_000
# What snapshots and entries come from: their fingerprint changes when one of these does.
SOURCES = (
    *("content/*.yaml", "schemas/*.py", "models/snapshots.py", "models/search.py"),
    *("services/snapshots.py", "services/rendering.py", "services/search/*.py"),
    *("cli/bench/writing.py", "cli/bench/projects.py", "cli/bench/filling.py"),
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Dataset:
    """A collection of project cards: how many, how long, searchable, with cards for the peers."""

    items: int
    short: bool
    searchable: bool = False
    for_peers: bool = False

    @property
    def name(self) -> str:
        """Return the name of its database."""
        parts = {"short": self.short, "search": self.searchable, "peers": self.for_peers}
        return "_".join(
            [f"{PREFIX}{self.items}", *(name for name, is_set in parts.items() if is_set)]
        )


class Store:
    """The folder and its MongoDB, as a context manager."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder.absolute()
        self._say = say
        self._mongod = EmbeddedMongod(self.folder / "mongodb")
        self._client: Client | None = None

    def __enter__(self) -> Self:
        """Start MongoDB."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / ".gitignore").write_text("*\n")
        self._mongod.__enter__()
        try:
            self._client = MongoClient(self._mongod.uri, tz_aware=True)
            parameters = {
                "wiredTigerEngineRuntimeConfig": f"cache_size={CACHE_GB}GB",
                "maxIndexBuildMemoryUsageMegabytes": INDEX_BUILD_MB,
            }
            for name, value in parameters.items():
                self._client.admin.command({"setParameter": 1, name: value})
        except BaseException:
            self._mongod.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop MongoDB."""
        self.client.close()
        self._mongod.stop()

    @property
    def client(self) -> Client:
        """Return the client, inside of the context."""
        if self._client is None:
            message = "the store is not open"
            raise RuntimeError(message)
        return self._client

    @property
    def database(self) -> Database:
        """Return the server with its process."""
        return Database(self._mongod.pid, self.client)

    def place(self, dataset: Dataset) -> Place:
        """Return where a data set is served from; it is built first when it is not there."""
        if self._mark(dataset.name) != fingerprint():
            self._drop_stale()
            check_room(self.folder, dataset)
            self._load_content()
            began = time.monotonic()
            self._say(f"Building {dataset.name} …")
            build(self.client, self._mongod.uri, CONTENT, dataset)
            self._set_mark(dataset.name)
            self._say(f"  built in {time.monotonic() - began:.0f} s")
        return Place(self._mongod.uri, dataset.name, self.folder)

    def bare_place(self) -> Place:
        """Return where nothing of the database is asked for."""
        return Place(self._mongod.uri, f"{PREFIX}bare", self.folder)

    def command(self, arguments: list[str], database: str) -> str:
        """Run a command of the product on a database and return what it said.

        Raises `BenchError` with its last line.
        """
        place = Place(self._mongod.uri, database, self.folder)
        program = [sys.executable, "-m", "application", *arguments]
        log = self.folder / "logs" / f"{arguments[0]}.log"
        log.parent.mkdir(exist_ok=True)
        log.unlink(missing_ok=True)
        command = Process("command", program, env=place.environment(), cwd=PROJECT, output=log)
        if _finish([command]) != [0]:
            said = log.read_text(errors="replace").strip().splitlines()[-1:]
            message = f"“{' '.join(arguments)}” failed: {' '.join(said)}"
            raise BenchError(message)
        return log.read_text(errors="replace")

    def _load_content(self) -> None:
        if self._mark(CONTENT) == fingerprint():
            return
        self._say("Loading the real content (pictures are drawn once; about a minute) …")
        for arguments in (["db", "prepare"], ["seed"]):
            self.command(arguments, CONTENT)
        self._set_mark(CONTENT)

    def _drop_stale(self) -> None:
        """Make room: drop what was made from other sources, or was left unfinished."""
        fresh = {"_id": {"$in": self.client.list_database_names()}, "fingerprint": fingerprint()}
        kept = {row["_id"] for row in self.client[MARKS].marks.find(fresh)} | {MARKS}
        for name in self.client.list_database_names():
            if name.startswith(PREFIX) and name not in kept:
                self.client.drop_database(name)
                self.client[MARKS].marks.delete_one({"_id": name})

    def _mark(self, name: str) -> str | None:
        row = self.client[MARKS].marks.find_one({"_id": name})
        return row["fingerprint"] if row else None

    def _set_mark(self, name: str) -> None:
        mark = {"_id": name, "fingerprint": fingerprint()}
        self.client[MARKS].marks.replace_one({"_id": name}, mark, upsert=True)


def build(client: Client, uri: str, content: str, dataset: Dataset) -> None:
    """Fill a data set's database.

    `content` names the database whose live items and indexes are taken over and whose projects
    are copied. Raises `BenchError` when it holds no live project.
    """
    if client[content].snapshots.find_one({"kind": "projects"}) is None:
        message = f"{content} holds no live project to copy"
        raise BenchError(message)
    client.drop_database(dataset.name)
    filling.take_over(client, content, dataset.name, for_peers=dataset.for_peers)
    share = Share(uri=uri, content=content, database=dataset.name, **asdict(dataset))
    if dataset.items < MANY:
        filling.fill(share)
    else:
        cores = len(os.sched_getaffinity(0))
        _fill_together([replace(share, first=first, step=cores) for first in range(cores)])
    filling.index_alike(client, content, dataset.name)


def _fill_together(shares: Sequence[Share]) -> None:
    """Fill each share in a process of its own."""
    program = [sys.executable, "-m", "cli.bench.filling"]
    fillers = [
        Process("filler", [*program, json.dumps(asdict(share))], cwd=PROJECT) for share in shares
    ]
    if failed := [code for code in _finish(fillers) if code != 0]:
        message = f"filling a collection failed with exit code {failed[0]}"
        raise BenchError(message)


def _finish(programs: Sequence[Process]) -> list[int | None]:
    """Run programs side by side to their ends and return their exit codes.

    None is left behind, wherever we are interrupted.
    """
    try:
        for program in programs:
            program.start()
        while any(program.poll() is None for program in programs):
            time.sleep(0.1)
    finally:
        for program in programs:
            program.kill()
    return [program.poll() for program in programs]


def check_room(folder: Path, dataset: Dataset) -> None:
    """Raise `BenchError` unless the disk has room for a data set, log and journal included."""
    each = BYTES_EACH * (1 if dataset.short else 2) * (4 if dataset.searchable else 1)
    needed, free = BYTES_BESIDE + each * dataset.items, shutil.disk_usage(folder).free
    if free < needed:
        message = f"{folder} has {free / 1e9:.1f} GB free; {dataset.name} needs {needed / 1e9:.1f}"
        raise BenchError(message)


def fingerprint() -> str:
    """Return a hash of everything that the collections are made from."""
    digest = hashlib.blake2b(digest_size=16)
    for pattern in SOURCES:
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
