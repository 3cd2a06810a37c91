"""Small content files for tests of seeding, and what a loading must leave behind."""

import copy
import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.seed import pictures, source
from cli.seed.load import Outcome
from models.content import Content
from models.enums import ContentState, Kind
from models.revisions import Revision
from models.seeds import Seed
from models.snapshots import Snapshot
from services import content, publishing, versions
from tests.factories import create_media

Item = dict[str, Any]
Files = dict[str, Any]
Load = Callable[[], dict[str, Outcome]]

SOURCES = {"paper": {"title": "测试文件", "place": "jiaozhou"}}
TRACK: Item = {
    "slug": "test-track",
    "number": 1,
    "track_class": "breakthrough",
    "title": "测试赛道",
    "summary": "一条测试赛道。只用于测试。",
    "direction": "测试方向",
    "tags": ["测试"],
    "figures": [
        {
            "key": "scale",
            "metric": "产业规模",
            "comparator": "range",
            "low": "3",
            "high": "5",
            "unit": "亿元",
            "period": "2025年",
            "kind": "target",
            "place": "jiaozhou",
            "source": "paper",
        }
    ],
    "sources": ["paper"],
    "en": {
        "title": "Test track",
        "summary": "A track for tests.",
        "direction": "Test direction",
        "figures.scale.metric": "Industry scale",
    },
}
SITE: Item = {
    "slug": "test-site",
    "title": "测试点位",
    "site_type": "park",
    "tracks": ["test-track"],
    "sources": ["paper"],
    "en": {"title": "Test site"},
}
ROUTE: Item = {
    "slug": "test-route",
    "title": "测试动线",
    "tracks": ["test-track"],
    "stops": [
        {
            "key": f"stop-{number}",
            "site": "test-site",
            "title": f"第{number}站",
            "dwell_minutes": 30,
            "travel_minutes": 0,
            "x": number / 3,
            "y": 0.5,
        }
        for number in (1, 2)
    ],
    "map_approval": {"exemption": "示意图，不作为地图使用。"},
    "sources": ["paper"],
    "en": {
        "title": "Test route",
        "map_approval.exemption": "A sketch, not for use as a map.",
        "stops.stop-1.title": "Stop 1",
        "stops.stop-2.title": "Stop 2",
    },
}
QUESTION: Item = {
    "slug": "test-question",
    "title": "这是测试吗？",
    "answer": "<p>是。</p>",
    "topic": "测试",
    "topic_key": "test",
    "sources": ["paper"],
}
SLUGS = ("test-track", "test-site", "test-route", "test-question")


def small() -> Files:
    """Return what small content files hold, by kind."""
    empty: Files = {kind.value: [] for kind in Kind}
    kinds = {"tracks": [TRACK], "sites": [SITE], "routes": [ROUTE], "faqs": [QUESTION]}
    return copy.deepcopy({**empty, **kinds, "sources": SOURCES})


def write(files: Files, folder: Path) -> None:
    for name, data in files.items():
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def register_media(entries: list[source.Entry]) -> None:
    for entry in entries:
        for reference in pictures.references(entry).values():
            if isinstance(reference, dict):
                create_media(reference["media"])


def all_are(outcome: Outcome) -> dict[str, Outcome]:
    return dict.fromkeys(SLUGS, outcome)


def track() -> Content:
    return content.get(Kind.TRACKS, "test-track")


def state_of_things() -> tuple[Any, ...]:
    """Return what a loading that changes nothing must leave as it is."""
    numbers = sorted((row.item, row.number) for row in Revision.objects)
    seeds = sorted((row.id, row.digest, row.revision) for row in Seed.objects)
    return numbers, seeds, versions.current().number


def check_whole(slugs: tuple[str, ...] = SLUGS) -> None:
    """Check that everything is live as the files have it, and known as ours."""
    for seed in Seed.objects:
        item = content.get(seed.kind, seed.id.partition(":")[2])
        assert item.state is ContentState.PUBLISHED
        assert item.revision == item.published_revision == seed.revision
        assert Snapshot.objects.get(item=item.id).revision == item.revision
        assert seed.item == item.id
    assert {seed.id.partition(":")[2] for seed in Seed.objects} == set(slugs)
    assert Revision.objects.count() >= len(slugs)


class Killed(BaseException):
    """Stands for the end of the process."""


STEPS = {
    "create": (content, "create"),
    "update": (content, "update"),
    "translate": (content, "translate"),
    "publish": (publishing, "publish"),
    "note": (Seed, "save"),
}


def die(patch: pytest.MonkeyPatch, step: str, number: int, *, after: bool) -> None:
    """Let the process die before or after the `number`th call of a step."""
    owner, name = STEPS[step]
    original, calls = getattr(owner, name), Counter[str]()

    @functools.wraps(original)
    def dying(*args: Any, **kwargs: Any) -> Any:
        calls[name] += 1
        if calls[name] == number and not after:
            raise Killed
        result = original(*args, **kwargs)
        if calls[name] == number:
            raise Killed
        return result

    patch.setattr(owner, name, dying)
