"""Relevance: what people look for in the real content stands among the first three."""

from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import yaml
from flask import Flask

import application
from core.settings import Settings
from models.enums import Kind, Language
from models.snapshots import Snapshot
from tests.api.surface import API

FIRST, READ = 3, 10
RECIPROCAL_RANK_MIN, OF_A_CLASS_MIN = 0.95, 0.85
GROUPS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("judged.yaml").read_text("utf-8")
)
CLASSES = [group["class"] for group in GROUPS]


@dataclass(frozen=True)
class Judged:
    """A query, what answers it, and what came up, the first first."""

    query: str
    best: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def rank(self) -> int | None:
        """Return where the first good answer stands, from 1; None when it does not come up."""
        ranks = [place for place, key in enumerate(self.found, start=1) if key in self.best]
        return min(ranks, default=None)

    @property
    def reciprocal_rank(self) -> float:
        """Return 1 for the first place, 1/2 for the second and so on."""
        return 1 / self.rank if self.rank else 0.0


@pytest.fixture(scope="module")
def judged(app: Flask, loaded: Settings, settings: Settings) -> dict[str, list[Judged]]:
    """What each query finds, by class, asked over HTTP."""
    client = app.test_client()

    def ask(one: dict[str, Any]) -> Judged:
        asked = {"q": one["q"], "lang": one.get("lang", Language.ZH_CN.value), "limit": READ}
        answer = client.get(f"{API}/search", query_string=asked)
        assert answer.status_code == 200, answer.text
        found = tuple(f"{hit['kind']}/{hit['slug']}" for hit in answer.json["items"])
        return Judged(one["q"], tuple(one["best"]), found)

    application.wire(loaded)
    try:
        found = {group["class"]: [ask(one) for one in group["queries"]] for group in GROUPS}
    finally:
        application.wire(settings)
    return found


def test_the_set_is_large_and_names_what_is_live(real_content: None) -> None:
    queries = [one for group in GROUPS for one in group["queries"]]
    assert len(queries) >= 200
    assert len({one["q"] for one in queries}) == len(queries)
    assert len(set(CLASSES)) == len(CLASSES) >= 12
    live = {
        f"{row['kind']}/{row['slug']}" for row in Snapshot.raw().find({}, {"kind": 1, "slug": 1})
    }
    assert {key for one in queries for key in one["best"]} <= live
    assert {key.partition("/")[0] for one in queries for key in one["best"]} == set(Kind)
    assert all(1 <= len(one["best"]) <= 5 for one in queries)


@pytest.mark.parametrize("name", CLASSES)
def test_the_answer_is_among_the_first(judged: dict[str, list[Judged]], name: str) -> None:
    missed = [
        f"{one.query}: {one.rank or 'nowhere'}, first {', '.join(one.found[:FIRST])}"
        for one in judged[name]
        if not one.rank or one.rank > FIRST
    ]
    assert not missed, "\n".join(missed)


def test_the_mean_reciprocal_rank(judged: dict[str, list[Judged]]) -> None:
    ranks = {name: [one.reciprocal_rank for one in found] for name, found in judged.items()}
    for name, found in ranks.items():
        print(f"{name:14} {len(found):3} queries, mean reciprocal rank {mean(found):.3f}")
    overall = mean(rank for found in ranks.values() for rank in found)
    print(f"{'all':14} mean reciprocal rank {overall:.3f}")
    for name, found_by_class in judged.items():
        for one in found_by_class:
            if one.rank != 1:
                print(f"not first: {name}: {one.query}: {one.rank}")
    assert overall >= RECIPROCAL_RANK_MIN
    assert min(mean(found) for found in ranks.values()) >= OF_A_CLASS_MIN
