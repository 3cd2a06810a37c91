"""Reading what is live: pages that miss and double nothing, links that never dangle."""

import datetime as dt
import random
from typing import Any

import orjson
import pytest

from core.clock import now
from core.errors import NotFound
from core.ids import new_id
from models.enums import Kind, Language
from models.snapshots import Snapshot
from services import content, live, publishing, related
from services.live import Position, Selection
from tests.factories import ACTOR, create, create_live, dummy_stops, publish

ZH, EN = Language.ZH_CN, Language.EN
TRACKS = Kind.TRACKS


def card(fragment: Any) -> dict[str, Any]:
    """Return a card as the client reads it."""
    read: dict[str, Any] = orjson.loads(orjson.dumps(fragment))
    return read


def client_reads(data: Any) -> Any:
    return orjson.loads(orjson.dumps(data))


def create_many(count: int, **fields: Any) -> list[str]:
    """Make many live tracks by copying the live copy of one; return their ids."""
    row = Snapshot.raw().find_one({"item": create_live(TRACKS).id})
    assert row is not None
    Snapshot.raw().delete_one({"_id": row["_id"]})
    items = [new_id() for _ in range(count)]
    rows = []
    for item in items:
        body = orjson.dumps({"id": item}).decode()
        copied = {"item": item, "slug": f"track-{item}", "_id": f"tracks:{item}"}
        texts = {"body": {language.value: {"card": body, "detail": body} for language in Language}}
        rows.append({**row, **copied, **texts, **fields})
    random.Random(1).shuffle(rows)  # noqa: S311 - a fixed order of insertion
    Snapshot.raw().insert_many(rows)
    return items


def pages(limit: int, match: dict[str, Any] | None = None) -> list[list[str]]:
    """Return the ids on every page, from the first to the last."""
    found: list[list[str]] = []
    after: Position | None = None
    while True:
        page = live.page(Selection(TRACKS, limit, match or {}), ZH, after)
        found.append([card(one)["id"] for one in page.cards])
        assert len(found) <= 500, "paging does not come to an end"
        after = page.next_position
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 7, 50, 199, 200, 201])
def test_pages_over_items_of_equal_order_are_complete_and_sorted(limit: int) -> None:
    items = create_many(200, order=5.0)
    found = pages(limit)
    assert [item for page in found for item in page] == sorted(items)
    assert all(len(page) == limit for page in found[:-1])


def test_pages_over_items_in_groups_of_equal_order_keep_that_order() -> None:
    groups = [create_many(20, order=float(order)) for order in (3, -1, 0)]
    expected = [*sorted(groups[1]), *sorted(groups[2]), *sorted(groups[0])]
    assert [item for page in pages(7) for item in page] == expected


def test_nothing_live_is_one_empty_page() -> None:
    assert pages(10) == [[]]


def test_inserts_and_removals_while_paging_neither_double_nor_hide_the_others() -> None:
    items = sorted(create_many(60, order=1.0))
    seen: list[str] = []
    after: Position | None = None
    for _ in range(6):
        page = live.page(Selection(TRACKS, 10), ZH, after)
        seen += [card(one)["id"] for one in page.cards]
        after = page.next_position
        Snapshot.raw().delete_one({"item": seen[0]})
        create_many(3, order=0.0)
    assert seen == items
    assert after is None


def test_a_page_can_be_read_again_from_its_position() -> None:
    create_many(30, order=1.0)
    first = live.page(Selection(TRACKS, 10), ZH)
    again = [live.page(Selection(TRACKS, 10), ZH, first.next_position).cards for _ in range(2)]
    assert client_reads(again[0]) == client_reads(again[1])


def test_filters_hold_on_every_page() -> None:
    wanted = create_many(25, tags=["a", "b"])
    create_many(25, tags=["b"])
    found = pages(10, {"tags": "a"})
    assert sorted(item for page in found for item in page) == sorted(wanted)


def test_other_kinds_are_on_other_pages() -> None:
    track = create_live(TRACKS)
    create_live(Kind.SITES)
    assert pages(10) == [[track.id]]


def test_cards_come_in_the_language_asked_for() -> None:
    document = create(TRACKS, title="题")
    publish(content.translate(TRACKS, document.id, EN, {"title": "Title"}, revision=1, actor=ACTOR))
    titles = [
        card(live.page(Selection(TRACKS, 1), language).cards[0])["title"] for language in (ZH, EN)
    ]
    assert titles == ["题", "Title"]


def test_several_selections_come_with_one_answer_each_cut_by_its_own_limit() -> None:
    create_many(5, facet="breakthrough")
    site = create_live(Kind.SITES)
    found = live.groups(
        [
            Selection(TRACKS, 3, {"facet": "breakthrough"}),
            Selection(TRACKS, 3, {"facet": "emerging"}),
            Selection(Kind.SITES, 3),
            Selection(Kind.FAQS, 3),
        ],
        ZH,
    )
    assert [len(rows) for rows in found] == [3, 0, 1, 0]
    assert found[2][0]["item"] == site.id
    assert [row["item"] for row in found[0]] == sorted(row["item"] for row in found[0])


def test_no_selection_is_no_answer() -> None:
    assert live.groups([], ZH) == []


@pytest.mark.parametrize("name", ["no-such-item", "", "$ne", "a\x00", "\ud800", "x" * 500])
def test_what_is_not_live_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        live.find(TRACKS, name, ZH)


def test_an_item_is_not_found_under_another_kind() -> None:
    track = create_live(TRACKS)
    for name in (track.id, track.slug):
        with pytest.raises(NotFound):
            live.find(Kind.SITES, name, ZH)


def test_a_link_becomes_the_live_card_of_its_target_as_it_is_now() -> None:
    site = create_live(Kind.SITES, title="旧名")
    venue = create_live(Kind.VENUES, site=site.id)
    publish(content.update(Kind.SITES, site.id, {"title": "新名"}, revision=1, actor=ACTOR))
    read = client_reads(related.read(Kind.VENUES, venue.id, ZH))
    assert (read["site"]["id"], read["site"]["title"]) == (site.id, "新名")


def test_a_link_to_what_went_offline_is_null_or_leaves_its_list() -> None:
    kept, gone = create_live(TRACKS), create_live(TRACKS)
    stops = dummy_stops(2)
    route = create_live(Kind.ROUTES, stops=stops, tracks=[kept.id, gone.id])
    publishing.unpublish(TRACKS, gone.id, actor=ACTOR)
    publishing.unpublish(Kind.SITES, stops[0]["site"], actor=ACTOR)
    read = client_reads(related.read(Kind.ROUTES, route.id, ZH))
    assert [track["id"] for track in read["tracks"]] == [kept.id]
    assert [stop["site"] and stop["site"]["id"] for stop in read["stops"]] == [
        None,
        stops[1]["site"],
    ]
    publishing.publish(TRACKS, gone.id, actor=ACTOR)
    read = client_reads(related.read(Kind.ROUTES, route.id, ZH))
    assert [track["id"] for track in read["tracks"]] == [kept.id, gone.id]


def test_no_placeholder_of_a_link_reaches_the_reader() -> None:
    track = create_live(TRACKS)
    project = create_live(
        Kind.PROJECTS, tracks=[track.id], chain_positions=[{"track": track.id, "link": "a"}]
    )
    publishing.unpublish(TRACKS, track.id, actor=ACTOR)
    text = orjson.dumps(related.read(Kind.PROJECTS, project.id, ZH)).decode()
    assert live.REFERENCE not in text


def test_linked_cards_come_in_the_language_of_the_reader() -> None:
    site = create(Kind.SITES, title="点位")
    publish(content.translate(Kind.SITES, site.id, EN, {"title": "Site"}, revision=1, actor=ACTOR))
    venue = create_live(Kind.VENUES, site=site.id)
    assert client_reads(related.read(Kind.VENUES, venue.id, EN))["site"]["title"] == "Site"


def test_expired_rows_are_left_out_of_pages_and_do_not_count_against_the_limit() -> None:
    create_many(10, order=0.0, expire_at=now() - dt.timedelta(seconds=1))
    wanted = create_many(10, order=1.0, expire_at=now() + dt.timedelta(days=1))
    assert [item for page in pages(4) for item in page] == sorted(wanted)
