"""What staff do to the results of a search: promoted items, synonyms."""

from models.enums import Kind
from services import publishing
from services.search import promotions, synonyms
from tests.factories import ACTOR, create_live
from tests.services.search.asking import ask, expire_now, project, titles


def test_promoted_items_come_first_once() -> None:
    items = [project(f"低空物流{number}") for number in range(3)]
    stranger = create_live(Kind.VENUES, title="服务中心")
    chosen = [(Kind.VENUES, stranger.id), (Kind.PROJECTS, items[2].id)]
    promotions.promote(ACTOR, "低空 物流！", chosen)
    hits = ask("低空物流")
    order = [stranger.id, items[2].id, items[0].id, items[1].id]
    assert [hit["id"] for hit in hits.items] == order
    assert [hit["promoted"] for hit in hits.items] == [True, True, False, False]
    assert hits.total == 4
    assert {"kind": "venues", "count": 1} in hits.facets["kinds"]
    assert not any(hit["promoted"] for hit in ask("低空").items)
    second = ask("低空物流", limit=1, offset=1).items
    assert [(hit["id"], hit["promoted"]) for hit in second] == [(items[2].id, True)]


def test_promoted_items_that_are_offline_or_filtered_out_are_left_out() -> None:
    gone, stays = project("低空一号"), project("低空二号")
    expiring = create_live(Kind.SITES, title="低空园区")
    chosen = [(Kind.PROJECTS, gone.id), (Kind.SITES, expiring.id), (Kind.PROJECTS, stays.id)]
    promotions.promote(ACTOR, "低空", chosen)
    publishing.unpublish(Kind.PROJECTS, gone.id, actor=ACTOR)
    assert [hit["id"] for hit in ask("低空").items] == [expiring.id, stays.id]
    assert ask("低空").total == 2
    assert [hit["id"] for hit in ask("低空", kind="projects").items] == [stays.id]
    expire_now(Kind.SITES, expiring.id)
    assert [hit["id"] for hit in ask("低空").items] == [stays.id]
    assert ask("低空").total == 1


def test_a_promoted_item_answers_what_nothing_has() -> None:
    item = project("储能")
    promotions.promote(ACTOR, "电话多少", [(Kind.PROJECTS, item.id)])
    hits = ask("电话多少")
    assert [hit["promoted"] for hit in hits.items] == [True]
    assert not hits.loose


def test_synonyms_work_both_ways_and_below_the_word_itself() -> None:
    project("集成电路设计")
    project("芯片设计")
    synonyms.add(ACTOR, ["芯片", "集成电路"])
    assert titles("芯片") == ["芯片设计", "集成电路设计"]
    assert titles("集成电路") == ["集成电路设计", "芯片设计"]
    assert titles("集成电路设计") == ["集成电路设计", "芯片设计"]


def test_a_word_is_a_synonym_only_as_a_whole() -> None:
    project("人工智能")
    project("air cargo")
    synonyms.add(ACTOR, ["AI", "人工智能"])
    assert titles("ai") == ["人工智能"]
    assert titles("air") == ["air cargo"]
    assert titles("AI") == titles("ＡＩ") == ["人工智能"]
