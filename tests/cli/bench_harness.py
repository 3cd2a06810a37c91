"""Tiny data for the tests of `scripts/bench`, and a load generator that stops early."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

import application
from cli.bench.load import Sample
from cli.bench.store import CONTENT, MARKS, Store, fingerprint
from cli.database import create_indexes
from cli.mongod import remembered_uri
from core.settings import Settings, load
from models.enums import Kind
from tests.factories import create_live

WRK = shutil.which("wrk")
INTERRUPTED = 'timeout -s INT 0.2 $WRK "$@"'
needs_wrk = pytest.mark.skipif(WRK is None, reason="wrk is missing: apt-get install wrk")


def sample(
    requests: int = 1000,
    seconds: float = 1.0,
    *,
    failures: int = 0,
    server_ms: float = 1.0,
    database_ms: float = 0.5,
    operations: float = 1.0,
) -> Sample:
    """Return what a side might have done in a round."""
    return Sample(
        requests=requests,
        failures=failures,
        seconds=seconds,
        size=100.0,
        p50_ms=1.0,
        p99_ms=2.0,
        server_cpu_ms=server_ms,
        database_cpu_ms=database_ms,
        database_operations=operations,
    )


def make_content(folder: Path, environ: Mapping[str, str], settings: Settings) -> None:
    """Leave a store in a folder that believes the real content loaded: it holds two items."""
    with Store(folder, lambda _: None) as store:
        uri = remembered_uri(store.folder / "mongodb")
        own = {"MONGODB_URI": str(uri), "MONGODB_DATABASE": CONTENT}
        application.wire(load({**environ, **own}))
        try:
            create_indexes()
            track = create_live(Kind.TRACKS)
            create_live(Kind.PROJECTS, tracks=[track.id])
        finally:
            application.wire(settings)
        mark = {"_id": CONTENT, "fingerprint": fingerprint()}
        store.client[MARKS].marks.insert_one(mark)


def use_wrk(folder: Path, patch: pytest.MonkeyPatch, script: str) -> None:
    """Let a shell script be the wrk on the path; `$WRK` is the real one."""
    folder.mkdir()
    program = folder / "wrk"
    program.write_text(f"#!/bin/sh\nWRK={WRK}\n{script}\n")
    program.chmod(0o755)
    patch.setenv("PATH", str(folder), prepend=":")


def short_rounds(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let wrk be interrupted early, as by Ctrl-C: it takes whole seconds only.

    Rounds of one second are cut. The longer ones, for when nothing was answered, are not.
    """
    cut = f"{INTERRUPTED}; exit"
    use_wrk(folder, patch, f'case "$*" in *"-d 1s"*) {cut} ;; esac\nexec $WRK "$@"')
