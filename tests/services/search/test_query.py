"""Searching: what is found, in which order, limited to what, with which facets."""

import itertools
import time

import pytest

from models.enums import Kind, Language
from services import content, publishing
from services.search import promotions
from tests.factories import ACTOR, create, create_live
from tests.services.search.asking import article, ask, expire_now, project, titles, track

CHINESE = "封装测试"


def test_nothing_is_found_where_nothing_is() -> None:
    hits = ask(CHINESE)
    assert (hits.items, hits.total, hits.next_offset, hits.loose) == ([], 0, None, False)
    assert hits.facets == {"kinds": [], "tracks": []}


@pytest.mark.parametrize(
    "query",
    [
        *("芯片封装测试", "封装测试", "封装测", "封装", "装测试项", "芯片 测试", "测试，芯片！"),
        *("xinpianfengzhuang", "xin pian", "xpfz", "fengzhuang", "fengzhuangce", "xpfzcs"),
        *("Chip packaging", "packaged chips", "chip pack", "chip", "packag", "ＣＨＩＰ"),
        *("集成电路 封测", "jichengdianlu", "高密度互联", "lead frame"),
    ],
)
def test_one_item_is_found_in_many_ways(query: str) -> None:
    item = create(
        Kind.PROJECTS,
        title="芯片封装测试项目",
        summary="面向高密度互联的封测产线。",
        tags=["集成电路"],
    )
    texts = {"title": "Chip packaging and testing", "summary": "Lines for lead frames."}
    content.translate(
        Kind.PROJECTS, item.id, Language.EN, texts, revision=item.revision, actor=ACTOR
    )
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR)
    project("储能系统集成")
    hits = ask(query)
    assert [hit["id"] for hit in hits.items] == [item.id]
    assert hits.total == 1
    assert not hits.loose


@pytest.mark.parametrize(
    "query", ["封装线", "测试芯片", "zhuangfeng", "xpcs", "packing chipper", "芯"]
)
def test_what_only_looks_alike_is_not_the_whole_query(query: str) -> None:
    project("芯片封装测试项目", summary="Chip packaging")
    hits = ask(query)
    assert hits.loose or not hits.items or query == "芯"


def test_the_best_part_decides() -> None:
    in_body = article("动态", "本地有海水淡化企业")
    in_summary = project("装备", summary="用于海水淡化的装备")
    in_names = project("膜材料", tags=["海水淡化"])
    within = project("青岛海水淡化基地")
    begins = project("海水淡化基地")
    exact = project("海水淡化")
    ids = [hit["id"] for hit in ask("海水淡化").items]
    assert ids == [one.id for one in (exact, begins, within, in_names, in_summary, in_body)]


def test_among_equals_the_kind_decides_then_staff() -> None:
    second = project("无人机试飞")
    first = project("无人机试飞")
    subject = track("无人机试飞")
    publishing.reorder(Kind.PROJECTS, [first.id, second.id], actor=ACTOR)
    assert [hit["id"] for hit in ask("无人机试飞").items] == [subject.id, first.id, second.id]


def test_a_shorter_title_says_more() -> None:
    project("青岛国际枢纽港多式联运物流园区")
    project("枢纽港物流")
    assert titles("物流") == ["枢纽港物流", "青岛国际枢纽港多式联运物流园区"]


@pytest.mark.parametrize("query", ["芯", "5", "芯 片", "a"])
def test_single_characters_are_found_in_titles(query: str) -> None:
    item = project("5 a 芯片")
    assert [hit["id"] for hit in ask(query).items] == [item.id]


@pytest.mark.parametrize(
    "query",
    [
        *("？！", "😀", "*.+?^${}()|[]\\", "\\", "/.*/", "__", "(?=a)", "the of and", "-", "\x00"),
        *("9" * 60, "a" * 60, "长" * 60, "ai " * 20, "1 " * 30, "啊" * 200, "$where", "{$gt: 1}"),
        *("\ud7ff\ufffd", "İ" * 30, "\u202etest", "xi'an'xi'an", "zh" * 30, "0x7f", "1e309", "NaN"),
    ],
)
def test_any_query_is_answered_at_once(query: str) -> None:
    project("芯片封装测试项目", summary="a.b 1 of 2")
    began = time.monotonic()
    hits = ask(query)
    assert hits.total == len(hits.items) <= 1
    assert time.monotonic() - began < 10


def test_metacharacters_stand_for_themselves() -> None:
    project("任意芯片")
    article("规则", "支持 c++ 与 .net 等")
    assert titles("任.芯片", kind="tracks") == []
    assert not [title for title in titles("任意.*") if title != "任意芯片"]
    assert titles(".net") == ["规则"]


def test_stop_words_are_not_demanded() -> None:
    item = create(Kind.FAQS, title="预约")
    content.translate(
        Kind.FAQS,
        item.id,
        Language.EN,
        {"title": "Book a visit"},
        revision=item.revision,
        actor=ACTOR,
    )
    publishing.publish(Kind.FAQS, item.id, actor=ACTOR)
    assert titles("how do I book the visit", "en") == ["Book a visit"]


def test_asking_is_left_out() -> None:
    create_live(Kind.FAQS, title="标准地怎样出让")
    project("土石方施工")
    for query in ("什么是标准地", "请问标准地有哪些", "标准地在哪里呢", "我想了解标准地"):
        assert titles(query)[:1] == ["标准地怎样出让"], query
    assert not ask("什么是标准地").loose


def test_what_has_most_of_it_follows_or_stands_in() -> None:
    both = project("氢能客车产线")
    only = project("氢能装备")
    project("光伏玻璃")
    hits = ask("氢能客车")
    assert [hit["id"] for hit in hits.items] == [both.id, only.id]
    assert not hits.loose
    hits = ask("氢能轮船")
    assert {hit["id"] for hit in hits.items} == {both.id, only.id}
    assert hits.loose
    assert ask("量子轮船").items == []


def test_what_is_rare_tells_more() -> None:
    for number in range(8):
        project(f"青岛产业基地{number}")
    rare = project("泵阀装备")
    assert ask("青岛泵阀").items[0]["id"] == rare.id


def test_filters_by_kind_and_track() -> None:
    first, other = track("储能"), track("光伏")
    both = project("储能电站", tracks=[first.id, other.id])
    own = project("储能电池", tracks=[first.id])
    site = create_live(Kind.SITES, title="储能园区", tracks=[other.id])
    every = {first.id, both.id, own.id, site.id}
    assert {hit["id"] for hit in ask("储能").items} == every
    assert {hit["id"] for hit in ask("储能", kind="projects").items} == {both.id, own.id}
    for name in (first.id, first.slug):
        assert {hit["id"] for hit in ask("储能", track=name).items} == {both.id, own.id}
        found = ask("储能", kind="projects", track=name)
        assert {hit["id"] for hit in found.items} == {both.id, own.id}
        assert found.total == 2
    assert ask("储能", track="absent").items == []
    assert ask("储能", kind="films").total == 0
    assert not ask("储能", kind="films").loose


def test_a_filter_finds_what_stands_behind_many(many: None) -> None:
    del many
    last = create_live(Kind.FILMS, title="共同词语的影片", language="zh-CN")
    assert [hit["id"] for hit in ask("共同词语", kind="films").items] == [last.id]


def test_facets_count_what_is_found() -> None:
    first, other = track("储能甲"), track("储能乙")
    project("储能电站", tracks=[first.id, other.id])
    project("储能电池", tracks=[first.id])
    create_live(Kind.SITES, title="储能园区", tracks=[other.id])
    kinds = [{"kind": "projects", "count": 2}, {"kind": "tracks", "count": 2}]
    everything = ask("储能", limit=1).facets
    assert everything["kinds"] == [*kinds, {"kind": "sites", "count": 1}]
    counts = {one["track"]: one["count"] for one in everything["tracks"]}
    assert counts == {first.slug: 2, other.slug: 2}
    # A facet tells what choosing another of its values would give.
    assert ask("储能", kind="sites").facets["kinds"] == everything["kinds"]
    assert ask("储能", kind="sites").facets["tracks"] == [{"track": other.slug, "count": 1}]
    chosen = ask("储能", track=other.slug).facets
    assert chosen["kinds"] == [{"kind": "projects", "count": 1}, {"kind": "sites", "count": 1}]
    assert {one["track"]: one["count"] for one in chosen["tracks"]} == counts


@pytest.mark.parametrize("size", [1, 3, 4, 20])
def test_pages_hold_every_hit_once(size: int) -> None:
    ids = {project(f"新材料{number}号").id for number in range(8)}
    promotions.promote(ACTOR, "新材料", [(Kind.PROJECTS, sorted(ids)[3])])
    whole = [hit["id"] for hit in ask("新材料").items]
    pages, offset = [], 0
    for _ in range(10):
        hits = ask("新材料", limit=size, offset=offset)
        pages.append([hit["id"] for hit in hits.items])
        assert hits.total == 8
        if hits.next_offset is None:
            break
        offset = hits.next_offset
    assert list(itertools.chain(*pages)) == whole
    assert set(whole) == ids
    assert ask("新材料", limit=20, offset=100).items == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_drafts_are_never_found(language: str) -> None:
    create(Kind.PROJECTS, title="绝密草稿", summary="绝密草稿", tags=["绝密草稿"])
    assert ask("绝密草稿", language).items == []


def test_expired_items_are_not_found_even_before_a_worker_comes() -> None:
    item = project("过期项目")
    expire_now(Kind.PROJECTS, item.id)
    assert ask("过期项目").total == 0


def test_english_falls_back_to_chinese() -> None:
    project("仅有中文")
    (hit,) = ask("仅有中文", "en").items
    assert (hit["title"], hit["language"], hit["translation"]) == ("仅有中文", "zh-CN", "missing")
    assert hit["highlights"]["title"] == [[0, 4]]
