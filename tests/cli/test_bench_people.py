"""Those who sign in for `scripts/bench`: what they carry, what is timed, what stays of them."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from cli.bench import accounts, people
from cli.bench.accounts import ME, STAFF_SESSION, WRITTEN, People
from cli.bench.contests import Bench
from cli.bench.load import BenchError, Plan
from cli.bench.people import Step, Timing, sign_in_rows
from cli.bench.servers import Place
from cli.bench.store import Dataset, Store
from cli.supervisor import StartError
from tests.cli.bench_harness import needs_wrk, short_rounds

CARDS = Dataset(100, short=False, searchable=True, for_peers=True)


@pytest.fixture(scope="module")
def store(bench_folder: Path) -> Iterator[Store]:
    with Store(bench_folder, lambda _: None) as store:
        yield store


@pytest.fixture(scope="module")
def place(store: Store) -> Place:
    return store.place(CARDS)


@pytest.fixture(scope="module")
def present(store: Store, place: Place) -> Iterator[People]:
    """Return the people of a run after one that was killed; none of them stays."""
    store.client[place.database].staff.insert_one({"_id": "left", "username": accounts.USERNAME})
    with accounts.present(store, place) as present:
        yield present
    assert written(store, place) == {}


def written(store: Store, place: Place) -> dict[str, int]:
    """Return how many documents of people there are, by collection."""
    names = [document._get_collection_name() for document in WRITTEN]
    counts = {name: store.client[place.database][name].count_documents({}) for name in names}
    return {name: count for name, count in counts.items() if count}


def test_both_tokens_are_checked_and_nobody_else_is_let_in(present: People) -> None:
    sides = {ME: present.visitor_headers(), STAFF_SESSION: present.staff_headers()}
    for path, headers in sides.items():
        assert present.server.get(path, headers).status == 200
        assert present.server.get(path).status == 401
    session = orjson.loads(present.server.get(STAFF_SESSION, sides[STAFF_SESSION]).body)
    assert (session["stage"], session["account"]["username"]) == ("full", "bench")


def test_visitors_come_back_to_their_accounts(present: People, store: Store, place: Place) -> None:
    with closing(present.connect()) as connection:
        for _ in range(2):
            for code in present.codes(3):
                present.sign_in_visitor(connection, code)
    counts = written(store, place)
    assert counts["visitors"] == 3
    assert counts["visitor_sessions"] >= 6


def test_staff_may_sign_in_more_often_than_people_do(present: People) -> None:
    default_limit = 20
    with closing(present.connect()) as connection:
        for _ in range(default_limit + 1):
            present.sign_in_staff(connection)


def test_what_is_no_sign_in_is_no_measurement(present: People) -> None:
    code = present.codes(1)[0]
    with closing(present.connect()) as product, closing(present.connect_wechat()) as wechat:
        present.ask_wechat(wechat, code)
        with pytest.raises(BenchError, match="the simulator took no code"):
            present.ask_wechat(wechat, code)
        with pytest.raises(BenchError, match=r"^/api/v1/sessions: 4\d\d instead of 201: "):
            present.sign_in_visitor(product, code)


@needs_wrk
def test_a_run_has_a_row_for_each_token_and_each_sign_in(
    present: People, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_rounds(tmp_path / "bin", monkeypatch)
    monkeypatch.setattr(people, "SIGN_INS", 2)
    said: list[str] = []
    rows = people.measure(Bench(Plan(rounds=1, seconds=1), store.database, said.append), present)
    assert [row.unit for row in rows] == ["/s", "/s", "ms", "ms", "ms", "ms"]
    for row in rows[:2]:
        assert (row.note, row.spoiled) == ("", False)
        assert (row.database_operations or 0) > 1.5  # the session, and whose it is
    for row in rows[2:]:
        assert row.goal is None
        assert len(row.details["rounds_ms"]) == 1
        assert all(ms > 0 for one in row.details["rounds_ms"] for ms in one.values())
    assert [line.partition(":")[0].strip() for line in said] == [
        "token checks, round 1",
        "sign-ins, round 1",
    ]


def test_a_simulator_that_ends_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with (
        pytest.raises(StartError, match="the simulator does not start"),
        accounts.simulating(place),
    ):
        pytest.fail("it started")


def test_sign_ins_are_counted_in_reads_whole_and_without_what_they_wait_for() -> None:
    taken = {
        1: {"read": (2, 2, 8), "visitor": (10, 12, 90), "wechat": (4, 4, 4)},
        2: {"read": (4, 4, 4), "visitor": (12, 12, 12), "wechat": (2, 4, 8)},
    }
    taken[1] |= {"staff": (60, 60, 60), "hash": (50, 50, 50)}
    taken[2] |= {"staff": (60, 60, 60), "hash": (40, 40, 40)}
    timings = [
        Timing(turn, Step(step), ms)
        for turn, steps in taken.items()
        for step, found in steps.items()
        for ms in found
    ]
    visitor, own, staff, rest = sign_in_rows(timings)
    assert (visitor.ours, visitor.other, visitor.figure) == (12, 4, 3)
    assert visitor.spread == (3, 6)
    assert (own.ours, own.figure, own.spread) == (8, 2, (2, 4))
    assert (staff.ours, staff.figure, staff.spread) == (60, 15, (15, 30))
    assert (rest.ours, rest.figure, rest.spread) == (15, 3.75, (5, 5))
    assert {row.passed for row in (visitor, own, staff, rest)} == {None}
    told = orjson.loads(orjson.dumps(visitor.as_json()))
    assert told["details"]["rounds_ms"][0]["visitor"] == 12
