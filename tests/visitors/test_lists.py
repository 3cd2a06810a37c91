"""Favourites and reading history: of live items, bounded, by keyset, of nobody else."""

from collections.abc import Callable
from typing import Any

import pytest

from models.enums import Kind
from models.favourites import Favourite
from models.history import HistoryEntry
from models.visitors import Visitor
from services import favourites, history, publishing
from tests.api.profiling import profiled
from tests.factories import ACTOR, create, create_live
from tests.visitors.callers import Caller, code

LISTS = ("/me/favourites", "/me/history")
SECRET = "只在草稿里"


def items(caller: Caller, path: str, **query: str) -> list[dict[str, Any]]:
    answer = caller.get(path, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


def keep(caller: Caller, path: str, kind: Kind, item: str) -> None:
    assert caller.put(f"{path}/{kind}/{item}").status_code == 204


def counted(visitor: Caller) -> tuple[int, int]:
    found = Visitor.objects.get(id=visitor.id)
    return found.favourites, found.history


@pytest.mark.parametrize("path", LISTS)
def test_a_live_item_is_kept_once_and_shown_with_its_card(visitor: Caller, path: str) -> None:
    item = create_live(Kind.TRACKS, title="测试赛道")
    for _ in range(2):
        keep(visitor, path, Kind.TRACKS, item.id)
    (kept,) = items(visitor, path)
    assert (kept["kind"], kept["item"], kept["gone"]) == ("tracks", item.id, False)
    assert (kept["card"]["title"], kept["card"]["slug"]) == ("测试赛道", item.slug)
    assert visitor.delete(f"{path}/tracks/{item.id}").status_code == 204
    assert items(visitor, path) == []
    assert code(visitor.delete(f"{path}/tracks/{item.id}")) == (404, "not_found")
    assert counted(visitor) == (0, 0)


@pytest.mark.parametrize("path", LISTS)
def test_an_item_that_went_offline_is_shown_as_gone(visitor: Caller, path: str) -> None:
    item = create_live(Kind.TRACKS, title=SECRET)
    keep(visitor, path, Kind.TRACKS, item.id)
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    answer = visitor.get(path)
    (kept,) = answer.get_json()["items"]
    assert (kept["item"], kept["gone"], kept["card"]) == (item.id, True, None)
    assert SECRET not in answer.text
    assert visitor.delete(f"{path}/tracks/{item.id}").status_code == 204


@pytest.mark.parametrize("path", LISTS)
def test_only_what_is_live_can_be_kept(visitor: Caller, path: str) -> None:
    draft, live = create(Kind.TRACKS), create_live(Kind.TRACKS)
    for kind, item in (
        ("tracks", draft.id),
        ("tracks", "absent"),
        ("projects", live.id),
        ("nothing", live.id),
        ("tracks", live.slug),
        ("$ne", live.id),
    ):
        assert code(visitor.put(f"{path}/{kind}/{item}")) == (404, "not_found")
    assert items(visitor, path) == []


@pytest.mark.parametrize("path", LISTS)
def test_pages_follow_each_other_without_gap_or_double(visitor: Caller, path: str) -> None:
    kept = [create_live(Kind.FAQS).id for _ in range(7)]
    for item in kept:
        keep(visitor, path, Kind.FAQS, item)
    found: list[str] = []
    query = {"limit": "3"}
    for _ in range(3):
        page = visitor.get(path, **query).get_json()
        found += [one["item"] for one in page["items"]]
        query = {"limit": "3", "cursor": page["next_cursor"]}
    assert page["next_cursor"] is None
    assert found == kept[::-1]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_can_be_cut_to_a_kind(visitor: Caller, path: str) -> None:
    track, faq = create_live(Kind.TRACKS), create_live(Kind.FAQS)
    keep(visitor, path, Kind.TRACKS, track.id)
    keep(visitor, path, Kind.FAQS, faq.id)
    assert [one["item"] for one in items(visitor, path, kind="faqs")] == [faq.id]
    assert code(visitor.get(path, kind="nothing")) == (400, "invalid")


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_we_did_not_give_is_refused(visitor: Caller, path: str) -> None:
    assert code(visitor.get(path, cursor="AAAAAAAAAAAAAAAA")) == (400, "bad_cursor")


@pytest.mark.parametrize("path", LISTS)
def test_a_page_costs_the_same_queries_however_long_it_is(visitor: Caller, path: str) -> None:
    costs = []
    for count in (2, 10):
        for _ in range(count):
            keep(visitor, path, Kind.FAQS, create_live(Kind.FAQS).id)
        reads = profiled(lambda: items(visitor, path))
        assert not [read for read in reads if "COLLSCAN" in read.stages]
        costs.append(len(reads))
    assert costs[0] == costs[1] <= 4, "session, visitor, list, cards"


@pytest.mark.parametrize("path", LISTS)
def test_each_visitor_has_their_own(visitor: Caller, other: Caller, path: str) -> None:
    item = create_live(Kind.TRACKS)
    keep(other, path, Kind.TRACKS, item.id)
    assert items(visitor, path) == []
    assert code(visitor.delete(f"{path}/tracks/{item.id}")) == (404, "not_found")
    assert len(items(other, path)) == 1


def test_favourites_are_bounded(visitor: Caller) -> None:
    first, second = create_live(Kind.TRACKS), create_live(Kind.TRACKS)
    Visitor.objects(id=visitor.id).update(set__favourites=favourites.MAX - 1)
    keep(visitor, "/me/favourites", Kind.TRACKS, first.id)
    answer = visitor.put(f"/me/favourites/tracks/{second.id}")
    assert code(answer) == (409, "list_full")
    keep(visitor, "/me/favourites", Kind.TRACKS, first.id)
    assert Favourite.objects.count() == 1


def test_the_oldest_of_the_history_gives_way(
    visitor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX", 3)
    read = [create_live(Kind.FAQS).id for _ in range(5)]
    for item in read:
        keep(visitor, "/me/history", Kind.FAQS, item)
    assert [one["item"] for one in items(visitor, "/me/history")] == read[:1:-1]
    assert counted(visitor) == (0, 3)


def test_reading_again_puts_an_item_first(visitor: Caller) -> None:
    one, two = create_live(Kind.FAQS).id, create_live(Kind.FAQS).id
    for item in (one, two, one):
        keep(visitor, "/me/history", Kind.FAQS, item)
    assert [found["item"] for found in items(visitor, "/me/history")] == [one, two]


def test_the_history_can_be_switched_off_and_what_was_kept_goes(visitor: Caller) -> None:
    item = create_live(Kind.FAQS).id
    keep(visitor, "/me/history", Kind.FAQS, item)
    body = {"revision": visitor.me()["revision"], "keeps_history": False}
    assert visitor.patch("/me", body).get_json()["keeps_history"] is False
    assert HistoryEntry.objects.count() == 0
    keep(visitor, "/me/history", Kind.FAQS, item)
    assert items(visitor, "/me/history") == []
    body = {"revision": visitor.me()["revision"], "keeps_history": True}
    visitor.patch("/me", body)
    keep(visitor, "/me/history", Kind.FAQS, item)
    assert counted(visitor) == (0, 1)


def test_the_history_can_be_cleared(visitor: Caller, sign_in: Callable[..., Caller]) -> None:
    other = sign_in("B")
    for caller in (visitor, other):
        keep(caller, "/me/history", Kind.FAQS, create_live(Kind.FAQS).id)
    assert visitor.delete("/me/history").status_code == 204
    assert items(visitor, "/me/history") == []
    assert len(items(other, "/me/history")) == 1
    assert counted(visitor) == (0, 0)
