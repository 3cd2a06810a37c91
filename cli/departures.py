"""`departures`: make them from schedules, list and cancel them."""

import datetime as dt

import click

from cli.connection import actor, connect
from core.clock import SHANGHAI, today
from services import departure_lists, departures, schedules
from services.departure_lists import Filters
from services.generation import Outcome

WEEKS = 4


@click.group("departures")
def departures_group() -> None:
    """Keep the calendar of visits."""


@departures_group.command("generate")
def generate() -> None:
    """Make the departures that schedules want and that are not there, as happens every day."""
    connect()
    for done in schedules.generate_all(actor()):
        made = sum(one.outcome is Outcome.CREATED for one in done.days)
        click.echo(f"{done.schedule.id}  {made} made, {done.removed} replaced")
        for problem in done.schedule.problems:
            click.echo(f"  {problem.day}  {problem.code}")


@departures_group.command("list")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Today by default.")
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="Four weeks on.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True)
def list_departures(first: dt.datetime | None, last: dt.datetime | None, limit: int) -> None:
    """List departures by their start; times and days are those of Shanghai."""
    connect()
    since = first.date() if first else today()
    until = last.date() if last else since + dt.timedelta(weeks=WEEKS)
    for one in departure_lists.listing(Filters(since, until), limit=limit):
        start = one.starts_at.astimezone(SHANGHAI)
        people = f"{one.held}/{one.capacity}"
        click.echo(
            f"{one.id}  {start:%Y-%m-%d %H:%M}  {one.state.value:9}  {people:>7}  {one.title.zh}"
        )


@departures_group.command("cancel")
@click.argument("departure_id")
@click.option("--reason", required=True, help="Everybody who booked is told.")
def cancel(departure_id: str, reason: str) -> None:
    """Cancel a departure with all its bookings."""
    connect()
    departures.cancel(actor(), departure_id, reason=reason)
    click.echo(f"{departure_id} is cancelled")
