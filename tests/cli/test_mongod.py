"""The embedded MongoDB server, with the real program: kills, ports, clear errors."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, WriteConcern

from cli.mongod import (
    EmbeddedMongod,
    MongodError,
    find_mongod,
    remembered_uri,
)
from cli.ports import HOST
from cli.run.database import check_replica_set
from cli.supervisor import Process

Client = MongoClient[dict[str, Any]]


@pytest.fixture
def mongod(tmp_path: Path) -> Iterator[EmbeddedMongod]:
    """Return a server that takes writes."""
    with EmbeddedMongod(tmp_path / "mongodb") as server:
        yield server


def write(server: EmbeddedMongod, value: int) -> None:
    """Store a value durably."""
    with Client(server.uri) as client:
        values = client.test.get_collection("values", write_concern=WriteConcern("majority"))
        values.insert_one({"value": value})


def read(server: EmbeddedMongod) -> list[int]:
    """Return the stored values in their order."""
    with Client(server.uri) as client:
        return [each["value"] for each in client.test["values"].find().sort("value")]


def test_transactions_and_change_streams_work(mongod: EmbeddedMongod) -> None:
    with Client(mongod.uri) as client, client.test["values"].watch() as changes:
        with client.start_session() as session, session.start_transaction():
            client.test["values"].insert_one({"value": 1}, session=session)
            client.test["others"].insert_one({"value": 2}, session=session)
        assert next(changes)["fullDocument"]["value"] == 1


def test_it_listens_on_the_loopback_address_only(mongod: EmbeddedMongod) -> None:
    with Client(mongod.uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["bindIp"] == HOST
    assert options["net"]["unixDomainSocket"] == {"enabled": False}


def test_kill_and_stop_lose_nothing_and_the_port_stays(mongod: EmbeddedMongod) -> None:
    port = mongod.port
    for round_ in range(2):
        write(mongod, round_)
        os.kill(mongod.pid, signal.SIGKILL)
        while mongod.poll() is None:
            pass
        mongod.start()
        mongod.wait_ready()
    write(mongod, 2)
    mongod.stop()
    assert mongod.poll() == 0
    with EmbeddedMongod(mongod.data_dir) as again:
        assert again.port == port
        assert remembered_uri(mongod.data_dir) == again.uri
        assert read(again) == [0, 1, 2]
        write(again, 3)


def test_a_lost_port_is_replaced_and_the_replica_set_told(mongod: EmbeddedMongod) -> None:
    write(mongod, 1)
    mongod.kill()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((HOST, mongod.port))
        squatter.listen()
        with EmbeddedMongod(mongod.data_dir) as again:
            assert again.port != mongod.port
            write(again, 2)
            assert read(again) == [1, 2]
            assert remembered_uri(mongod.data_dir) == again.uri


def test_a_port_lost_between_the_look_and_the_start_is_replaced(tmp_path: Path) -> None:
    server = EmbeddedMongod(tmp_path)
    with socket.socket() as squatter:
        server.start()
        server.kill()
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((HOST, lost := server.port))
        squatter.listen()
        server.start()
        server.wait_ready()
        assert server.port != lost
        write(server, 1)
        server.stop()


def test_a_given_port_is_not_negotiable(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind((HOST, 0))
        port = squatter.getsockname()[1]
        with pytest.raises(MongodError, match=f"port {port} for mongod is taken"):
            EmbeddedMongod(tmp_path, port=port).start()


def test_it_waits_for_a_predecessor_on_the_same_data(
    mongod: EmbeddedMongod, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(mongod, 1)
    monkeypatch.setattr("cli.mongod.PREDECESSOR_PATIENCE_S", 0.5)
    with pytest.raises(MongodError, match="another mongod uses"):
        EmbeddedMongod(mongod.data_dir).start()
    monkeypatch.undo()
    mongod.terminate()
    with EmbeddedMongod(mongod.data_dir) as successor:
        assert read(successor) == [1]


def test_a_move_that_was_cut_short_is_made_up_for(mongod: EmbeddedMongod) -> None:
    write(mongod, 1)
    mongod.kill()
    (mongod.data_dir / "port").unlink()
    with EmbeddedMongod(mongod.data_dir) as again:
        assert again.port != mongod.port
        assert read(again) == [1]


def test_logs_of_former_starts_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "mongod.log"
    for number in range(5):
        server = EmbeddedMongod(tmp_path / "mongodb", log_path=log)
        server.start()
        server.kill()
        with log.open("a") as file:
            file.write(f"start {number}\n")
    kept = {path.name: path.read_text().splitlines()[-1] for path in log.parent.iterdir()}
    assert kept == {
        "mongod.log": "start 4",
        "mongod.log.1": "start 3",
        "mongod.log.2": "start 2",
        "mongod.log.3": "start 1",
    }


def test_the_program_of_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = find_mongod()
    assert installed.name == "mongod"
    named = tmp_path / "my-mongod"
    monkeypatch.setenv("MONGOD", str(named))
    with pytest.raises(MongodError, match="my-mongod is not a program"):
        find_mongod()
    named.symlink_to(installed)
    assert find_mongod() == named


def test_without_the_wheel_the_path_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mongod"
    program.symlink_to(find_mongod())
    monkeypatch.delenv("MONGOD", raising=False)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_mongod() == program
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(MongodError, match=r"no mongod found: set MONGODB_URI .* or MONGOD"):
        find_mongod()


def test_a_wheel_that_does_not_run_here_gives_way_to_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    own, wheel = tmp_path / "bin" / "mongod", tmp_path / "fiftyone" / "db" / "bin" / "mongod"
    own.parent.mkdir()
    own.symlink_to(find_mongod())
    wheel.parent.mkdir(parents=True)
    wheel.write_text("#!/bin/sh\necho 'error loading libcurl.so.4' >&2\nexit 127\n")
    wheel.chmod(0o755)
    monkeypatch.delenv("MONGOD", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setenv("PATH", f"{own.parent}:/bin")
    assert [find_mongod(), find_mongod()] == [own, own]
    told = f"{wheel} does not run here (error loading libcurl.so.4)"
    assert capfd.readouterr().err == f"{told}; looking for another mongod\n", "said once"
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(MongodError) as caught:
        find_mongod()
    assert str(caught.value).startswith(f"{told}: set MONGODB_URI to a replica set, or MONGOD")


def test_the_reason_of_a_failed_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mongod"
    program.write_text("#!/bin/sh\necho 'error loading libcurl.so.4' >&2\nexit 127\n")
    program.chmod(0o755)
    monkeypatch.setenv("MONGOD", str(program))
    server = EmbeddedMongod(tmp_path / "data")
    server.start()
    with pytest.raises(MongodError, match=r"code 127: error loading libcurl\.so\.4"):
        server.wait_ready()


def test_an_unusable_folder_is_told(tmp_path: Path) -> None:
    server = EmbeddedMongod(tmp_path, extra=["--setParameter", "noSuchParameter=1"])
    server.start()
    with pytest.raises(MongodError, match="noSuchParameter"):
        server.wait_ready()


def test_a_replica_set_is_accepted(mongod: EmbeddedMongod) -> None:
    check_replica_set(mongod.uri)


def test_a_silent_database_is_told_without_its_password() -> None:
    uri = "mongodb://admin:s3cret@127.0.0.1:9/"
    with pytest.raises(MongodError, match="does not answer") as caught:
        check_replica_set(uri, timeout_s=0.3)
    assert "s3cret" not in str(caught.value)


def test_a_server_without_a_replica_set_is_refused(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = str(probe.getsockname()[1])
    arguments = [str(find_mongod()), "--dbpath", str(tmp_path), "--port", port, "--nounixsocket"]
    alone = Process("mongod", [*arguments, "--bind_ip", HOST], output=tmp_path / "log")
    alone.start()
    try:
        with pytest.raises(MongodError, match="is not a replica set"):
            check_replica_set(f"mongodb://{HOST}:{port}/")
    finally:
        alone.kill()
