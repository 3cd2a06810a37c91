"""The command line as a whole: help, plain errors, exit codes, real processes."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import Result
from flask.testing import FlaskClient

from cli.main import cli
from models.enums import Kind
from services import content
from tests.factories import create

Run = Callable[..., Result]
Refused = Callable[..., str]
RunProcess = Callable[..., "subprocess.CompletedProcess[str]"]

# Port 9 is the discard service's; nothing listens there.
NOWHERE = "mongodb://127.0.0.1:9/?replicaSet=rs0"
# One command of each group that reaches the database.
REACHING = [
    ("content", "list", "sites"),
    ("content", "publish", "sites", "x"),
    ("jobs", "list"),
    ("db", "prepare"),
    ("seed",),
    ("seed", "--if-empty"),
]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words that lead to each command, groups too."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_every_command_tells_what_it_does(run: Run, words: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        result = run(*words, option)
        assert result.exit_code == 0
        usage, _, about = result.stdout.partition("\n\n")
        assert usage.startswith("Usage: ")
        assert len(about.strip().splitlines()[0]) > 10


@pytest.mark.parametrize("words", REACHING, ids=" ".join)
def test_missing_settings_are_all_named(
    run: Run, refused: Refused, words: tuple[str, ...], tmp_path: Path
) -> None:
    env = {"SECRET_KEY": "", "PERSONAL_DATA_KEY": "", "MONGODB_URI": "", "DATA_DIR": str(tmp_path)}
    text = refused(run(*words, **env))
    assert text == (
        "settings: SECRET_KEY is not set; MONGODB_URI is not set; PERSONAL_DATA_KEY is not set"
    )


def test_a_malformed_setting_is_named(run: Run, refused: Refused) -> None:
    text = refused(run("jobs", "list", JOB_LEASE_S="soon"))
    assert text == "settings: JOB_LEASE_S is not a whole number: 'soon'"


@pytest.mark.parametrize("words", REACHING, ids=" ".join)
def test_a_database_that_is_away_is_told_in_one_line(
    run: Run, refused: Refused, words: tuple[str, ...]
) -> None:
    text = refused(run(*words, MONGODB_URI=NOWHERE, MONGODB_TIMEOUT_MS="300"))
    assert text.startswith("database: ServerSelectionTimeoutError; is MONGODB_URI right")
    assert "\n" not in text


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://",
        "mongodb://user:pass word@127.0.0.1:9/",
        "mongodb://127.0.0.1:99999/",
        "mongodb://127.0.0.1:port/",
        "mongodb://127.0.0.1:9/?replicaSet=",
        "mysql://127.0.0.1:9/",
        "127.0.0.1:9",
    ],
)
def test_an_address_that_is_none_is_told_in_one_line(run: Run, refused: Refused, uri: str) -> None:
    text = refused(run("jobs", "list", MONGODB_URI=uri, MONGODB_TIMEOUT_MS="300"))
    assert "MONGODB_URI" in text
    assert "\n" not in text
    assert "pass word" not in text


@pytest.mark.parametrize("words", [("publish",), ("content", "paint"), ("--loud",)])
def test_an_unknown_word_is_a_usage_error(
    run: Run, refused: Refused, words: tuple[str, ...]
) -> None:
    assert refused(run(*words), code=2).startswith("No such ")


def test_an_item_goes_live_and_back_by_processes(
    run_process: RunProcess, client: FlaskClient
) -> None:
    item = create(Kind.SITES, title="上合之珠")
    assert run_process("content", "publish", "sites", item.slug).returncode == 0
    assert client.get(f"/api/v1/sites/{item.slug}").get_json()["title"] == "上合之珠"
    shown = run_process("content", "show", "sites", item.slug, LC_ALL="C")
    assert orjson.loads(shown.stdout)["title"] == "上合之珠"
    assert run_process("content", "unpublish", "sites", item.slug).returncode == 0
    assert client.get(f"/api/v1/sites/{item.slug}").status_code == 404


def test_a_process_ends_with_a_plain_error(run_process: RunProcess) -> None:
    item = create(Kind.PROJECTS, tracks=["gone"])
    done = run_process("content", "publish", "projects", item.id)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Error: not_publishable: Not ready to be published, see fields",
        "  tracks.0: Linked item does not exist: tracks:gone",
    ]
    done = run_process("content", "publish", "sights", "x")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_changed_fields_come_through_a_pipe(run_process: RunProcess, tmp_path: Path) -> None:
    item = create(Kind.SITES)
    file = tmp_path / "字段.json"
    file.write_text('{"title": "改后"}', "utf-8")
    done = run_process("content", "set", "sites", item.id, "--revision", 1, file)
    assert done.returncode == 0, done.stderr
    assert content.get(Kind.SITES, item.id).title == "改后"
    done = run_process("content", "set", "sites", item.id, "--revision", 1, file)
    assert (done.returncode, done.stderr) == (
        1,
        "Error: stale_revision: This is at revision 2 now; yours is based on 1\n",
    )


def test_the_worker_is_a_command_of_the_process(run_process: RunProcess) -> None:
    done = run_process("worker", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "until SIGTERM" in done.stdout
