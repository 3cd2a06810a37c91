"""Depth: what a page far down a long list costs, and a detail of a large collection."""

from contextlib import ExitStack

from cli.bench import contests, paths, servers
from cli.bench.contests import Bench
from cli.bench.load import BenchError, Side
from cli.bench.peers.pages import LIMIT
from cli.bench.results import Row, at_most, cost
from cli.bench.servers import Server
from cli.bench.store import Dataset, Store

COST = at_most(1.2)
DEPTH, DEEP_FROM = 125_000, 200_000
SMALL = 5_000
PAGES, DETAILS = 50, 5_000


def run(bench: Bench, store: Store, items: int) -> list[Row]:
    """Return the rows of a data set of short documents, compared with a small one."""
    large = Dataset(items, short=True)
    small = Dataset(min(SMALL, max(1, items // 2)), short=True)
    places = [store.place(one) for one in (large, small)]
    with ExitStack() as stack:
        big, little = (
            stack.enter_context(servers.product(place, cached=False)) for place in places
        )
        return [_pages(bench, big, items), _details(bench, (big, large), (little, small))]


def _pages(bench: Bench, server: Server, items: int) -> Row:
    depth = DEPTH if items >= DEEP_FROM else max(LIMIT, items - PAGES * LIMIT)
    bench.say(f"Walking down to item {depth:,} …")
    limit = min(paths.LIMIT_MAX, depth)
    reached = paths.walk(server, depth // limit, limit=limit)
    deep = paths.walk(server, PAGES, cursor=reached[-1])[:-1] if reached else []
    if not deep:
        message = f"the list does not reach down to item {depth:,}"
        raise BenchError(message)
    sides = [
        Side("deep", server, [paths.projects(cursor) for cursor in deep]),
        Side("first", server, [paths.projects()]),
    ]
    taken = contests.run(bench, "pages", sides)
    title = f"page at depth {depth:,} ÷ first page"
    return cost("depth", title, taken["deep"], taken["first"], goal=COST)


def _details(bench: Bench, big: tuple[Server, Dataset], little: tuple[Server, Dataset]) -> Row:
    sides = [
        Side(name, server, paths.details(dataset.items, DETAILS))
        for name, (server, dataset) in (("large", big), ("small", little))
    ]
    taken = contests.run(bench, "details", sides)
    title = f"detail at {big[1].items:,} items ÷ at {little[1].items:,}"
    return cost("depth", title, taken["large"], taken["small"], goal=COST)
