"""`search`: rebuild the index, keep synonyms and promotions, see what is not found."""

import datetime as dt

import click

from cli.connection import actor, connect
from core.clock import today
from models.enums import Kind, Language
from models.search import Promotion, Synonyms
from services import kept
from services.search import entries, fruitless, lexicon, promotions, query, synonyms
from services.search.asked import Filters


@click.group("search")
def search_group() -> None:
    """Keep search useful."""


@search_group.command("rebuild")
def rebuild() -> None:
    """Write every search entry anew; searches go on meanwhile."""
    connect()
    count = sum(1 for _ in entries.rebuild())
    click.echo(f"{count} entries")


@search_group.command("try")
@click.argument("text")
@click.option("--lang", type=click.Choice([language.value for language in Language]))
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True)
def try_query(text: str, lang: str | None, limit: int) -> None:
    """Search as a visitor does."""
    connect()
    language = Language(lang or Language.ZH_CN)
    hits = query.search(text, language, Filters(), lexicon.load(), limit=limit)
    for hit in hits.items:
        click.echo(f"{hit['kind']:9} {hit['slug']:40} {hit['title']}")
    click.echo(f"{hits.total} found" + (", loosely" if hits.loose else ""))


@search_group.command("synonyms")
def list_synonyms() -> None:
    """List groups of terms that mean the same."""
    connect()
    for group in kept.listing(Synonyms):
        click.echo(f"{group.id}  {' = '.join(group.terms)}")


@search_group.command("synonym-add")
@click.argument("terms", nargs=-1, required=True)
def add_synonyms(terms: tuple[str, ...]) -> None:
    """Keep terms that mean the same."""
    connect()
    click.echo(synonyms.add(actor(), terms).id)


@search_group.command("synonym-remove")
@click.argument("group")
def remove_synonyms(group: str) -> None:
    """Forget a group by its id."""
    connect()
    synonyms.remove(actor(), group)
    click.echo(f"{group} is gone")


@search_group.command("promotions")
def list_promotions() -> None:
    """List what is put first, by query."""
    connect()
    for promotion in kept.listing(Promotion):
        items = " ".join(f"{one.kind}:{one.item}" for one in promotion.items)
        click.echo(f"{promotion.query}  {items}")


@search_group.command("promote")
@click.argument("text")
@click.argument("items", nargs=-1, required=True)
def promote(text: str, items: tuple[str, ...]) -> None:
    """Put items (KIND/SLUG) first for a query, in the given order."""
    connect()
    chosen = []
    for item in items:
        kind, _, slug = item.partition("/")
        if kind not in set(Kind):
            message = f"{item!r} is not KIND/SLUG"
            raise click.ClickException(message)
        chosen.append((Kind(kind), slug))
    promotions.promote(actor(), text, chosen)
    click.echo(f"{len(chosen)} first for {text!r}")


@search_group.command("demote")
@click.argument("text")
def demote(text: str) -> None:
    """Put nothing first for a query any more."""
    connect()
    promotions.remove(actor(), promotions.of(text).id)
    click.echo(f"nothing is first for {text!r}")


@search_group.command("fruitless")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Today by default.")
def list_fruitless(day: dt.datetime | None) -> None:
    """List a day's queries that found nothing, or (~) a part only, the most frequent first."""
    connect()
    for row in fruitless.top(day.date() if day else today()):
        part = "~" if row.loose else " "
        click.echo(f"{row.count:>6} {part} {row.language.value:5}  {row.query}")
