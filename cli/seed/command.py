"""`seed`: load the real content."""

from collections import Counter

import click

from cli import spoken
from cli.connection import connect
from cli.database import create_indexes
from cli.seed import calendar, load, pictures, source
from core.errors import AppError
from core.settings import Settings
from models.enums import Kind
from services import sitemaps


@click.command("seed")
@click.option("--if-empty", is_flag=True, help="Do nothing when there is content of others.")
def seed_command(if_empty: bool) -> None:
    """Load the content files: draw their pictures, write and publish what changed."""
    settings = connect()
    create_indexes()
    if if_empty and not load.is_pristine():
        click.echo("The database has content: nothing loaded.")
        return
    try:
        entries = source.read()
        _draw(entries, settings)
        counts = _write(entries)
        load.load_synonyms(source.synonyms())
        calendar.load(source.calendar())
    except source.ContentError as error:
        raise click.ClickException(str(error)) from None
    if counts[load.Outcome.LOADED] or counts[load.Outcome.UPDATED]:
        for kind in Kind:
            sitemaps.build(kind)
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))


def _draw(entries: list[source.Entry], settings: Settings) -> None:
    state = {"done": 0}
    with click.progressbar(length=1, label="Pictures and films") as bar:

        def progress(done: int, total: int, _name: str) -> None:
            bar.length = total
            bar.update(done - state["done"])
            state["done"] = done

        try:
            pictures.make(entries, settings.media_dir, progress)
        except AppError as error:
            raise click.ClickException(spoken.error(error)) from None
        except OSError as error:
            message = f"the media folder cannot be written: {spoken.system_error(error)}"
            raise click.ClickException(message) from None
        except RuntimeError as error:
            message = f"a film cannot be made: {error}"
            raise click.ClickException(message) from None


def _write(entries: list[source.Entry]) -> "Counter[load.Outcome]":
    counts: Counter[load.Outcome] = Counter()
    with click.progressbar(length=len(entries), label="Content") as bar:
        results = load.load(entries)
        for entry in entries:
            try:
                result = next(results)
            except AppError as error:
                message = f"{entry.kind}/{entry.slug}: {spoken.error(error)}"
                raise source.ContentError(message) from None
            counts[result.outcome] += 1
            bar.update(1)
    return counts
