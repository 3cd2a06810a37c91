"""`jobs`: look at background work, retry what failed, cancel what waits."""

import click

from cli.connection import actor, connect
from core.clock import SHANGHAI
from models.outbox import JobState
from services import jobs
from services.jobs import Filters


@click.group("jobs")
def jobs_group() -> None:
    """Look at background work."""


@jobs_group.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]))
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
def list_jobs(state: str | None, limit: int) -> None:
    """List jobs, those due first; times are in Shanghai."""
    connect()
    filters = Filters(JobState(state) if state else None)
    for job in jobs.listing(filters, limit=limit):
        when = job.run_at.astimezone(SHANGHAI)
        line = f"{job.id}  {job.state.value:9}  {when:%Y-%m-%d %H:%M:%S}  {job.name}"
        error = " ".join((job.error or "").split())
        click.echo(f"{line}  attempts={job.attempts}" + (f"  {error}" if error else ""))


@jobs_group.command("retry")
@click.argument("job_id")
def retry(job_id: str) -> None:
    """Make a failed job due again."""
    connect()
    jobs.retry(actor(), job_id)
    click.echo(f"{job_id} is due again")


@jobs_group.command("cancel")
@click.argument("job_id")
def cancel(job_id: str) -> None:
    """Take a waiting job out of the queue."""
    connect()
    jobs.cancel(actor(), job_id)
    click.echo(f"{job_id} is cancelled")
