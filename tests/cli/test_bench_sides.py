"""The sides that `scripts/bench` compares: what each answers, how it is loaded, what spoils it."""

import http.client
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from cli.bench import contests, load, paths, processes, servers
from cli.bench.contests import Bench
from cli.bench.load import BenchError, Plan, Side
from cli.bench.paths import HOME, PROJECTS
from cli.bench.peers.pages import CARDS, SNAPSHOTS
from cli.bench.projects import item_id
from cli.bench.reads import BARE, Reads, same_pages
from cli.bench.servers import Server
from cli.bench.store import Dataset, Store
from cli.supervisor import StartError
from tests.cli.bench_harness import INTERRUPTED, needs_wrk, short_rounds, use_wrk
from tests.faults.harness import frozen

ITEMS = 100
PEERS = ["product", "pymongo", "rendered", "FastAPI"]


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def store(bench_folder: Path) -> Iterator[Store]:
    with Store(bench_folder, lambda _: None) as store:
        yield store


@pytest.fixture(scope="module")
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def reads(store: Store, stack: ExitStack, said: list[str]) -> Reads:
    """The product with and without its cache, and the bare application."""
    bench = Bench(Plan(rounds=2, seconds=1), store.database, said.append)
    dataset = Dataset(ITEMS, short=False, searchable=True, for_peers=True)
    return Reads(bench, store.place(dataset), ITEMS, stack)


@pytest.fixture(scope="module")
def sides(reads: Reads) -> dict[str, Side]:
    """The computed list and its peers."""
    return {side.name: side for side in reads.list_sides()}


def test_all_lists_answer_the_same_cards_page_by_page(sides: dict[str, Side]) -> None:
    assert list(sides) == PEERS
    same_pages(list(sides.values()))
    seen: list[str] = []
    for number in range(len(sides["product"].paths)):
        pages = {
            name: paths.page_of(side.server.get(side.paths[number])) for name, side in sides.items()
        }
        items = pages["product"]["items"]
        assert [page["items"] for page in pages.values()] == [items] * len(PEERS)
        is_last = {name: page["next_cursor"] is None for name, page in pages.items()}
        assert len(set(is_last.values())) == 1, is_last
        seen += [item["id"] for item in items]
    assert len(seen) == len(set(seen)) == ITEMS + 1  # and the real one
    assert set(seen) >= {item_id(number) for number in range(ITEMS)}


def test_lists_are_about_as_large(sides: dict[str, Side]) -> None:
    sizes = {name: len(side.server.get(side.paths[0]).body) for name, side in sides.items()}
    assert max(sizes.values()) < 1.05 * min(sizes.values()), sizes


def test_the_bare_application_answers_the_bytes_of_the_product(reads: Reads) -> None:
    assert reads.asked.keys() == {"home", "list", "detail", "search", "calendar"}
    for name, asked in reads.asked.items():
        bare, cold, hot = (
            server.get(path)
            for server, path in (
                (reads.bare, f"/{name}"),
                (reads.cold, asked[0]),
                (reads.hot, asked[0]),
            )
        )
        assert {bare.status, cold.status, hot.status} == {200}
        assert orjson.loads(bare.body)
        assert bare.body == hot.body
        computed, kept = (orjson.loads(answer.body) for answer in (cold, bare))
        for page in (computed, kept):
            page.pop("next_cursor", None)  # signed with a key of its own
        assert computed == kept
        assert bare.headers["Content-Type"] == hot.headers["Content-Type"]


def test_every_side_works_with_as_many_workers_and_keeps_connections(
    reads: Reads, sides: dict[str, Side]
) -> None:
    asked = {reads.hot: PROJECTS, reads.cold: PROJECTS, reads.bare: "/list"}
    asked |= {side.server: side.paths[0] for side in sides.values()}
    assert len(asked) == 5
    for server, path in asked.items():
        aides = 1 if server.name == "fastapi" else 0
        assert len(server.worker_pids) == servers.WORKERS + aides, server.name
        connection = http.client.HTTPConnection(servers.HOST, server.port, timeout=30)
        connection.connect()
        ours = connection.sock.getsockname()
        for _ in range(3):
            connection.request("GET", path)
            assert connection.getresponse().read()
            assert connection.sock, server.name
            assert connection.sock.getsockname() == ours
        connection.close()


def test_what_is_known_is_answered_by_304_on_both_sides(reads: Reads) -> None:
    known = {"If-None-Match": reads.hot.get(PROJECTS).headers["ETag"]}
    for server, path in ((reads.hot, PROJECTS), (reads.cold, HOME), (reads.bare, "/unchanged")):
        if server is reads.cold:
            known = {"If-None-Match": server.get(path).headers["ETag"]}
        answer = server.get(path, known)
        assert (answer.status, answer.body) == (304, b"")


def test_peers_know_no_other_paths(reads: Reads, sides: dict[str, Side]) -> None:
    for server in (reads.bare, sides["pymongo"].server):
        assert server.get("/elsewhere").status == 404


def test_unequal_pages_are_no_measurement(sides: dict[str, Side]) -> None:
    product, peer = sides["product"], sides["pymongo"]
    shifted = replace(peer, paths=[*peer.paths[1:], peer.paths[0]])
    with pytest.raises(BenchError, match="product, pymongo do not answer the same page 0"):
        same_pages([product, shifted])
    with pytest.raises(BenchError, match="not asked for the same number of pages"):
        same_pages([product, replace(peer, paths=peer.paths[:-1])])
    with pytest.raises(BenchError, match="400: "):
        same_pages([replace(product, paths=[f"{PROJECTS}?limit=0"])])


def test_without_fastapi_its_row_is_left_out(
    reads: Reads, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    names = [side.name for side in reads.list_sides()]
    assert names == PEERS[:-1]
    assert said[-1] == "FastAPI is not installed: its row is left out."


@needs_wrk
def test_each_round_begins_at_another_path_and_counts_what_was_asked(
    reads: Reads, sides: dict[str, Side], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_rounds(tmp_path / "bin", monkeypatch)
    pair = [sides["product"], sides["rendered"]]
    taken = contests.run(reads.bench, "a contest", pair)
    assert list(taken) == ["product", "rendered"]
    for samples in taken.values():
        assert [one.failures for one in samples] == [0, 0]
        assert all(one.requests > 0 and one.seconds > 0 for one in samples)
        assert all(one.database_operations > 0.5 for one in samples)
        assert all(0 < one.p50_ms <= one.p99_ms for one in samples)
        assert all(one.size > 500 for one in samples)


@needs_wrk
def test_failures_are_counted(
    reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_rounds(tmp_path / "bin", monkeypatch)
    side = Side("bare", reads.bare, ["/list", "/missing"])
    taken = load.measure(side, reads.bench.plan, reads.bench.database, tmp_path, turn=1)
    assert 0 < taken.failures < taken.requests


@needs_wrk
def test_a_side_that_does_not_answer_in_time_gives_a_sample_without_requests(
    reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_wrk(tmp_path / "bin", monkeypatch, INTERRUPTED)
    side = Side("bare", reads.bare, ["/list"])
    with ExitStack() as stuck:
        for pid in reads.bare.worker_pids:
            stuck.enter_context(frozen(pid))
        taken = load.measure(side, reads.bench.plan, reads.bench.database, tmp_path, turn=1)
    assert (taken.requests, taken.rate, taken.size) == (0, 0, 0)


@needs_wrk
def test_a_worker_that_was_replaced_spoils_the_round(
    reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = f"kill -9 {reads.bare.worker_pids[0]}\n"
    use_wrk(tmp_path / "bin", monkeypatch, kill + INTERRUPTED)
    side = Side("bare", reads.bare, ["/list"])
    with pytest.raises(BenchError, match="bare: a process of the server ended and was replaced"):
        load.measure(side, reads.bench.plan, reads.bench.database, tmp_path, turn=1)


def test_a_load_tool_that_fails_is_quoted(
    reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_wrk(tmp_path / "bin", monkeypatch, "echo no such option >&2; exit 1")
    side = Side(BARE, reads.bare, ["/list"])
    with pytest.raises(BenchError, match="wrk failed on bare WSGI: no such option"):
        load.measure(side, reads.bench.plan, reads.bench.database, tmp_path, turn=1)


def test_an_unexpected_answer_stops_before_the_load(reads: Reads) -> None:
    with pytest.raises(BenchError, match="product: 404 instead of 200: "):
        load.check(Side("product", reads.hot, [f"{PROJECTS}/none"]))
    with pytest.raises(BenchError, match="product: 200 instead of 304"):
        load.check(Side("product", reads.hot, [PROJECTS], status=304))


def test_memory_rows_show_the_largest_worker(reads: Reads) -> None:
    for row in reads.memory_rows():
        sizes = row.details["workers_mb"]
        assert len(sizes) == servers.WORKERS
        assert row.figure == max(sizes) > 10
        assert row.passed is (row.figure <= 80)


def test_a_server_that_ends_is_told_with_its_last_words(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "broken.log"
    program = [sys.executable, "-c", "raise SystemExit('no such module')"]
    with (
        pytest.raises(StartError, match="broken does not start: no such module"),
        Server("broken", program, {}, log),
    ):
        pytest.fail("it started")


def test_processes_that_are_gone_cost_nothing() -> None:
    gone = 2**22 - 1  # beyond what the kernel gives out
    assert processes.tree(gone) == []
    assert processes.cpu_seconds([gone]) == 0
    processes.rest([gone])


def test_peers_are_asked_for_what_comes_after_a_position() -> None:
    assert paths.peer_page(CARDS, None) == f"/{CARDS}"
    assert (
        paths.peer_page(SNAPSHOTS, (10.0, "projects:a")) == "/snapshots?order=10.0&key=projects%3Aa"
    )
