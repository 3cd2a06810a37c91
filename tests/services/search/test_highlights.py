"""Where a query stands: ranges in what is shown, in code points, whatever form was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import Kind, Language
from services import content, publishing
from services.search import highlights, synonyms, text
from services.search.asked import Query
from tests.factories import ACTOR, create
from tests.services.search.asking import article, ask, marked, project


@pytest.mark.parametrize(
    ("title", "query", "pieces"),
    [
        ("新能源汽车", "能源", ["能源"]),
        ("新能源汽车", "新 汽车", ["汽车"]),
        ("芯片与芯片封装", "芯片", ["芯片", "芯片"]),
        ("ＲＣＥＰ 健康（Ａ）", "rcep", ["ＲＣＥＰ"]),
        ("RCEP健康产业", "ｒｃｅｐ", ["RCEP"]),
        ("Caﬁ café 5G", "CAFE", ["café"]),
        ("😀低空😀经济", "低空", ["低空"]),
        ("𠮷野家食品", "食品", ["食品"]),
        ("投资152.66亿元项目", "152.66亿元", ["152.66亿元"]),
        ("İstanbul 航线", "航线", ["航线"]),
        ("新能源汽车", "nengyuan", ["能源"]),
        ("新能源汽车", "xnyqc", ["新能源汽车"]),
        ("打造5个1工具箱", "gongju", ["工具"]),
        ("重庆银行项目", "chongqing", ["重庆"]),
    ],
)
def test_the_title_is_marked_where_the_query_stands(
    title: str, query: str, pieces: list[str]
) -> None:
    project(title)
    assert ask(query).items[0]["title"] == title
    assert marked(query) == pieces


def test_all_forms_of_a_word_are_marked() -> None:
    item = create(Kind.PROJECTS, title="无人机", summary="一架无人机")
    texts = {"title": "Drones for every drone pilot", "summary": "A DRONE, not a droning."}
    content.translate(
        Kind.PROJECTS, item.id, Language.EN, texts, revision=item.revision, actor=ACTOR
    )
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR)
    assert marked("drones", language="en") == ["Drones", "drone"]
    assert marked("drones", "summary", "en")[:1] == ["DRONE"]


@pytest.mark.parametrize("title", ["Energy storage", "储能 energy storage"])
def test_pinyin_marks_nothing_in_a_translation(title: str) -> None:
    item = create(Kind.PROJECTS, title="新能源：电站 储能")
    content.translate(
        Kind.PROJECTS, item.id, Language.EN, {"title": title}, revision=item.revision, actor=ACTOR
    )
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR)
    for query in ("dianzhan", "chuneng", "xny"):
        assert marked(query, language="en") == []
        assert marked(query) != []


def test_a_synonym_is_marked_where_it_stands() -> None:
    project("集成电路设计", summary="面向半导体的设计。")
    synonyms.add(ACTOR, ["芯片", "集成电路", "半导体"])
    assert marked("芯片") == ["集成电路"]
    assert marked("芯片", "summary") == ["半导体"]


def test_what_is_put_as_a_question_is_marked_without_the_asking() -> None:
    project("标准地出让")
    assert marked("请问标准地有哪些") == ["标准地"]


def test_the_snippet_is_the_piece_that_has_most_of_the_query() -> None:
    filler = "其他内容，" * 40
    article("公告", f"封装。{filler}关于芯片封装测试的安排。{filler}测试")
    assert marked("芯片 封装", "snippet") == ["芯片封装"]
    snippet = ask("芯片 封装").items[0]["highlights"]["snippet"]
    assert len(snippet["text"]) <= highlights.LENGTH
    assert snippet["text"].startswith("关于芯片封装测试")


def test_without_the_query_in_the_body_there_is_no_snippet() -> None:
    article("低空经济", "正文另有所述")
    found = ask("低空经济").items[0]["highlights"]
    assert found == {"title": [[0, 4]], "summary": [], "snippet": None}


def test_mark_up_is_never_in_a_highlight() -> None:
    article("规定", "推行<strong>并联</strong>审批 &lt;b&gt;")
    snippet = ask("并联审批").items[0]["highlights"]["snippet"]
    assert "<strong>" not in snippet["text"]
    assert marked("并联审批", "snippet") == ["并联审批"]


@given(st.text(max_size=40), st.text(max_size=200), st.text(min_size=1, max_size=12))
def test_ranges_lie_within_the_text_in_order_and_apart(title: str, body: str, query: str) -> None:
    asked = Query(text.normalise(query))
    head = "\x1e".join((text.tidy(title), "", text.tidy(title)))
    terms = highlights.terms_of([asked], partly=True)
    spelt = {"title": "", "names": ""}
    found = highlights.mark({"head": head, "body": text.tidy(body)}, spelt, [asked], terms)
    snippet = found["snippet"] or {"text": "", "ranges": []}
    for shown, ranges in (
        (title, found["title"]),
        (title, found["summary"]),
        (snippet["text"], snippet["ranges"]),
    ):
        edges = [edge for one in ranges for edge in one]
        assert edges == sorted(set(edges))
        assert not edges or 0 <= edges[0] < edges[-1] <= len(shown)
