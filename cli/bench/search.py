"""Search: how long a visitor waits, one request at a time, in a large collection."""

import http.client
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from cli.bench import paths, servers
from cli.bench.contests import Bench
from cli.bench.load import BenchError, Client
from cli.bench.paths import Query
from cli.bench.peers.pages import LIMIT
from cli.bench.results import Row, at_least, at_most
from cli.bench.servers import HOST, TIMEOUT_S, Server
from cli.bench.store import Dataset, Store
from cli.bench.writing import Vocabulary

GROWTH, OVER_SCAN = at_most(1.5), at_least(100)
RARE = "rare phrase of common characters"
SCAN_TIMEOUT_MS = 120_000


@dataclass(frozen=True)
class Timing:
    """One search: in which round, for what, how long in each collection, how many hits."""

    turn: int
    query: Query
    large_ms: float
    small_ms: float
    hits: int


def run(bench: Bench, store: Store, items: int) -> list[Row]:
    """Return the rows of a collection compared with one of a third of its size."""
    large = Dataset(items, short=True, searchable=True)
    small = Dataset(max(1, items // 3), short=True, searchable=True)
    places = [store.place(one) for one in (large, small)]
    vocabulary = Vocabulary.make()
    with ExitStack() as stack:
        both = [stack.enter_context(servers.product(place, cached=False)) for place in places]
        if not paths.serves_search(both[0]):
            bench.say("The product serves no search: its rows are left out.")
            return []
        queries = paths.queries(vocabulary)
        _round(both, queries, 0)  # neither this nor the scan counts
        _scan(bench.database.client, large.name, vocabulary.rare_phrases[0])
        timings: list[Timing] = []
        scans: list[float] = []
        for turn in range(1, bench.plan.rounds + 1):
            timings += _round(both, queries, turn)
            phrase = vocabulary.rare_phrases[turn % len(vocabulary.rare_phrases)]
            scans.append(_scan(bench.database.client, large.name, phrase))
            bench.say(f"  search, round {turn}: {_said(timings, turn)}, scan {scans[-1]:,.0f} ms")
    title = f"{items:,} documents ÷ {small.items:,}"
    return [*growth_rows(title, timings), scan_row(timings, scans)]


def growth_rows(title: str, timings: Sequence[Timing]) -> list[Row]:
    """Return how latency grows with the collection: over all queries, then by their sort."""
    rows = [
        _growth(f"search, {title}", timings, GROWTH),
        _tail(f"search, {title}, 95th percentile", timings),
    ]
    for sort in dict.fromkeys(one.query.sort for one in timings):
        rows.append(_growth(f"  {sort}", [one for one in timings if one.query.sort == sort]))
    return rows


def scan_row(timings: Sequence[Timing], scans_ms: Sequence[float]) -> Row:
    """Return how many times faster rare phrases are found than by a scan with a regex."""
    rare = [one for one in timings if one.query.sort == RARE]
    rounds = [
        scan / median(one.large_ms for one in rare if one.turn == turn)
        for turn, scan in enumerate(scans_ms, start=1)
    ]
    ours, scan = median(one.large_ms for one in rare), median(scans_ms)
    return Row(
        group="search",
        title="regex scan ÷ search, rare phrases",
        unit="ms",
        ours=ours,
        other=scan,
        figure=scan / ours,
        spread=(min(rounds), max(rounds)),
        goal=OVER_SCAN,
        details={"scans_ms": list(scans_ms)},
    )


def _growth(title: str, timings: Sequence[Timing], goal: Any = None) -> Row:
    large, small = ([one.large_ms for one in timings], [one.small_ms for one in timings])
    rounds = []
    for turn in sorted({one.turn for one in timings}):
        ours = [one for one in timings if one.turn == turn]
        rounds.append(median(one.large_ms for one in ours) / median(one.small_ms for one in ours))
    full = sum(1 for one in timings if one.hits == LIMIT)
    return Row(
        group="search",
        title=title,
        unit="ms",
        ours=median(large),
        other=median(small),
        figure=median(large) / median(small),
        spread=(min(rounds), max(rounds)),
        goal=goal,
        note="" if full == len(timings) else f"{full} of {len(timings)} answers had {LIMIT} hits",
        details={"queries": _by_query(timings)},
    )


def _by_query(timings: Sequence[Timing]) -> dict[str, dict[str, float]]:
    """Return the medians of each query."""
    found: dict[str, list[Timing]] = {}
    for one in timings:
        found.setdefault(one.query.text, []).append(one)
    return {
        text: {
            "large_ms": median(one.large_ms for one in asked),
            "small_ms": median(one.small_ms for one in asked),
            "hits": asked[0].hits,
        }
        for text, asked in found.items()
    }


def _tail(title: str, timings: Sequence[Timing]) -> Row:
    large = quantiles((one.large_ms for one in timings), n=20)[-1]
    small = quantiles((one.small_ms for one in timings), n=20)[-1]
    return Row("search", title, "ms", ours=large, other=small, figure=large / small)


def _round(both: Sequence[Server], queries: Sequence[Query], turn: int) -> list[Timing]:
    """Ask each query of both collections, over one connection each; who is first takes turns."""
    with ExitStack() as stack:
        large, small = (
            stack.enter_context(
                closing(http.client.HTTPConnection(HOST, server.port, timeout=TIMEOUT_S))
            )
            for server in both
        )
        found = []
        for number, query in enumerate(queries, start=turn):
            if number % 2:
                small_ms, _ = _timed(small, query)
            large_ms, hits = _timed(large, query)
            if not number % 2:
                small_ms, _ = _timed(small, query)
            found.append(Timing(turn, query, large_ms, small_ms, hits))
        return found


def _timed(connection: http.client.HTTPConnection, query: Query) -> tuple[float, int]:
    began = time.perf_counter()
    answer = servers.exchange(connection, "GET", query.path)
    elapsed_ms = (time.perf_counter() - began) * 1e3
    items = paths.page_of(answer)["items"]
    if not isinstance(items, list):
        message = "a search answered no list of items"
        raise BenchError(message)
    return elapsed_ms, len(items)


def _scan(client: Client, database: str, phrase: str) -> float:
    """Return the milliseconds that finding a phrase takes without an index."""
    began = time.perf_counter()
    pattern = {"texts.zh-CN.body": {"$regex": re.escape(phrase)}}
    found = client[database].search_entries.find(pattern, {"_id": 1}).limit(LIMIT)
    if not list(found.max_time_ms(SCAN_TIMEOUT_MS)):
        message = f"no document holds the planted phrase {phrase}"
        raise BenchError(message)
    return (time.perf_counter() - began) * 1e3


def _said(timings: Sequence[Timing], turn: int) -> str:
    ours = [one for one in timings if one.turn == turn]
    large, small = (median(one.large_ms for one in ours), median(one.small_ms for one in ours))
    return f"{large:.1f} ms and {small:.1f} ms"
