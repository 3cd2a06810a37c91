"""`scripts/run` and its simulator: started when it is wanted, watched, refused in production."""

import http.client
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cli.run.simulator import APPID, HOST, Simulator, is_wanted
from core.environment import SettingsError
from core.settings import load
from tests.e2e.installation import PROJECT, Installation
from tests.waiting import eventually, free_port


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """An installation without demo content, of which nothing about WeChat was told."""
    installation = Installation(tmp_path / "data", "--no-demo", "--workers", "1")
    installation.await_start()
    yield installation
    if installation.process.poll() is None:
        installation.end(signal.SIGKILL)


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError, OverflowError):
        probe.bind((HOST, port))
        return True
    return False


def environment_of(pid: int) -> dict[str, str]:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def test_it_is_started_told_of_and_watched(running: Installation) -> None:
    found = re.search(r"WeChat \(demo\)  (http://127\.0\.0\.1:(\d+))/", running.output)
    assert found, running.output
    port = int(found.group(2))
    assert get(port, "/") == 200

    simulators = running.pids("-m simulator")
    (simulator,) = simulators
    for kind in ("-m simulator", "gunicorn", "application worker"):
        told = environment_of(min(running.pids(kind)))
        assert told["WECHAT_APPID"] == APPID
        assert told["WECHAT_API_BASE"] == told["MAILBOX_URL"] == found.group(1)
        assert told["WECHAT_SECRET"] == environment_of(simulator)["WECHAT_SECRET"]
    secret = environment_of(simulator)["WECHAT_SECRET"]
    assert len(secret) == 32
    assert secret not in running.output
    assert secret not in (running.data / "secrets.env").read_text()
    assert secret not in Path(f"/proc/{simulator}/cmdline").read_text()

    os.kill(simulator, signal.SIGKILL)
    assert running.status("/api/v1/home") == 200, "browsing goes on"
    assert eventually(lambda: running.another("-m simulator", simulators))
    assert eventually(lambda: get(port, "/__sim__/health") == 200)
    assert "simulator ended (SIGKILL); starting it again in 0.2 s" in running.output
    assert running.end(signal.SIGINT) == 0, running.output
    assert running.pids("-m simulator") == set()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"ENV": "demo"}, True),
        ({"ENV": "test"}, True),
        ({"ENV": "demo", "WECHAT_APPID": ""}, True),
        ({"ENV": "demo", "WECHAT_APPID": "wx1", "WECHAT_SECRET": "s"}, False),
        ({"ENV": "demo", "WECHAT_SECRET": "s"}, False),
        ({"ENV": "production"}, False),
        ({}, False),
    ],
)
def test_when_it_is_wanted(environment: dict[str, str], expected: bool) -> None:
    assert is_wanted(environment) is expected


def test_its_port_follows_the_web_servers_unless_that_is_taken() -> None:
    web_port = free_port()
    while not is_free(web_port + 100):
        web_port = free_port()
    assert Simulator({}, web_port, PROJECT).url == f"http://{HOST}:{web_port + 100}"
    with socket.socket() as squatter:
        squatter.bind((HOST, web_port + 100))
        squatter.listen()
        assert Simulator({}, web_port, PROJECT).url != f"http://{HOST}:{web_port + 100}"
    assert re.fullmatch(rf"http://{HOST}:\d+", Simulator({}, 65_535, PROJECT).url)


def test_production_refuses_what_a_simulator_needs() -> None:
    product = {
        "SECRET_KEY": "s" * 32,
        "PERSONAL_DATA_KEY": "p" * 32,
        "MONGODB_URI": "mongodb://127.0.0.1:1/",
    }
    told = product | Simulator({}, free_port(), PROJECT).settings
    assert load({**told, "ENV": "demo"}).wechat_appid == APPID
    with pytest.raises(SettingsError, match="the simulator has no place in production"):
        load({**told, "ENV": "production"})
