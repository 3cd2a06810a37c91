"""Search in processes of its own: what a web process loads, what a killed one leaves behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bson.binary import UUID_SUBTYPE, Binary

import application
from core import db
from models.enums import Kind
from models.snapshots import Snapshot
from tests.factories import create, create_live
from tests.services.search.asking import entries, titles

PROJECT = Path(application.__file__).parents[1]
TIMEOUT_S = 300
# The goal for a worker is 80 (docs/performance.md); what it holds has outgrown that. With the
# dictionary it would be far beyond this.
MEMORY_MAX_MB = 96

WEB = """
import re, sys
sys.modules["rich"] = None  # comes with tools of the tests, and structlog would load it
from application import web

client = web.create_app().test_client()
for query in ("xinnengyuan", "新能源", "xny", "energy", "企业融资找谁"):
    for path in ("search", "search/suggest"):
        answer = client.get(f"/api/v1/{path}", query_string={"q": query})
        assert answer.status_code == 200, answer.text
status = open("/proc/self/status").read()
print(int(re.search(r"VmRSS:\\s+(\\d+) kB", status).group(1)) // 1024)
print(*(name for name in sys.modules if name.partition(".")[0] in ("pypinyin", "PIL")))
"""

PUBLISHING = """
import sys, time
import application
from core.settings import load
from core.db import transaction
from models.enums import Kind
from services import content, snapshots

application.wire(load())
row = snapshots.build(content.get(Kind.PROJECTS, sys.argv[1]), 1, None)

def put(session):
    snapshots.put(row, session)
    print("written", session.session_id["id"].hex(), flush=True)
    time.sleep(600)

transaction(put)
"""


@pytest.fixture
def python(environ: dict[str, str]) -> list[str]:
    """Python with the environment of the test installation, as arguments of a command."""
    given = [f"{name}={value}" for name, value in {"PATH": os.environ["PATH"], **environ}.items()]
    return ["env", "-i", *given, sys.executable]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_web_process_searches_without_the_dictionary_of_readings(python: list[str]) -> None:
    create_live(Kind.PROJECTS, title="新能源汽车")
    done = subprocess.run(
        [*python, "-c", WEB], cwd=PROJECT, capture_output=True, text=True, timeout=TIMEOUT_S
    )
    assert done.returncode == 0, done.stderr
    memory_mb, loaded = done.stdout.split("\n")[:2]
    assert loaded == ""
    assert int(memory_mb) <= MEMORY_MAX_MB


def test_a_publication_that_is_killed_halfway_is_not_found(python: list[str]) -> None:
    item = create(Kind.PROJECTS, title="半途而废")
    process = subprocess.Popen(
        [*python, "-c", PUBLISHING, item.id], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        written, session = process.stdout.readline().split()
        assert written == "written"
        assert titles("半途而废") == []
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=TIMEOUT_S)
    assert titles("半途而废") == []
    assert entries() == {}
    assert Snapshot.raw().count_documents({}) == 0
    # What is left of it would hold up for a minute whoever changes the same collections.
    db.client().admin.command(
        "killSessions", [{"id": Binary(bytes.fromhex(session), UUID_SUBTYPE)}]
    )
