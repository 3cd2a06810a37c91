"""What the shipped content states as facts: each figure, leader and carrier of the documents.

`facts.yaml` holds them once more, as read in the documents, so that no slip in a content file goes
unseen.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.seed import source
from models.enums import Kind

FACTS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("facts.yaml").read_text("utf-8"))
SOURCES: dict[str, Any] = yaml.safe_load((source.FOLDER / "sources.yaml").read_text("utf-8"))
TITLES = {entry["title"]: key for key, entry in SOURCES.items()}
ENTRIES = source.read()
# The one document that says of which day it speaks.
DATED = "shanghe-viewpoint-2025"
CLASS_CHAPTERS = ("class-breakthrough", "class-priority", "class-emerging")
AMOUNT = re.compile(
    r"\d *(?:亿|万元|万人|%)|[百千][一二三四五六七八九十]*个|CNY|[mb]illion\b|\d projects"
)


def entry(kind: Kind, slug: str) -> source.Entry:
    return next(one for one in ENTRIES if (one.kind, one.slug) == (kind, slug))


def of_kind(kind: Kind) -> list[source.Entry]:
    return [one for one in ENTRIES if one.kind is kind]


def amount(figure: source.Data) -> str:
    number = figure["value"] if "value" in figure else f"{figure['low']}—{figure['high']}"
    return f"{figure['comparator']} {number} {figure['unit']} | {figure['period']}"


def stated(figure: source.Data) -> str:
    return f"{figure['metric']} | {amount(figure)} | {figure['kind']} {figure['place']}"


def prose(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and text of all that is written by hand."""
    if isinstance(value, dict):
        value = value.items()
    elif isinstance(value, list):
        value = enumerate(value)
    else:
        yield path, str(value)
        return
    for name, inner in value:
        yield from prose(inner, f"{path}.{name}")


def test_every_figure_is_the_one_of_its_document() -> None:
    found: dict[str, dict[str, list[str]]] = {}
    for one in ENTRIES:
        for figure in one.fields["figures"]:
            items = found.setdefault(TITLES[figure["source"]], {})
            items.setdefault(f"{one.kind}/{one.slug}", []).append(stated(figure))
    assert found == FACTS["figures"]


def test_a_chapter_on_a_class_repeats_the_goals_of_its_tracks() -> None:
    for slug in CLASS_CHAPTERS:
        chapter = entry(Kind.CHAPTERS, slug).fields
        tracks = [entry(Kind.TRACKS, track).fields for track in chapter["tracks"]]
        goals = [amount(figure) for track in tracks for figure in track["figures"]]
        assert [amount(figure) for figure in chapter["figures"][2:]] == goals


@pytest.mark.parametrize("name", ["chain_leaders", "carriers"])
def test_leaders_and_carriers_are_those_that_the_documents_name(name: str) -> None:
    found = {one.slug: one.fields[name] for one in of_kind(Kind.TRACKS) if name in one.fields}
    assert found == FACTS[name]


def test_the_answer_on_leaders_names_just_the_tracks_that_have_some() -> None:
    answer = entry(Kind.FAQS, "faq-chain-leaders").fields["answer"]
    named = {one.slug for one in of_kind(Kind.TRACKS) if one.fields["title"] in answer}
    assert named == set(FACTS["chain_leaders"])
    leaders = {leader for names in FACTS["chain_leaders"].values() for leader in names}
    assert [leader for leader in leaders if leader in answer] == [], "they stand with the tracks"


def test_a_place_that_is_a_carrier_by_its_name_only_is_marked() -> None:
    marked = {
        one.slug for one in of_kind(Kind.TRACKS) if "carriers" in one.fields.get("demo_fields", [])
    }
    assert marked == {"new-energy", "machinery", "biomedicine"}


def test_a_date_that_no_source_of_a_chapter_states_is_marked() -> None:
    told = SOURCES[DATED]["title"]
    for chapter in of_kind(Kind.CHAPTERS):
        assert chapter.fields["as_of"] == "2025-01-17"
        sourced = told in [one["title"] for one in chapter.fields["sources"]]
        assert ("as_of" in chapter.fields.get("demo_fields", [])) is not sourced, chapter.slug


def test_no_goal_or_result_is_typed_into_prose() -> None:
    typed = []
    for one in ENTRIES:
        english = {path: text for path, text in one.english.items() if "figures." not in path}
        fields = {name: text for name, text in one.fields.items() if name != "figures"}
        own = {
            f"{number}{figure['unit']}"
            for figure in one.fields["figures"]
            for number in {figure.get("value"), figure.get("low"), figure.get("high")} - {None}
        }
        for path, text in prose([fields, english, one.slides]):
            if AMOUNT.search(text) or any(amount in text.replace(" ", "") for amount in own):
                typed.append(f"{one.kind}/{one.slug}{path}: {text}")
    assert typed == []
