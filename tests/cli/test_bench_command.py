"""`scripts/bench` as people start it: options, errors, and one small run of everything."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest
from click.testing import CliRunner, Result

from cli.bench import people
from cli.bench.command import bench_command
from cli.nginx import find_nginx
from tests.cli.bench_harness import needs_wrk, short_rounds, use_wrk
from tests.faults.harness import PROJECT, processes_on
from tests.waiting import eventually

Bench = Callable[..., Result]
TITLES = {
    "hot": [f"hot {name} ÷ bare WSGI" for name in ("home", "list", "detail", "calendar", "search")]
    + ["304 ÷ bare WSGI 304"],
    "cold": [
        "cold list ÷ bare WSGI + pymongo + orjson",
        "cold list ÷ the same on our rendered text",
        "cold list ÷ FastAPI + async pymongo + orjson",
        *(f"cold {name} ÷ bare WSGI" for name in ("home", "detail", "calendar", "search")),
    ],
    "memory": [f"resident memory of a worker, {which}" for which in ("with its cache", "without")],
    "depth": ["page at depth 20 ÷ first page", "detail at 100 items ÷ at 50"],
    "people": [
        "visitor's profile by token ÷ cold list",
        "staff's session by cookie ÷ cold list",
        *("sign-in with WeChat ÷ cold list", "without WeChat's answer"),
        *("sign-in by password ÷ cold list", "without the hash (Argon2)"),
    ],
    "callback": ["push in safe mode, 99th percentile", "the same while WeChat's APIs hang"],
    "booking": ["seats held ÷ a two-document transaction, 64 threads"],
}
MEDIA = {
    "media": [
        f"protected ÷ nginx alone, {what}"
        for what in ("a picture of 100 kB", "2 MB of a film", "5 MB of a film")
    ]
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Return a runner of the command in this process; the handling of signals stays as it was."""
    before = signal.getsignal(signal.SIGTERM)
    runner = CliRunner()
    yield lambda *words: runner.invoke(bench_command, [str(word) for word in words])
    signal.signal(signal.SIGTERM, before)


def test_help_names_every_option_with_its_default(bench: Bench) -> None:
    for option in ("--help", "-h"):
        text = bench(option).output
        assert text.startswith(
            "Usage: bench [OPTIONS] [reads|depth|search|people|booking|callback|media|all]"
        )
        for name in ("--items", "--rounds", "--seconds", "--data", "--out"):
            assert name in text
        assert " ".join(text.split()).count("[default: ") == 5
        assert "Needs wrk" in text


@pytest.mark.parametrize(
    "words", [["writes"], ["--items", "99"], ["--rounds", "0"], ["--seconds", "61"], ["--no"]]
)
def test_unknown_words_and_sizes_are_refused(
    bench: Bench, words: list[str], tmp_path: Path
) -> None:
    result = bench(*words, "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_missing_load_tool_is_named_with_its_package(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = bench("--data", tmp_path / "data")
    assert (result.exit_code, result.stderr) == (1, "Error: wrk is missing: apt-get install wrk\n")
    assert not (tmp_path / "data").exists()


def test_a_database_that_does_not_start_is_told(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_wrk(tmp_path / "bin", monkeypatch, "exit 1")
    monkeypatch.setenv("MONGOD", str(tmp_path / "none"))
    result = bench("--data", tmp_path / "data")
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"Error: MONGOD={tmp_path / 'none'} is not a program: correct it or unset MONGOD\n"
    )


@needs_wrk
def test_a_small_run_of_everything(
    bench: Bench, bench_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_rounds(tmp_path / "bin", monkeypatch)
    monkeypatch.setattr(people, "SIGN_INS", 2)
    size = ["--items", 100, "--rounds", 1, "--seconds", 1]
    result = bench("all", *size, "--data", bench_folder, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    told = orjson.loads((tmp_path / "out" / "bench.json").read_bytes())
    assert told["plan"]["rounds"] == 1
    groups: dict[str, list[str]] = {}
    for row in told["rows"]:
        groups.setdefault(row["group"], []).append(row["title"].strip())
    searches = groups.pop("search")
    assert groups == (TITLES | MEDIA if find_nginx() else TITLES)
    assert searches[0] == "search, 100 documents ÷ 33"
    assert searches[-1] == "regex scan ÷ search, rare phrases"
    assert len(searches) == 9
    for row in told["rows"]:
        if not row["title"].startswith("  without"):  # a difference: noise may turn it over
            assert row["ours"] > 0, row["title"]
            assert row["figure"] > 0, row["title"]
        assert not row["spoiled"], row["note"]
        assert "not cold" not in row["note"]
        assert row["goal"] is None or row["passed"] in (True, False)
        for sample in row["details"].get("ours", []) + row["details"].get("other", []):
            assert sample["requests"] > 0
            assert sample["failures"] == 0
    root = ElementTree.parse(tmp_path / "out" / "bench.svg").getroot()  # noqa: S314 - our own
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert all(row["title"].strip() in texts for row in told["rows"])
    for row in told["rows"]:
        assert row["title"] in result.stdout
    assert "a try, not a measurement" in result.stdout
    assert result.stdout.endswith(
        f"{tmp_path / 'out' / 'bench.json'}\n{tmp_path / 'out' / 'bench.svg'}\n"
    )
    assert "cold list, round 1: product " in result.stderr
    assert "sign-ins, round 1: read " in result.stderr
    assert processes_on(bench_folder) == {}


@needs_wrk
def test_a_run_that_is_ended_leaves_no_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cli.bench", "depth", "--data", str(tmp_path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stderr
        assert started.stderr.readline().startswith("Loading the real content")
        assert len(processes_on(tmp_path)) > 1
        started.terminate()
        output, messages = started.communicate(timeout=300)
    assert (started.returncode, output, messages.strip()) == (1, "", "Aborted!")
    assert eventually(lambda: not processes_on(tmp_path))
