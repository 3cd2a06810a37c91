"""Relevance: what people look for in the real content stands among the first three."""

import functools
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import yaml

from models.enums import Kind, Language
from models.snapshots import Snapshot
from services.search import query as search
from services.search.asked import Filters

FIRST, READ = 3, 10
RECIPROCAL_RANK_MIN = 0.93
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


@functools.cache
def _judge(name: str) -> list[Judged]:
    group = GROUPS[CLASSES.index(name)]
    judged = []
    for one in group["queries"]:
        language = Language(one.get("lang", Language.ZH_CN))
        hits = search.search(one["q"], language, Filters(), limit=READ)
        found = tuple(f"{hit['kind']}/{hit['slug']}" for hit in hits.items)
        judged.append(Judged(one["q"], tuple(one["best"]), found))
    return judged


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
def test_the_answer_is_among_the_first(real_content: None, name: str) -> None:
    missed = [
        f"{one.query}: {one.rank or 'nowhere'}, first {', '.join(one.found[:FIRST])}"
        for one in _judge(name)
        if not one.rank or one.rank > FIRST
    ]
    assert not missed, "\n".join(missed)


def test_the_mean_reciprocal_rank(real_content: None) -> None:
    ranks = {name: [one.reciprocal_rank for one in _judge(name)] for name in CLASSES}
    for name, found in ranks.items():
        print(f"{name:14} {len(found):3} queries, mean reciprocal rank {mean(found):.3f}")
    overall = mean(rank for found in ranks.values() for rank in found)
    print(f"{'all':14} mean reciprocal rank {overall:.3f}")
    assert overall >= RECIPROCAL_RANK_MIN
    assert min(mean(found) for found in ranks.values()) >= 0.85
