"""The command: what to measure, on which data, how long; where the result goes."""

import signal
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
from pymongo.errors import PyMongoError

from cli.bench import booking, callback, chart, depth, media, people, reads, report, search
from cli.bench.contests import Bench
from cli.bench.load import BenchError, Plan, find_wrk
from cli.bench.results import Row
from cli.bench.servers import PROJECT
from cli.bench.store import PREFIX, Dataset, Store
from cli.nginx import find_nginx
from cli.supervisor import StartError

CARDS_ITEMS, DEPTH_ITEMS, SEARCH_ITEMS = 5_000, 1_000_000, 300_000
GROUPS = ("reads", "depth", "search", "people", "booking", "callback", "media", "all")
# Long documents up to this size: a larger collection of them takes long to build.
LONG_UP_TO = 20_000
PUSHED = f"{PREFIX}pushed"


@click.command("bench", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", type=click.Choice(GROUPS), default="all")
@click.option(
    "--items",
    type=click.IntRange(100, 2_000_000),
    help="Size of the collection.  [default: reads and people 5000, depth 1000000, search 300000]",
)
@click.option("--rounds", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option(
    "--seconds", type=click.IntRange(1, 60), default=3, show_default=True, help="Of each round."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=PROJECT / ".bench",
    help="Folder that keeps the collections.  [default: .bench in the project]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for bench.json and bench.svg.  [default: results in --data]",
)
def bench_command(
    *, what: str, items: int | None, rounds: int, seconds: int, data: Path, out: Path | None
) -> None:
    """Measure the product side by side with peers, taking turns; nothing leaves this machine.

    reads: answers from memory and computed ones. depth: pages far down a long list. search:
    latency as the collection grows. people: sign-ins and token checks beside an anonymous read.
    booking: the seat step beside a transaction. callback: how long WeChat waits for an answer.
    media: what a signature costs; needs nginx.
    Needs wrk. The first run builds the collections.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        find_wrk()
        with Store(data, _say) as store:
            bench = Bench(Plan(rounds=rounds, seconds=seconds), store.database, _say)
            about = report.machine(bench)
            rows = _rows(bench, store, what, items)
            _write(rows, bench, about, out or data / "results")
    except (BenchError, StartError) as error:
        raise click.ClickException(str(error)) from error
    except PyMongoError as error:
        message = f"database: {type(error).__name__}: {error}"
        raise click.ClickException(message) from error


def _rows(bench: Bench, store: Store, what: str, items: int | None) -> list[Row]:
    rows: list[Row] = []
    count = items or CARDS_ITEMS
    cards = Dataset(count, short=count > LONG_UP_TO, searchable=True, for_peers=True)
    if what in ("reads", "all"):
        rows += reads.run(bench, store.place(cards), count)
    if what in ("depth", "all"):
        rows += depth.run(bench, store, items or DEPTH_ITEMS)
    if what in ("search", "all"):
        rows += search.run(bench, store, items or SEARCH_ITEMS)
    if what in ("people", "all"):
        rows += people.run(bench, store, cards)
    if what in ("callback", "all"):
        rows += callback.run(bench, store, replace(store.bare_place(), database=PUSHED))
    if what in ("booking", "all"):
        rows += booking.run(bench, store.bare_place())
    if what == "all" and find_nginx() is None:
        bench.say("nginx is not installed: the rows of media are left out.")
    elif what in ("media", "all"):
        rows += media.run(bench, store.bare_place())
    return rows


def _write(rows: list[Row], bench: Bench, about: dict[str, object], out: Path) -> None:
    plan = bench.plan
    out.mkdir(parents=True, exist_ok=True)
    report.write_json(out / "bench.json", rows, bench, about)
    subtitle = (
        f"{about['cores']} cores, {plan.rounds} rounds of {plan.seconds} s in turn, "
        f"{plan.connections} connections; line: spread of single rounds"
    )
    (out / "bench.svg").write_text(chart.svg(rows, subtitle))
    click.echo(report.table(rows, plan.rounds))
    click.echo(f"\n{out / 'bench.json'}\n{out / 'bench.svg'}")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    """Leave by the way of Ctrl-C, so that every process is stopped."""
    raise KeyboardInterrupt
