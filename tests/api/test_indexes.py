"""Every query of the public API goes through an index, and a page costs the same at any depth."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from models.enums import Kind, Place
from models.sitemaps import Sitemap
from models.snapshots import Snapshot, snapshot_key
from rest import paging
from services import sitemaps
from services.live import RELATED_LIMIT
from services.related import FAR_LIMIT, GROUPS
from tests.api.complete import create_items
from tests.api.profiling import Read, profiled
from tests.api.surface import API, LISTED
from tests.factories import create_live

COUNT = 3_000
DEEP = 2_500
LIMIT = 20
# One more than the page, to know whether there is a next one; one for the cursor's own key.
PAGE_COST = LIMIT + 2
STAGES = ("open", "negotiating", "signed", "landed")
TRACKS, TAGS = 7, 5
FILTERS = {
    "track": ("track-3", COUNT // TRACKS + 1),
    "tag": ("标签2", COUNT // TAGS),
    "place": ("qingdao", COUNT // len(Place)),
    "stage": ("open", COUNT // len(STAGES)),
}
COMBINATIONS = [
    chosen
    for size in range(len(FILTERS) + 1)
    for chosen in itertools.combinations(sorted(FILTERS), size)
]


# The version, by id, by slug, what is near, what is far.
READS_MAX = 5


def _far_ways(kind: Kind) -> int:
    return sum(len(group.far) for group in GROUPS[kind])


def _far_documents(kind: Kind) -> int:
    """Return how many documents may be read for what is far, however many there are.

    Of what staff feature, what lies in one of the other places is looked at too.
    """
    return _far_ways(kind) * FAR_LIMIT * len(Place)


def _rows(kind: Kind, count: int, tied: bool) -> Iterator[dict[str, Any]]:
    """Yield snapshots as publishing writes them, with small texts."""
    places = list(Place)
    for number in range(count):
        item = f"bulk{number:06}"
        yield {
            "_id": snapshot_key(kind, item),
            "kind": kind,
            "item": item,
            "slug": f"bulk-{number}",
            "order": 1.0 if tied else float(number),
            "facet": STAGES[number % len(STAGES)],
            "tracks": [f"id{number % TRACKS}", f"track-{number % TRACKS}"],
            "tags": [f"标签{number % TAGS}", "全部"],
            "place": places[number % len(places)],
            "featured": number % 50 == 0,
            "refs": [snapshot_key(Kind.TRACKS, f"id{number % TRACKS}")],
            "revision": 1,
            "published_at": now(),
            "expire_at": None,
            "changes_at": None,
            "body": {one: {"card": "{}", "detail": "{}"} for one in ("zh-CN", "en")},
        }


def _fill(kind: Kind, count: int = COUNT, *, tied: bool = False) -> None:
    Snapshot.raw().insert_many(_rows(kind, count, tied))


def _get(client: FlaskClient, path: str, **query: str) -> list[Read]:
    def request() -> None:
        answer = client.get(f"{API}/{path}", query_string=query)
        assert answer.status_code == 200, answer.text

    reads = profiled(request)
    assert reads, path
    for read in reads:
        assert "COLLSCAN" not in read.stages, (path, read)
    return reads


def _without_file(kind: Kind, reads: list[Read]) -> list[Read]:
    """Return reads without the one, by id, of the PDF that was drawn of an edition."""
    files = [read for read in reads if read.collection == "handbook_files"]
    assert all(read.stages == {"IDHACK"} for read in files)
    assert len(files) <= (kind is Kind.HANDBOOK)
    return [read for read in reads if read not in files]


def _get_list(client: FlaskClient, path: str, **query: str) -> Read:
    """Return how a list was read, which is by one query that needs no sorting."""
    version, read = _get(client, path, **query)
    assert version.collection == "versions"
    assert not read.sorts
    assert "SORT" not in read.stages, (path, query, read)
    return read


@pytest.mark.parametrize("tied", [False, True], ids=["ordered", "tied"])
def test_pages_cost_the_same_at_any_depth(app: Flask, client: FlaskClient, tied: bool) -> None:
    _fill(Kind.PROJECTS, tied=tied)
    _fill(Kind.SITES, 200, tied=tied)
    with app.app_context():
        key = snapshot_key(Kind.PROJECTS, f"bulk{DEEP:06}")
        cursor = paging.encode((1.0 if tied else float(DEEP), key))
    assert cursor is not None
    for depth in ({}, {"cursor": cursor}):
        for chosen in COMBINATIONS:
            query = {name: FILTERS[name][0] for name in chosen}
            read = _get_list(client, "projects", **query, **depth)
            # One filter has an index to itself; more of them share the one of the rarest.
            several = min((FILTERS[name][1] for name in chosen), default=0)
            allowed = PAGE_COST if len(chosen) < 2 else several
            assert read.keys <= allowed, (query, depth, read)
            assert read.documents <= allowed, (query, depth, read)


def _documents(reads: list[Read]) -> int:
    return sum(read.documents for read in reads)


@pytest.mark.parametrize("kind", LISTED)
def test_every_list_and_detail_goes_through_an_index(client: FlaskClient, kind: Kind) -> None:
    _fill(kind, 200)
    assert _get_list(client, kind).documents <= PAGE_COST
    for name in ("bulk000007", "bulk-7"):
        # The item itself, and of what is around it no more than may be shown.
        ways = sum(len(group.near) for group in GROUPS[kind] if group.kind is kind)
        assert _documents(_get(client, f"{kind}/{name}")) <= 1 + ways * RELATED_LIMIT


def test_details_with_everything_around_them_go_through_indexes(client: FlaskClient) -> None:
    items = create_items()
    for kind in (Kind.PROJECTS, Kind.ROUTES, Kind.SITES, Kind.ARTICLES, Kind.FAQS):
        _fill(kind)
    for kind in LISTED:
        for name in (items[kind].id, items[kind].slug):
            reads = _without_file(kind, _get(client, f"{kind}/{name}"))
            assert len(reads) <= READS_MAX
            assert _documents(reads) <= 20 + _far_documents(kind), (kind, reads)
    chapter = items[Kind.CHAPTERS]
    reads = _get(client, f"handbook/{chapter.edition}/chapters/{chapter.slug}")
    assert _documents(reads) <= 20 + _far_documents(Kind.CHAPTERS)


def test_what_is_far_costs_one_more_query_that_does_not_grow(client: FlaskClient) -> None:
    for kind in {group.kind for groups in GROUPS.values() for group in groups}:
        _fill(kind, 600)
    for kind in LISTED:
        item = create_live(kind, tags=["全部"], place="qingdao", order=-1)
        near = sum(len(group.near) for group in GROUPS[kind])
        reads = _without_file(kind, _get(client, f"{kind}/{item.slug}"))
        assert len(reads) <= READS_MAX
        allowed = near * RELATED_LIMIT + _far_documents(kind)
        assert _documents(reads) <= 2 + allowed, (kind, reads)
        if _far_ways(kind):
            assert "SORT" not in reads[-1].stages, (kind, reads)


def test_what_many_items_link_to_is_read_without_reading_them_all(client: FlaskClient) -> None:
    _fill(Kind.TRACKS, TRACKS)
    for row in list(Snapshot.raw().find({"kind": Kind.TRACKS})):
        item = f"id{int(row['order'])}"
        fresh = {**row, "_id": snapshot_key(Kind.TRACKS, item), "item": item, "refs": []}
        Snapshot.raw().delete_one({"_id": row["_id"]})
        Snapshot.raw().insert_one(fresh)
    _fill(Kind.PROJECTS)
    reads = _get(client, "tracks/id3")
    assert reads[-1].returned == RELATED_LIMIT
    assert _documents(reads) <= COUNT // TRACKS + RELATED_LIMIT


def test_the_home_page_goes_through_indexes(client: FlaskClient) -> None:
    for kind in (*(Kind.FILMS, Kind.VENUES, Kind.HANDBOOK, Kind.ROUTES), Kind.PROJECTS):
        _fill(kind, 500)
    version, everything = _get(client, "home")
    assert version.documents <= 1
    assert not everything.sorts
    assert "SORT" not in everything.stages
    assert everything.documents <= 50


def test_sitemaps_go_through_indexes(client: FlaskClient) -> None:
    _fill(Kind.PROJECTS)
    assert sitemaps.build(Kind.PROJECTS) == COUNT
    Sitemap._get_collection().insert_many(
        [{"_id": f"faqs:{page}", "kind": "faqs", "page": page} for page in range(2, 200)]
    )
    _, index = _get(client, "sitemaps")
    assert index.documents <= len(Kind)
    _, page, *live = _get(client, "sitemaps/projects")
    assert page.documents == 1
    assert _documents(live) == COUNT, "whether each of them is still live"


def test_a_query_without_an_index_is_noticed() -> None:
    _fill(Kind.FAQS, 10)
    (read,) = profiled(lambda: list(Snapshot.raw().find({"revision": 2}).sort("item", 1)))
    assert {"COLLSCAN", "SORT"} <= read.stages
    assert read.documents == 10
