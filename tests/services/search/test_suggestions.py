"""Suggestions while typing: in characters, words, pinyin and initials; live titles only."""

import pytest

from models.enums import Kind, Language
from services import content, publishing
from services.search import suggestions
from tests.factories import ACTOR, create, create_live
from tests.services.search.asking import project, suggested, track


@pytest.mark.parametrize(
    "typed",
    [
        *("新", "新能", "新能源", "新能源汽", "能源", "汽车产"),
        *(
            "x",
            "xin",
            "xinn",
            "xinneng",
            "xinnengyuanq",
            "xny",
            "xnyqc",
            "XNY",
            "xin neng",
            "qiche",
        ),
        *("new", "New en", "energ", "vehicles"),
    ],
)
def test_a_title_is_suggested_while_it_is_typed(typed: str) -> None:
    item = create(Kind.PROJECTS, title="新能源汽车产线")
    texts = {"title": "New energy vehicles"}
    content.translate(
        Kind.PROJECTS, item.id, Language.EN, texts, revision=item.revision, actor=ACTOR
    )
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR)
    project("光伏玻璃")
    assert suggested(typed) == ["新能源汽车产线"]
    assert suggested(typed, "en") == ["New energy vehicles"]


@pytest.mark.parametrize("typed", ["zhongdian", "chongdian", "zd", "cd"])
def test_each_reading_of_a_character_suggests_it(typed: str) -> None:
    project("重点企业")
    assert suggested(typed) == ["重点企业"]


@pytest.mark.parametrize(
    "typed", ["", "   ", "？！", "😀", "\x00", ".*", "没有这个", "zzz", "a" * 60]
)
def test_nothing_is_suggested_for_what_no_title_has(typed: str) -> None:
    project("新能源汽车")
    assert suggested(typed) == []


def test_titles_that_begin_so_come_first_then_the_kind_decides() -> None:
    project("青岛低空产业")
    project("低空物流")
    track("低空经济")
    assert suggested("低空") == ["低空经济", "低空物流", "青岛低空产业"]


def test_there_are_at_most_ten() -> None:
    for number in range(14):
        project(f"储能电站{number}号")
    found = suggested("储能")
    assert len(found) == len(set(found)) == suggestions.SUGGESTIONS_MAX == 10


def test_only_what_is_live_is_suggested() -> None:
    create(Kind.PROJECTS, title="绝密草稿")
    gone = project("绝密下线")
    publishing.unpublish(Kind.PROJECTS, gone.id, actor=ACTOR)
    assert suggested("绝密") == suggested("jm") == []


def test_a_suggestion_tells_kind_id_slug_and_title() -> None:
    item = create_live(Kind.SITES, title="枢纽港", slug="hub-port")
    assert suggestions.suggest("枢纽", Language.ZH_CN) == [
        {"kind": "sites", "id": item.id, "slug": "hub-port", "title": "枢纽港"}
    ]
