"""Counters that the processes of a host share."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import supervisor
from core.shared import SCOPES, Counters
from tests.rest.cached import all_at_once

PROJECT = Path(supervisor.__file__).parents[1]
# Passes 2**8 and 2**16, where a number that is written byte by byte would be read half.
RAISING = """
import sys
import time
from pathlib import Path
from core.shared import Counters
counters = Counters(Path(sys.argv[1]))
for value in range(int(sys.argv[2]), 70_000, int(sys.argv[3])):
    counters.raise_to("content", value)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "versions"


def raising(path: Path, first: int, step: int) -> "subprocess.Popen[bytes]":
    """Start a process that raises the counter of content step by step."""
    arguments = [sys.executable, "-c", RAISING, str(path), str(first), str(step)]
    return subprocess.Popen(arguments, cwd=PROJECT)


def test_they_begin_at_zero_in_a_file_for_us_alone(path: Path) -> None:
    counters = Counters(path)
    assert [counters.read(scope) for scope in SCOPES] == [0, 0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_blocks > 0, "its room on the disk is taken"


def test_each_scope_has_its_own_and_others_have_none(path: Path) -> None:
    counters = Counters(path)
    counters.raise_to("content", 5)
    counters.raise_to("availability", 3)
    assert (counters.read("content"), counters.read("availability")) == (5, 3)
    with pytest.raises(KeyError):
        counters.read("other")
    with pytest.raises(KeyError):
        counters.raise_to("other", 1)


def test_raising_never_sets_back(path: Path) -> None:
    counters = Counters(path)
    for value, expected in ((5, 5), (4, 5), (0, 5), (6, 6), (2**63, 2**63)):
        counters.raise_to("content", value)
        assert counters.read("content") == expected


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [(5, 3, 3), (5, 5, 5), (5, 9, 9), (4, 3, 5), (4, 9, 9), (9, 5, 5)],
)
def test_settling_goes_back_only_from_where_the_reading_began(
    path: Path, before: int, value: int, expected: int
) -> None:
    counters = Counters(path)
    counters.raise_to("content", 5)
    counters.settle("content", value, before)
    assert counters.read("content") == expected


def test_what_one_writes_the_other_reads(path: Path) -> None:
    one, other = Counters(path), Counters(path)
    one.raise_to("content", 7)
    assert other.read("content") == 7
    assert Counters(path).read("content") == 7


def test_a_file_of_fewer_scopes_grows(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes((7).to_bytes(8, sys.byteorder))
    counters = Counters(path)
    assert (counters.read("content"), counters.read("availability")) == (7, 0)


@pytest.mark.parametrize("wrong", [-1, 2**64, "7", None])
def test_what_is_no_count_is_refused_and_changes_nothing(path: Path, wrong: object) -> None:
    counters = Counters(path)
    counters.raise_to("content", 5)
    with pytest.raises((TypeError, ValueError)):
        counters.settle("content", wrong, 5)  # type: ignore[arg-type]
    assert counters.read("content") == 5
    counters.raise_to("content", 6)
    assert counters.read("content") == 6, "no lock was left behind"


def test_readers_see_it_grow_while_processes_raise_it(path: Path) -> None:
    counters = Counters(path)
    processes = [raising(path, first, 3) for first in (1, 2, 3)]
    seen, last = set(), 0
    while any(process.poll() is None for process in processes):
        value = counters.read("content")
        assert last <= value < 70_000
        last = value
        seen.add(value)
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert counters.read("content") == 69_999
    assert len(seen) > 2


def test_threads_never_set_each_other_back(path: Path) -> None:
    counters = Counters(path)

    def work(number: int) -> None:
        for value in range(number, 4_000, 8):
            counters.raise_to("content", value)
            assert counters.read("content") >= value

    all_at_once(8, work)
    assert counters.read("content") == 3_999


def test_an_event_moves_a_counter_once_however_many_tell_of_it(path: Path) -> None:
    one, other = Counters(path), Counters(path)
    for event, expected in ((5, 1), (5, 1), (4, 1), (6, 2), (5, 2), (7, 3)):
        for counters in (one, other):
            counters.advance("availability", event)
            assert one.read("availability") == expected, event
    assert one.read("content") == 0


def test_without_an_event_it_moves_and_events_count_anew(path: Path) -> None:
    """Events of a database that was restored are earlier than those of before."""
    counters = Counters(path)
    counters.advance("availability", 9)
    counters.advance("availability")
    counters.advance("availability")
    assert counters.read("availability") == 3
    counters.advance("availability", 2)
    assert counters.read("availability") == 4


def test_a_counter_tells_when_it_moved(path: Path) -> None:
    counters = Counters(path)
    assert counters.moved_at("availability") == 0
    before = time.time()
    counters.advance("availability", 9)
    moved = counters.moved_at("availability")
    assert before - 0.001 <= moved <= time.time()
    counters.advance("availability", 9)
    assert Counters(path).moved_at("availability") == moved, "it did not move"
    assert counters.moved_at("content") == 0


def test_threads_and_processes_lose_no_move(path: Path) -> None:
    all_at_once(8, lambda _: [Counters(path).advance("availability") for _ in range(200)])
    assert Counters(path).read("availability") == 1_600
