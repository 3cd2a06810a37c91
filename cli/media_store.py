"""`media check`, `sweep` and `migrate`: the store of media, compared, cleaned, moved."""

import sys
from collections import Counter

import click

from cli.connection import connect
from core.settings import Settings
from media import stores
from media.storage import Storage
from services import media_checks, media_moving, media_objects, media_sweep
from services.media_moving import Outcome

LOCAL, S3 = "local", "s3"
MB = 1_000_000
NEXT = {
    S3: "Now start web servers and workers with the S3_ settings, and run this again for what "
    "came meanwhile.",
    LOCAL: "Now start web servers and workers without S3_ENDPOINT, and run this again for what "
    "came meanwhile.",
}


@click.command("check")
def check_command() -> None:
    """Compare every object with what the database says of it: there, size, hash.

    Each fault is a line; the exit code is 1 when there is one.
    """
    connect()
    store = stores.current()
    store.check()
    recorded = list(media_objects.recorded())
    findings = []
    total = sum(one.size for one in recorded)
    with click.progressbar(length=total, label="Reading", file=sys.stderr) as bar:
        for one in recorded:
            if finding := media_checks.check(store, one, on_bytes=bar.update):
                findings.append(finding)
    for finding in findings:
        click.echo(f"{finding.fault}  {finding.recorded.key}  {finding.recorded.item}")
    unhashed = sum(one.sha256 is None for one in recorded)
    told = f"{len(recorded):,} objects, {total / MB:,.1f} MB: {len(findings)} faults"
    click.echo(told + (f"; {unhashed} without a recorded hash" if unhashed else ""))
    if findings:
        raise SystemExit(1)


@click.command("sweep")
@click.option("--remove", is_flag=True, help="Remove them; without it they are only listed.")
def sweep_command(*, remove: bool) -> None:
    """List objects that nobody refers to and that are older than a day.

    The worker removes them each night.
    """
    connect()
    store = stores.current()
    found = media_sweep.find(store)
    for one in found.orphans:
        click.echo(f"{one.modified:%Y-%m-%d %H:%M}  {one.size:>12,}  {one.key}")
    click.echo(
        f"{len(found.orphans):,} of {found.objects:,} objects are orphans, "
        f"{found.size / MB:,.1f} MB"
    )
    if remove:
        removed, dropped = media_sweep.remove(store, found.orphans), media_sweep.clean(store)
        click.echo(f"{removed:,} removed; {dropped:,} unfinished uploads dropped")
    elif found.orphans:
        click.echo("Nothing was removed: that takes --remove.")


@click.command("migrate")
@click.option("--from", "source", type=click.Choice([LOCAL, S3]), required=True)
@click.option("--to", "target", type=click.Choice([LOCAL, S3]), required=True)
def migrate_command(source: str, target: str) -> None:
    """Copy all media to another store, and compare each object after.

    local is DATA_DIR/media, s3 what the S3_ settings name. It may be stopped and run again.
    Nothing is removed, and nothing has to be rendered anew.
    """
    settings = connect()
    if source == target:
        message = "the two stores are the same"
        raise click.UsageError(message)
    _check_s3(settings)
    stores_by_name = {LOCAL: stores.folder(settings), S3: stores.bucket(settings)}
    origin, goal = stores_by_name[source], stores_by_name[target]
    for refused in goal.prepare():
        click.echo(f"The store does not take: {refused}", err=True)
    counts, bad = _copy_all(origin, goal)
    for key in bad:
        click.echo(f"{Outcome.DIFFERS}  {key}")
    told = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome])
    click.echo(told or "nothing to copy")
    if bad:
        message = "some objects are not what was recorded: see media check"
        raise click.ClickException(message)
    click.echo(NEXT[target])


def _copy_all(origin: Storage, goal: Storage) -> tuple[Counter[Outcome], list[str]]:
    objects, digests = media_moving.listed(origin), media_moving.digests()
    counts: Counter[Outcome] = Counter()
    bad = []
    total = sum(one.size for one in objects)
    with click.progressbar(length=total, label="Copying", file=sys.stderr) as bar:
        for one in objects:
            outcome = media_moving.copy(origin, goal, one, digests.get(one.key))
            counts[outcome] += 1
            if outcome is Outcome.DIFFERS:
                bad.append(one.key)
            bar.update(one.size)
    return counts, bad


def _check_s3(settings: Settings) -> None:
    if not settings.s3_endpoint:
        message = "S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY are needed for this command"
        raise click.ClickException(message)
