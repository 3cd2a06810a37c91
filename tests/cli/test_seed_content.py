"""The content that the product ships with: it loads as a whole, and says what its sources say."""

import re
from collections import Counter
from decimal import Decimal

import pytest
from flask import Flask

from cli.seed import load
from models.enums import FigureKind, Kind, Language, Place, TranslationStatus
from models.tracks import TrackClass
from services import translations
from services.generation import Outcome
from tests.cli.loaded_content import Loaded, load_everything

ENGLISH = (
    *(Kind.TRACKS, Kind.PROJECTS, Kind.ROUTES, Kind.SITES, Kind.FILMS, Kind.VENUES),
    Kind.HANDBOOK,
)
ENGLISH_CHAPTERS = 5
NAMED_OFFICIAL = re.compile(r"(牵头|责任|分管|包挂)领导\s*[:：]")


@pytest.fixture(scope="module")
def loaded(app: Flask) -> Loaded:
    """Load the real files once."""
    return load_everything(app)


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


def test_every_item_leads_on_to_others(loaded: Loaded) -> None:
    # Chapters have neighbours of their own.
    alone = [
        f"{kind}/{slug}"
        for kind, items in loaded.related.items()
        for slug, beside in items.items()
        if not any(beside.values()) and kind is not Kind.CHAPTERS
    ]
    assert alone == []


def test_no_related_group_is_empty_for_all_items_of_a_kind(loaded: Loaded) -> None:
    for kind, items in loaded.related.items():
        groups = {group for beside in items.values() for group in beside}
        assert groups, kind
        for group in groups:
            assert any(beside[group] for beside in items.values()), (kind, group)


def test_every_cluster_leads_to_projects_its_own_first(loaded: Loaded) -> None:
    own: dict[str, list[str]] = {}
    slugs = {cluster.id: cluster.slug for cluster in loaded.items[Kind.CLUSTERS]}
    for project in loaded.items[Kind.PROJECTS]:
        if project.cluster:
            assert project.place is Place.XIHAIAN, project.slug
            own.setdefault(slugs[project.cluster], []).append(project.slug)
    assert sum(map(len, own.values())) >= 6
    for slug, beside in loaded.related[Kind.CLUSTERS].items():
        mine = own.get(slug, [])
        assert beside["projects"], slug
        assert beside["projects"][: len(mine)] == mine


def test_the_venue_leads_to_its_routes_and_the_other_tools(loaded: Loaded) -> None:
    (beside,) = loaded.related[Kind.VENUES].values()
    (venue,) = loaded.items[Kind.VENUES]
    passing = {
        route.slug
        for route in loaded.items[Kind.ROUTES]
        if venue.site in {stop.site for stop in route.stops}
    }
    assert set(beside["routes"]) == passing != set()
    assert beside["sites"]
    assert beside["handbook"] == [edition.slug for edition in loaded.items[Kind.HANDBOOK]]
    assert beside["films"] == [film.slug for film in loaded.items[Kind.FILMS] if film.main]


def test_every_track_has_a_film_and_an_article(loaded: Loaded) -> None:
    for slug, beside in loaded.related[Kind.TRACKS].items():
        assert beside["films"], slug
        assert beside["articles"], slug


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
