"""`media`: put media files in from the command line; the store is `cli.media_store`'s."""

import hashlib
import time
from pathlib import Path

import click

from cli import spoken
from cli.connection import connect
from cli.media_store import check_command, migrate_command, sweep_command
from core.errors import Invalid
from models.media_items import MediaAudience, MediaItem, MediaState
from models.uploads import Upload, UploadState
from services import media_library, uploads
from services.actors import system
from services.uploads import Offer

ACTOR = system("command line")
LOOK_EVERY_S = 0.5
STEPS = 1_000


@click.group("media")
def media_group() -> None:
    """Keep media files."""


for command in (check_command, sweep_command, migrate_command):
    media_group.add_command(command)


@media_group.command("add")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--alt", help="What it shows, for those who cannot see it.")
@click.option("--rights", help="Whose it is, and on what terms it may be shown.")
@click.option("--internal", is_flag=True, help="For staff only.")
@click.option("--wait", is_flag=True, help="Wait until a worker has processed it.")
def add(
    files: tuple[Path, ...], alt: str | None, rights: str | None, internal: bool, wait: bool
) -> None:
    """Upload files; each is checked as one that staff upload. Exit code 1: one was not taken."""
    connect()
    audience = MediaAudience.INTERNAL if internal else MediaAudience.PUBLIC
    refused = 0
    for path in files:
        try:
            upload = _upload(path, alt, rights, audience)
        except Invalid as refusal:
            click.echo(f"{path.name}: {spoken.error(refusal)}", err=True)
            refused += 1
            continue
        click.echo(f"{upload.item or upload.id}  {path.name}")
        if wait and not _processed(upload):
            refused += 1
    if refused:
        raise click.exceptions.Exit(1)


def _upload(path: Path, alt: str | None, rights: str | None, audience: MediaAudience) -> Upload:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    offer = Offer(
        name=path.name,
        size=path.stat().st_size,
        sha256=sha256,
        alt=alt,
        rights=rights,
        audience=audience,
    )
    begun = uploads.begin(ACTOR, offer)
    with click.progressbar(length=offer.size, label=path.name) as bar:
        uploads.put_file(ACTOR, begun.id, path, bar.update)
    return uploads.finish(ACTOR, begun.id)


def _processed(upload: Upload) -> bool:
    """Show how an item is processed; tell whether it became ready."""
    with click.progressbar(length=STEPS, label="processing") as bar:
        while True:
            item = _item(upload)
            if item is not None:
                bar.update(round(item.progress * STEPS) - bar.pos)
                if item.state is not MediaState.PROCESSING:
                    break
            time.sleep(LOOK_EVERY_S)
    if item.fault is not None:
        click.echo(spoken.error(Invalid(item.fault.code, **item.fault.params)), err=True)
    return item.state is MediaState.READY


def _item(upload: Upload) -> MediaItem | None:
    """Return the item of an upload, which may turn out to be one that was there."""
    upload.reload()
    if upload.state is UploadState.CHECKING:
        return None
    return media_library.get(upload.item or upload.id)
