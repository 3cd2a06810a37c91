"""Working copies: stored and read back whole, found in lists by their own filter and order."""

from typing import Any

import pytest

from core.canonical import dump
from models.articles import Article
from models.enums import Kind
from models.registry import CONTENT
from models.routes import Route
from services import content
from tests.factories import create, create_maximal, dummy_stops

FACETS: dict[Kind, tuple[dict[str, Any], str | None]] = {
    Kind.TRACKS: ({"track_class": "emerging"}, "emerging"),
    Kind.PROJECTS: ({"stage": "signed"}, "signed"),
    Kind.ROUTES: ({}, None),
    Kind.SITES: ({"site_type": "hub"}, "hub"),
    Kind.FILMS: ({"main": True}, "main"),
    Kind.VENUES: ({}, None),
    Kind.HANDBOOK: ({"year": 2026}, "2026"),
    Kind.CHAPTERS: ({"edition": "0123456789abcdef"}, "0123456789abcdef"),
    Kind.CLUSTERS: ({}, None),
    Kind.ARTICLES: ({"article_type": "notice"}, "notice"),
    Kind.FAQS: ({"topic_key": "land"}, "land"),
}


@pytest.mark.parametrize("kind", Kind)
def test_a_full_item_is_read_back_as_it_was_written(kind: Kind) -> None:
    written = create_maximal(kind)
    read = content.get(kind, written.id)
    assert dump(read.stored()) == dump(written.stored())
    assert set(read.stored()) >= set(CONTENT[kind]._db_field_map.values()) - {
        *("translations", "published_revision", "publish_at", "expire_at", "review", "owner")
    }


@pytest.mark.parametrize("kind", Kind)
def test_the_kind_s_own_filter(kind: Kind) -> None:
    fields, facet = FACETS[kind]
    assert create(kind, **fields).facet == facet


def test_a_film_that_is_not_the_main_one_is_another() -> None:
    assert create(Kind.FILMS).facet == "other"


def test_what_sorts_a_list_is_the_order_that_staff_gave() -> None:
    assert create(Kind.TRACKS, order=7).order_key == 7.0


def articles(*given: tuple[str, float]) -> list[Article]:
    items = [create(Kind.ARTICLES, published_on=day, order=order) for day, order in given]
    return [Article.objects(id=item.id).first() for item in items]


def test_newer_articles_come_first() -> None:
    old, new, newest = articles(("2024-12-31", 1), ("2025-01-01", 999), ("2025-01-02", 5_000))
    assert newest.order_key < new.order_key < old.order_key


def test_staff_order_articles_of_one_day() -> None:
    second, first = articles(("2025-01-17", 2), ("2025-01-17", 1))
    assert first.order_key < second.order_key


@pytest.mark.parametrize("order", [-5, 0, 999, 1_000, 10**9])
def test_no_order_number_moves_an_article_to_another_day(order: float) -> None:
    before, it, after = articles(("2025-01-16", 0), ("2025-01-17", order), ("2025-01-18", 999))
    assert after.order_key < it.order_key < before.order_key


def test_a_route_lasts_as_long_as_its_stops_and_the_ways_between() -> None:
    item = create(Kind.ROUTES, stops=dummy_stops(3))
    assert Route.objects(id=item.id).first().duration_minutes == 3 * 30 + 2 * 10
