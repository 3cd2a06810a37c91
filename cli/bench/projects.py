"""Live project cards by the thousand, each in the shape of a real one.

Real snapshots, rendered by the product, are the templates. What a list, a filter or a search tells
apart is new in each copy: id, slug, order, titles, summaries, tags, stage, place, the body.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from cli.bench.writing import PLANTED, Vocabulary
from core.ids import ALPHABET, LENGTH
from models.enums import Kind, Language, Place
from models.projects import ProjectStage
from models.snapshots import snapshot_key

Row = dict[str, Any]

# Odd, so that multiples of it modulo a power of two are all different: ids without a table.
SCATTER = 0x9E3779B97F4A7C15F39D
ID_BITS = 80
# Copies come after all real items.
FIRST_ORDER = 10_000.0
TAGS = 200
TITLE_WORDS_EN = 4
# Words of the summary and of the body.
LONG_TEXTS, SHORT_TEXTS = (25, 40), (9, 8)
# What a short document leaves out.
EMPTY: Row = {"cover": None, "industry_direction": None, "investment_scale": None}
EMPTY_DETAIL: Row = {
    **EMPTY,
    **{"figures": [], "sources": [], "chain_positions": [], "milestones": [], "contacts": []},
    **{"requirements": None, "carrier": None, "site": None, "cluster": None},
    **{"cooperation": None, "policies": None},
}


@dataclass(frozen=True)
class Recipe:
    """How many copies, and whether their documents are short."""

    items: int
    short: bool
    published_at: dt.datetime = dt.datetime(2025, 1, 17, tzinfo=dt.UTC)

    def plants(self, vocabulary: Vocabulary) -> dict[int, str]:
        """Return which copies hold which rare phrase."""
        draw = random.Random(self.items)  # noqa: S311 - no secrets
        count = min(self.items, PLANTED * len(vocabulary.rare_phrases))
        chosen = draw.sample(range(self.items), count)
        phrases = vocabulary.rare_phrases
        return {number: phrases[i % len(phrases)] for i, number in enumerate(chosen)}


@dataclass(frozen=True)
class Template:
    """A real snapshot with its JSON parsed: language → (card, detail)."""

    row: Row
    body: Mapping[str, tuple[Row, Row]]


def item_id(number: int) -> str:
    """Return the id of a copy."""
    value = (number + 1) * SCATTER % (1 << ID_BITS)
    return "".join(ALPHABET[value >> 5 * place & 31] for place in range(LENGTH))


def templates(snapshots: Sequence[Row], *, short: bool) -> list[Template]:
    """Return what to copy, from real snapshots of projects."""
    return [_template(row, short=short) for row in snapshots]


def copies(
    recipe: Recipe, originals: Sequence[Template], vocabulary: Vocabulary, numbers: range
) -> Iterator[Row]:
    """Yield the snapshots of some copies; each depends on its number alone."""
    plants = recipe.plants(vocabulary)
    for number in numbers:
        draw = random.Random(number)  # noqa: S311 - no secrets
        original = originals[number % len(originals)]
        yield _copy(recipe, original, vocabulary, draw, number, plants.get(number, ""))


def _template(row: Row, *, short: bool) -> Template:
    body = {}
    for language, texts in row["body"].items():
        card, detail = orjson.loads(texts["card"]), orjson.loads(texts["detail"])
        if short:
            card, detail = {**card, **EMPTY}, {**detail, **EMPTY_DETAIL}
        body[language] = (card, detail)
    if short:  # only its tracks are linked to
        refs = [one for one in row["refs"] if one.startswith(f"{Kind.TRACKS}:")]
        row = {**row, "refs": refs}
    return Template(row, body)


def _copy(
    recipe: Recipe,
    original: Template,
    vocabulary: Vocabulary,
    draw: random.Random,
    number: int,
    planted: str,
) -> Row:
    item, slug = item_id(number), f"copy-{number}"
    stage, place = draw.choice(list(ProjectStage)), draw.choice(list(Place))
    tags = [f"{vocabulary.words[int(TAGS * draw.random() ** 2)]}{i}" for i in range(3)]
    summary_words, body_words = SHORT_TEXTS if recipe.short else LONG_TEXTS
    title, summary = vocabulary.title(draw), vocabulary.sentence(draw, summary_words)
    body = vocabulary.sentence(draw, body_words) + planted
    shared = {"id": item, "slug": slug, "tags": tags, "stage": stage, "place": place}
    texts = {
        Language.ZH_CN: {"title": title, "summary": summary},
        Language.EN: {
            "title": vocabulary.english(draw, TITLE_WORDS_EN),
            "summary": vocabulary.english(draw, summary_words),
        },
    }
    rendered = {}
    for language, (card, detail) in original.body.items():
        changed = {**shared, **texts[Language(language)]}
        more = {"target_companies": body if language == Language.ZH_CN else None}
        rendered[language] = {
            "card": orjson.dumps({**card, **changed}).decode(),
            "detail": orjson.dumps({**detail, **changed, **more}).decode(),
        }
    return {
        **original.row,
        "_id": snapshot_key(Kind.PROJECTS, item),
        "item": item,
        "slug": slug,
        "order": FIRST_ORDER + number,
        "facet": str(stage),
        "tags": tags,
        "place": str(place),
        "featured": False,
        "revision": 1,
        "published_at": recipe.published_at,
        "expire_at": None,
        "changes_at": None,
        "body": rendered,
    }
