"""Reads: answers from memory and answers computed, against programs that do nothing else."""

from contextlib import ExitStack
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.bench import contests, departures, filling, paths, processes, servers
from cli.bench.contests import Bench
from cli.bench.load import BenchError, Side
from cli.bench.peers.pages import CARDS, LIMIT, SNAPSHOTS
from cli.bench.results import Goal, Row, at_least, at_most, throughput
from cli.bench.servers import Place, Server
from cli.bench.writing import Vocabulary

HOT_SHARE, UNCHANGED_SHARE = at_least(0.85), at_least(0.85)
BARE_MONGO_SHARE, FASTAPI_SHARE = at_least(0.9), at_least(1.2)
WORKER_MB = at_most(80)
# Distinct pages and items asked for in turn.
PAGES, DETAILS = 240, 2_000
BARE = "bare WSGI"


class Reads:
    """The servers of one run, and the rows that they give."""

    def __init__(self, bench: Bench, place: Place, items: int, stack: ExitStack) -> None:
        self.bench, self.place = bench, place
        self._stack = stack
        calendar = departures.fill(bench.database.client, place.database)
        self.hot = self._start(servers.product(place, cached=True))
        self.cold = self._start(servers.product(place, cached=False))
        self.searches = paths.serves_search(self.hot)
        queries = paths.queries(Vocabulary.make())
        self.asked = {
            "home": [paths.HOME],
            "list": [paths.PROJECTS],
            "detail": paths.details(items, DETAILS),
            "calendar": [calendar],
        }
        if self.searches:
            self.asked["search"] = [query.path for query in queries]
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-bodies-")))
        for name, asked in self.asked.items():
            (folder / name).write_bytes(self._answer(asked[0]))
        self.bare = self._start(servers.bare_wsgi(place, folder))

    def hot_rows(self) -> list[Row]:
        """Return the rows of answers from memory."""
        rows = []
        for name, asked in self.asked.items():
            ours, bare = self._against_bare(f"hot {name}", self.hot, asked[:1], name)
            rows.append(throughput("hot", f"hot {name} ÷ {BARE}", ours, bare, goal=HOT_SHARE))
        etag = self.hot.get(paths.PROJECTS).headers["ETag"]
        known = {"If-None-Match": etag}
        sides = [
            Side("product", self.hot, [paths.PROJECTS], known, status=304),
            Side(BARE, self.bare, ["/unchanged"], known, status=304),
        ]
        taken = contests.run(self.bench, "304", sides)
        ours, bare = taken["product"], taken[BARE]
        return [*rows, throughput("hot", f"304 ÷ {BARE} 304", ours, bare, goal=UNCHANGED_SHARE)]

    def list_sides(self) -> list[Side]:
        """Return the computed list, and the peers that are there, started: each the same pages."""
        cursors: list[str | None] = [None, *paths.walk(self.cold, PAGES)]
        keys = list(filling.positions(self.bench.database.client, self.place.database))
        # The position before page n is that of the last item of page n - 1.
        ends = [None, *islice(keys, LIMIT - 1, None, LIMIT)][: len(cursors)]
        mongo = self._start(servers.bare_mongo(self.place))
        sides = [
            Side("product", self.cold, [paths.projects(cursor) for cursor in cursors]),
            Side("pymongo", mongo, [paths.peer_page(CARDS, end) for end in ends]),
            Side("rendered", mongo, [paths.peer_page(SNAPSHOTS, end) for end in ends]),
        ]
        if find_spec("fastapi") and find_spec("uvicorn"):
            fastapi = self._start(servers.fastapi(self.place))
            sides.append(Side("FastAPI", fastapi, sides[1].paths))
        else:
            self.bench.say("FastAPI is not installed: its row is left out.")
        return sides

    def cold_list_rows(self) -> list[Row]:
        """Return the rows of computed lists against peers that read the same pages."""
        sides = self.list_sides()
        same_pages(sides)
        taken = contests.run(self.bench, "cold list", sides)
        wanted: dict[str, tuple[str, Goal | None]] = {
            "pymongo": ("bare WSGI + pymongo + orjson", BARE_MONGO_SHARE),
            "rendered": ("the same on our rendered text", None),
            "FastAPI": ("FastAPI + async pymongo + orjson", FASTAPI_SHARE),
        }
        ours = taken["product"]
        return [
            throughput("cold", f"cold list ÷ {title}", ours, taken[name], goal=goal, cold=True)
            for name, (title, goal) in wanted.items()
            if name in taken
        ]

    def cold_rows(self) -> list[Row]:
        """Return the rows of other computed answers, for orientation."""
        rows = []
        for name, asked in self.asked.items():
            if name != "list":
                ours, bare = self._against_bare(f"cold {name}", self.cold, asked, name)
                rows.append(throughput("cold", f"cold {name} ÷ {BARE}", ours, bare, cold=True))
        return rows

    def memory_rows(self) -> list[Row]:
        """Return the resident memory of the largest worker that answered the rounds before."""
        rows = []
        for title, server in (("with its cache", self.hot), ("without", self.cold)):
            sizes = [processes.resident_mb(pid) for pid in server.worker_pids]
            largest = max(sizes)
            rows.append(
                Row(
                    group="memory",
                    title=f"resident memory of a worker, {title}",
                    unit="MB",
                    ours=largest,
                    figure=largest,
                    goal=WORKER_MB,
                    details={"workers_mb": sizes},
                )
            )
        return rows

    def _against_bare(
        self, title: str, server: Server, asked: list[str], name: str
    ) -> contests.Pair:
        sides = [Side("product", server, asked), Side(BARE, self.bare, [f"/{name}"])]
        taken = contests.run(self.bench, title, sides)
        return taken["product"], taken[BARE]

    def _answer(self, path: str) -> bytes:
        answer = self.hot.get(path)
        if answer.status != 200:
            message = f"{path}: {answer.status}"
            raise BenchError(message)
        return answer.body

    def _start(self, server: Server) -> Server:
        return self._stack.enter_context(server)


def run(bench: Bench, place: Place, items: int) -> list[Row]:
    """Return the rows of hot and cold reads, and of memory, on a data set for the peers."""
    with ExitStack() as stack:
        reads = Reads(bench, place, items, stack)
        if not reads.searches:
            bench.say("The product serves no search: its rows are left out.")
        return [
            *reads.hot_rows(),
            *reads.cold_list_rows(),
            *reads.cold_rows(),
            *reads.memory_rows(),
        ]


def same_pages(sides: list[Side]) -> None:
    """Raise `BenchError` unless all sides answer the same cards, path by path."""
    names = ", ".join(side.name for side in sides)
    if len({len(side.paths) for side in sides}) != 1:
        message = f"{names} are not asked for the same number of pages"
        raise BenchError(message)
    for number in range(len(sides[0].paths)):
        pages = [paths.page_of(side.server.get(side.paths[number])) for side in sides]
        first, *others = (page["items"] for page in pages)
        if not first or any(other != first for other in others):
            message = f"{names} do not answer the same page {number}"
            raise BenchError(message)
