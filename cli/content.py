"""`content`: the whole life of an item from the command line."""

import datetime as dt
from typing import Any

import click
import orjson

from cli import spoken
from cli.connection import connect
from core.canonical import dump
from core.clock import SHANGHAI, today
from models.content import Content
from models.enums import ContentState, Kind, Language
from services import content, links, publishing, translations
from services.actors import system

ACTOR = system("command line")
KIND = click.Choice([kind.value for kind in Kind])


class Moment(click.ParamType[Any]):
    """A time as people write it: `2026-01-31 08:00`, in Shanghai unless it names a zone."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime:
        """Return the moment in UTC."""
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=SHANGHAI)
            return moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time such as 2026-01-31T08:00", param, ctx)


@click.group("content")
def content_group() -> None:
    """Publish and manage content."""


@content_group.command("list")
@click.argument("kind", type=KIND)
@click.option("--state", type=click.Choice([state.value for state in ContentState]))
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def list_items(kind: str, state: str | None, limit: int) -> None:
    """List working copies with their state and revision."""
    connect()
    chosen = ContentState(state) if state else None
    for document in content.listing(Kind(kind), state=chosen, limit=limit):
        _say(document)


@content_group.command("show")
@click.argument("kind", type=KIND)
@click.argument("item")
def show(kind: str, item: str) -> None:
    """Print a working copy as JSON."""
    connect()
    data = orjson.loads(dump(content.get(Kind(kind), item).stored()))
    click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())


@content_group.command("set")
@click.argument("kind", type=KIND)
@click.argument("item")
@click.option("--revision", type=int, required=True, help="The revision the change is based on.")
@click.argument("fields", type=click.File("rb"))
def set_fields(kind: str, item: str, revision: int, fields: Any) -> None:
    """Change fields of a working copy from a JSON object (a file, or - for standard input)."""
    connect()
    try:
        changes = orjson.loads(fields.read())
    except orjson.JSONDecodeError as error:
        raise click.ClickException(f"not JSON: {error}") from None
    if not isinstance(changes, dict):
        raise click.ClickException("not a JSON object")
    _say(content.update(Kind(kind), item, changes, revision=revision, actor=ACTOR))


@content_group.command("check")
@click.argument("kind", type=KIND)
@click.argument("item")
def check(kind: str, item: str) -> None:
    """Tell what keeps an item from being published, its links and its translation."""
    connect()
    document = content.get(Kind(kind), item)
    for link in links.check(document):
        state = "live" if link.live else "not live" if link.exists else "MISSING"
        click.echo(f"link {link.path} → {link.kind}:{link.item} {state}")
    found = translations.texts(document, Language.EN)
    click.echo(f"en: {translations.status(found, Language.EN)}")
    for text in found:
        if text.behind or text.translated is None:
            click.echo(f"  {text.path}: {'behind' if text.behind else 'missing'}")
    problems = publishing.problems(document)
    for path, problem in problems.items():
        click.echo(f"problem {path}: {spoken.problem(problem)}")
    if problems:
        raise SystemExit(1)
    click.echo("ready to be published")


@content_group.command("publish")
@click.argument("kind", type=KIND)
@click.argument("item")
@click.option("--revision", type=int, help="Refuse when the text changed since this revision.")
def publish(kind: str, item: str, revision: int | None) -> None:
    """Make the working copy live."""
    connect()
    _say(publishing.publish(Kind(kind), item, actor=ACTOR, revision=revision))


@content_group.command("unpublish")
@click.argument("kind", type=KIND)
@click.argument("item")
def unpublish(kind: str, item: str) -> None:
    """Take an item offline."""
    connect()
    _say(publishing.unpublish(Kind(kind), item, actor=ACTOR))


@content_group.command("expire")
@click.argument("kind", type=KIND)
@click.argument("item")
def expire(kind: str, item: str) -> None:
    """Take an item offline because its time is over."""
    connect()
    _say(publishing.expire(Kind(kind), item, actor=ACTOR))


@content_group.command("schedule")
@click.argument("kind", type=KIND)
@click.argument("item")
@click.option("--publish-at", type=Moment())
@click.option("--expire-at", type=Moment())
def schedule(
    kind: str, item: str, publish_at: dt.datetime | None, expire_at: dt.datetime | None
) -> None:
    """Let the item be published and expire by itself; an option left out clears its time."""
    connect()
    revision = content.get(Kind(kind), item).revision
    _say(
        publishing.schedule(
            Kind(kind),
            item,
            revision=revision,
            publish_at=publish_at,
            expire_at=expire_at,
            actor=ACTOR,
        )
    )


@content_group.command("revisions")
@click.argument("kind", type=KIND)
@click.argument("item")
def revisions(kind: str, item: str) -> None:
    """List published revisions, the newest first."""
    connect()
    for revision in publishing.revisions(Kind(kind), item):
        when = revision.created_at.astimezone(SHANGHAI)
        hash_ = revision.content_hash[:12]
        click.echo(f"{revision.number:>5}  {when:%Y-%m-%d %H:%M:%S}  {hash_}  {revision.actor}")


@content_group.command("rollback")
@click.argument("kind", type=KIND)
@click.argument("item")
@click.argument("number", type=int)
def rollback(kind: str, item: str, number: int) -> None:
    """Make an earlier published revision live again; the working copy keeps its text."""
    connect()
    _say(publishing.roll_back(Kind(kind), item, number, actor=ACTOR))


@content_group.command("duplicate")
@click.argument("kind", type=KIND)
@click.argument("item")
@click.argument("slug")
def duplicate(kind: str, item: str, slug: str) -> None:
    """Copy an item into a new draft."""
    connect()
    _say(content.duplicate(Kind(kind), item, slug=slug, actor=ACTOR))


@content_group.command("archive")
@click.argument("kind", type=KIND)
@click.argument("item")
def archive(kind: str, item: str) -> None:
    """Put away an item that is offline; nothing is deleted."""
    connect()
    _say(content.archive(Kind(kind), item, actor=ACTOR))


@content_group.command("restore")
@click.argument("kind", type=KIND)
@click.argument("item")
def restore(kind: str, item: str) -> None:
    """Bring an archived item back as a draft."""
    connect()
    _say(content.restore(Kind(kind), item, actor=ACTOR))


@content_group.command("reorder")
@click.argument("kind", type=KIND)
@click.argument("items", nargs=-1, required=True)
def reorder(kind: str, items: tuple[str, ...]) -> None:
    """Put items into the given order, in the working copies and live."""
    connect()
    chosen = [content.get(Kind(kind), item).id for item in items]
    publishing.reorder(Kind(kind), chosen, actor=ACTOR)
    click.echo(f"{len(chosen)} {kind} in order")


@content_group.command("refresh")
@click.argument("kind", type=KIND)
def refresh(kind: str) -> None:
    """Render everything live of a kind anew, for example after the wire format changed."""
    connect()
    documents = content.listing(Kind(kind), state=ContentState.PUBLISHED, limit=1_000_000)
    with click.progressbar(documents, label=kind) as progress:
        for document in progress:
            publishing.refresh(Kind(kind), document.id, actor=ACTOR)


@content_group.command("due")
def due() -> None:
    """List items with figures past their review date: 待更新."""
    connect()
    day = today()
    for kind, document in content.due_figures(day):
        for figure in document.figures:
            if figure.is_stale(day):
                click.echo(f"{kind}  {document.slug}  {figure.metric}  {figure.review_by}")


def _say(document: Content) -> None:
    live = document.published_revision if document.state is ContentState.PUBLISHED else None
    click.echo(
        f"{document.id}  {document.slug}  {document.state.value}  "
        f"revision {document.revision}" + (f", live {live}" if live else "")
    )
