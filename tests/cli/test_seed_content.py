"""The content that the product ships with: it loads as a whole, and says what its sources say."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import pytest
from flask import Flask

from cli.seed import calendar, load, pictures, source
from models.content import Content
from models.enums import FigureKind, Kind, Language, Place, TranslationStatus
from models.registry import CONTENT, DOCUMENTS
from models.revisions import Revision
from models.search import SearchEntry
from models.snapshots import Snapshot
from models.tracks import TrackClass
from services import translations
from services.generation import Generated, Outcome
from tests.arranging import collisions
from tests.factories import create_media

ENGLISH = (
    *(Kind.TRACKS, Kind.PROJECTS, Kind.ROUTES, Kind.SITES, Kind.FILMS, Kind.VENUES),
    Kind.HANDBOOK,
)
ENGLISH_CHAPTERS = 5
NAMED_OFFICIAL = re.compile(r"(牵头|责任|分管|包挂)领导\s*[:：]")


@dataclass
class Loaded:
    """All that a loading left: entries, working copies by kind, and what is public as text."""

    entries: list[source.Entry]
    outcomes: Counter[load.Outcome]
    items: dict[Kind, list[Content]]
    public: dict[str, str]
    searched: dict[str, str]
    home: dict[str, Any]
    revisions: int
    generated: list[Generated]
    collisions: list[tuple[str, str, str]]

    def all_items(self) -> list[Content]:
        return [item for items in self.items.values() for item in items]


def media_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "media" in value:
            yield value["media"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from media_of(inner)


@pytest.fixture(scope="module")
def loaded(app: Flask) -> Loaded:
    """Load the real files once, with pictures that are registered and not drawn."""
    entries = source.read()
    for media in {media for entry in entries for media in media_of(pictures.references(entry))}:
        create_media(media)
    outcomes = Counter(result.outcome for result in load.load(entries))
    load.load_synonyms(source.synonyms())
    generated = calendar.load(source.calendar())
    assert calendar.load(source.calendar()) == [], "once"
    home = app.test_client().get("/api/v1/home").get_json()
    found = Loaded(
        entries,
        outcomes,
        {kind: list(model.objects.order_by("order", "id")) for kind, model in CONTENT.items()},
        {row["_id"]: orjson.dumps(row["body"]).decode() for row in Snapshot.raw().find()},
        {row.id: orjson.dumps(row.to_mongo()).decode() for row in SearchEntry.objects},
        home,
        Revision.objects.count(),
        generated,
        collisions(),
    )
    for document in DOCUMENTS:
        document._get_collection().delete_many({})
    return found


def test_every_entry_of_every_kind_is_live(loaded: Loaded) -> None:
    count = len(loaded.entries)
    assert loaded.outcomes == {load.Outcome.LOADED: count}
    assert len(loaded.public) == len(loaded.searched) == loaded.revisions == count
    assert all(loaded.items.values())
    assert sum(len(items) for items in loaded.items.values()) == count


def test_the_calendar_is_full_of_departures_that_do_not_collide(loaded: Loaded) -> None:
    assert len({done.schedule.route for done in loaded.generated}) == len(loaded.items[Kind.ROUTES])
    for done in loaded.generated:
        assert not done.schedule.problems, done.schedule.problems
        assert Outcome.CREATED in {one.outcome for one in done.days}
    assert loaded.collisions == []


def test_the_first_page_shows_all_five_tools(loaded: Loaded) -> None:
    home = loaded.home
    for name in ("film", "venue", "handbook"):
        assert home[name], name
    assert len(home["routes"]) >= 4
    assert len(home["projects"]) >= 4
    assert [len(group["items"]) for group in home["tracks"]] == [5, 11, 6]


def test_there_are_22_tracks_in_three_classes(loaded: Loaded) -> None:
    tracks = loaded.items[Kind.TRACKS]
    assert [track.number for track in tracks] == list(range(1, 23))
    assert Counter(track.track_class for track in tracks) == {
        TrackClass.BREAKTHROUGH: 5,
        TrackClass.PRIORITY: 11,
        TrackClass.EMERGING: 6,
    }
    assert len({track.title for track in tracks}) == 22


@pytest.mark.parametrize(
    ("metric", "total", "parts"),
    [("新签约项目", 200, (60, 120, 20)), ("新开工项目", 150, (35, 100, 15))],
)
def test_the_goals_of_2025_are_structured_figures_that_add_up(
    loaded: Loaded, metric: str, total: int, parts: tuple[int, ...]
) -> None:
    (edition,) = loaded.items[Kind.HANDBOOK]
    found = {
        figure.metric: figure
        for figure in edition.figures
        if figure.metric.endswith(metric) and figure.period == "2025年"
    }
    assert len(found) == 4
    values = {name: figure.numbers()[0] for name, figure in found.items()}
    assert values.pop(metric) == total
    classes = ("聚焦突破类", "重点实施类", "加快布局类")
    assert [values[f"{name}{metric}"] for name in classes] == [Decimal(part) for part in parts]
    assert sum(values.values()) == total
    assert {(figure.kind, figure.place) for figure in found.values()} == {
        (FigureKind.TARGET, Place.JIAOZHOU)
    }


def test_there_are_routes_enough_over_sites_enough(loaded: Loaded) -> None:
    routes = loaded.items[Kind.ROUTES]
    assert len(routes) >= 4
    visited = {stop.site for route in routes for stop in route.stops}
    assert len(visited) >= 12
    assert visited <= {site.id for site in loaded.items[Kind.SITES]}


def test_there_are_eight_clusters_of_xihaian(loaded: Loaded) -> None:
    clusters = loaded.items[Kind.CLUSTERS]
    assert len({cluster.title for cluster in clusters}) == len(clusters) == 8
    assert {cluster.place for cluster in clusters} == {Place.XIHAIAN}
    assert all(cluster.key_projects for cluster in clusters)
    assert all(cluster.strengths and cluster.weaknesses for cluster in clusters)


def test_every_item_and_every_figure_has_a_source_of_its_place(loaded: Loaded) -> None:
    places: dict[str, Place] = {}
    for item in loaded.all_items():
        assert item.sources, item.slug
        places |= {one.title: one.place for one in item.sources}
    count = 0
    for item in loaded.all_items():
        for figure in item.figures:
            count += 1
            where = f"{item.slug} {figure.key}"
            assert figure.place in Place, where
            assert figure.kind in FigureKind, where
            # A newspaper of the whole city may report on any place in it.
            assert places[figure.source] in (figure.place, Place.QINGDAO), where
    assert count > 100


@pytest.mark.parametrize(
    ("place", "other"),
    [(Place.JIAOZHOU, Place.XIHAIAN), (Place.XIHAIAN, Place.JIAOZHOU)],
)
def test_figures_of_two_places_never_mix(loaded: Loaded, place: Place, other: Place) -> None:
    items = [item for item in loaded.all_items() if item.place is place]
    assert items
    mixed = [
        f"{item.KIND}/{item.slug} {figure.key}"
        for item in items
        for figure in item.figures
        if figure.place is other
    ]
    assert mixed == []


def test_what_visitors_from_abroad_need_is_in_english_and_current(loaded: Loaded) -> None:
    wanted = [item for kind in ENGLISH for item in loaded.items[kind]]
    top = [chapter for chapter in loaded.items[Kind.CHAPTERS] if not chapter.parent]
    wanted += sorted(top, key=lambda chapter: int(chapter.number))[:ENGLISH_CHAPTERS]
    states = {
        f"{item.KIND}/{item.slug}": translations.status(
            translations.texts(item, Language.EN), Language.EN
        )
        for item in wanted
    }
    late = {name for name, state in states.items() if state is not TranslationStatus.CURRENT}
    assert late == set()


def test_no_translation_is_behind_its_original(loaded: Loaded) -> None:
    behind = [
        f"{item.KIND}/{item.slug} {text.path}"
        for item in loaded.all_items()
        for text in translations.texts(item, Language.EN)
        if text.behind
    ]
    assert behind == []


def test_nobody_is_named_as_the_leader_of_a_track(loaded: Loaded) -> None:
    for track in loaded.items[Kind.TRACKS]:
        assert not track.lead_official
        assert not track.responsible_official
    assert [key for key, text in loaded.public.items() if NAMED_OFFICIAL.search(text)] == []


def test_no_telephone_number_is_made_up(loaded: Loaded) -> None:
    number = re.compile(r"(?<!\d)(1[3-9]\d{9}|0532[- ]?\d{8}|400[- ]?\d{3}[- ]?\d{4})(?!\d)")
    assert [key for key, text in loaded.public.items() if number.search(text)] == []


def test_the_internal_list_of_companies_reaches_nobody(loaded: Loaded) -> None:
    clusters = loaded.items[Kind.CLUSTERS]
    lists = {
        cluster.id: [company.name for company in cluster.target_list]
        for cluster in clusters
        if cluster.target_list
    }
    assert len(lists) == 4
    for texts in (loaded.public, loaded.searched):
        assert not any("target_list" in text or "拟招商" in text for text in texts.values())
        for cluster, companies in lists.items():
            told = texts[f"{Kind.CLUSTERS}:{cluster}"]
            assert [name for name in companies if name in told] == []
            for key, text in texts.items():
                named = [name for name in companies if name in text]
                assert len(named) <= 1, (key, named)
