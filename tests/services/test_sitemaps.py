"""Sitemaps: everything that is live, in pages, made anew without leftovers."""

import pytest

from core.clock import now
from core.errors import NotFound
from models.enums import Kind
from models.sitemaps import Sitemap
from services import publishing, sitemaps
from tests.factories import ACTOR, create, create_live

TRACKS = Kind.TRACKS


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two items fill a page."""
    monkeypatch.setattr(sitemaps, "PAGE_SIZE", 2)


def listed(kind: Kind = TRACKS) -> list[list[str]]:
    """Return the items on each page."""
    pages = Sitemap.objects(kind=kind).order_by("page")
    return [[entry.item for entry in page.entries] for page in pages]


def test_all_live_items_are_listed_in_pages() -> None:
    items = [create_live(TRACKS).id for _ in range(5)]
    create(TRACKS)
    create_live(Kind.SITES)
    assert sitemaps.build(TRACKS) == 5
    assert listed() == [items[:2], items[2:4], items[4:]]
    assert [sitemaps.read(TRACKS, page).pages for page in (1, 2, 3)] == [3, 3, 3]


def test_a_full_last_page_is_not_followed_by_an_empty_one() -> None:
    for _ in range(4):
        create_live(TRACKS)
    sitemaps.build(TRACKS)
    assert [len(page) for page in listed()] == [2, 2]


def test_an_entry_tells_slug_and_time() -> None:
    item = create_live(TRACKS)
    sitemaps.build(TRACKS)
    (entry,) = sitemaps.read(TRACKS, 1).entries
    assert (entry.item, entry.slug) == (item.id, item.slug)
    assert entry.published_at <= sitemaps.read(TRACKS, 1).generated_at <= now()


def test_building_again_changes_nothing_but_the_time() -> None:
    for _ in range(3):
        create_live(TRACKS)
    sitemaps.build(TRACKS)
    before = listed()
    assert sitemaps.build(TRACKS) == 3
    assert listed() == before


def test_pages_that_are_no_longer_needed_are_removed() -> None:
    items = [create_live(TRACKS).id for _ in range(5)]
    sitemaps.build(TRACKS)
    for item in items[1:]:
        publishing.unpublish(TRACKS, item, actor=ACTOR)
    assert sitemaps.build(TRACKS) == 1
    assert listed() == [[items[0]]]
    with pytest.raises(NotFound):
        sitemaps.read(TRACKS, 2)


def test_with_nothing_live_there_is_no_page() -> None:
    item = create_live(TRACKS)
    sitemaps.build(TRACKS)
    publishing.unpublish(TRACKS, item.id, actor=ACTOR)
    assert sitemaps.build(TRACKS) == 0
    with pytest.raises(NotFound):
        sitemaps.read(TRACKS, 1)
    assert sitemaps.index() == []


def test_the_index_names_each_kind_once_with_its_pages() -> None:
    for _ in range(3):
        create_live(TRACKS)
    create_live(Kind.FAQS)
    for kind in (TRACKS, Kind.FAQS, Kind.FILMS):
        sitemaps.build(kind)
    assert [(row["kind"], row["pages"]) for row in sitemaps.index()] == [("faqs", 1), ("tracks", 2)]


def test_one_kind_leaves_the_pages_of_another_alone() -> None:
    create_live(TRACKS)
    sitemaps.build(TRACKS)
    sitemaps.build(Kind.FAQS)
    assert len(listed()) == 1
