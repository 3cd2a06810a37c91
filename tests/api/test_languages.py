"""The language of an answer: `?lang=`, then Accept-Language, then Chinese; fallback is marked."""

import pytest
from flask.testing import FlaskClient

from models.content import Content
from models.enums import Kind, Language
from services import content
from tests.api.complete import create_items
from tests.api.surface import API, LISTED
from tests.factories import ACTOR, create, create_live, publish


def _translated(kind: Kind, **texts: str) -> Content:
    document = create(kind, summary="测试摘要")
    document = content.translate(
        kind, document.id, Language.EN, texts, revision=document.revision, actor=ACTOR
    )
    return publish(document)


@pytest.mark.parametrize(
    ("query", "header", "expected"),
    [
        ("", None, "zh-CN"),
        ("", "en", "en"),
        ("", "en-GB,en;q=0.8", "en"),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "en;q=0.5,zh;q=0.9", "zh-CN"),
        ("", "fr-FR", "zh-CN"),
        ("", "fr,en;q=0.2", "en"),
        ("", "*", "zh-CN"),
        ("", ";;q=,,", "zh-CN"),
        ("lang=en", "zh-CN", "en"),
        ("lang=zh-CN", "en", "zh-CN"),
        ("lang=en", None, "en"),
    ],
)
def test_the_parameter_decides_then_the_header_then_chinese(
    client: FlaskClient, query: str, header: str | None, expected: str
) -> None:
    item = _translated(Kind.TRACKS, title="English title")
    headers = {"Accept-Language": header} if header else {}
    for path in ("tracks", f"tracks/{item.id}", "home"):
        answer = client.get(f"{API}/{path}?{query}", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["Content-Language"] == expected
        assert "Accept-Language" in answer.headers["Vary"]
        assert ("English title" in answer.text) is (expected == "en")


@pytest.mark.parametrize("wrong", ["fr", "zh", "EN", "en-US", "", "en,zh", "zh_CN"])
def test_an_unknown_language_is_refused(client: FlaskClient, wrong: str) -> None:
    answer = client.get(f"{API}/home", query_string={"lang": wrong})
    assert answer.status_code == 400
    assert list(answer.get_json()["error"]["fields"]) == ["lang"]


@pytest.mark.parametrize("kind", LISTED)
def test_what_has_no_translation_falls_back_with_a_mark(client: FlaskClient, kind: Kind) -> None:
    item = create_live(kind)
    for path in (f"{kind}", f"{kind}/{item.id}"):
        answer = client.get(f"{API}/{path}?lang=en").get_json()
        card = answer["items"][0] if "items" in answer else answer
        assert card["title"] == item.title
        assert card["language"] == "zh-CN"
        assert card["translation"] == "missing"


def test_the_mark_tells_how_complete_a_translation_is(client: FlaskClient) -> None:
    partial = _translated(Kind.SITES, title="Title")
    current = _translated(Kind.SITES, title="Title", summary="Summary")
    behind = _translated(Kind.SITES, title="Title", summary="Summary")
    changed = content.update(
        Kind.SITES, behind.id, {"summary": "新的测试摘要"}, revision=behind.revision, actor=ACTOR
    )
    publish(changed)
    marks = {
        item["id"]: (item["language"], item["translation"], item["title"])
        for item in client.get(f"{API}/sites?lang=en").get_json()["items"]
    }
    assert marks == {
        partial.id: ("en", "partial", "Title"),
        current.id: ("en", "current", "Title"),
        behind.id: ("en", "behind", "Title"),
    }
    chinese = client.get(f"{API}/sites?lang=zh-CN").get_json()["items"]
    assert {(item["language"], item["translation"]) for item in chinese} == {("zh-CN", "original")}


def test_labels_and_figures_are_in_the_language_of_the_answer(client: FlaskClient) -> None:
    items = create_items()
    path = f"{API}/tracks/{items[Kind.TRACKS].id}"
    chinese, english = (client.get(f"{path}?lang={one}").get_json() for one in ("zh-CN", "en"))
    assert chinese["class_label"] == "重点实施类"
    assert english["class_label"] == "Priority"
    assert chinese["class"] == english["class"] == "priority"
    assert chinese["figures"][0]["display"] == "超500亿元"
    assert english["figures"][0]["display"] == "over CNY 50 billion"
    assert chinese["figures"][0]["stale"] is True
    assert english["figures"][0]["metric"].startswith("English")


def test_linked_and_related_cards_are_in_the_language_of_the_answer(client: FlaskClient) -> None:
    items = create_items()
    path = f"{API}/projects/{items[Kind.PROJECTS].id}"
    english = client.get(f"{path}?lang=en").get_json()
    assert english["site"]["title"] == "English title"
    assert english["tracks"][0]["title"] == "English title"
    assert {card["title"] for card in english["related"]["routes"]} == {"English title"}
    chinese = client.get(f"{path}?lang=zh-CN").get_json()
    assert chinese["site"]["title"].startswith("测试")


def test_the_home_page_is_in_one_language(client: FlaskClient) -> None:
    create_items()
    english = client.get(f"{API}/home?lang=en").get_json()
    assert [group["label"] for group in english["tracks"]] == [
        *("Breakthrough", "Priority", "Emerging"),
    ]
    assert english["film"]["title"] == english["venue"]["title"] == "English title"
    chinese = client.get(f"{API}/home").get_json()
    assert [group["label"] for group in chinese["tracks"]] == [
        *("聚焦突破类", "重点实施类", "加快布局类"),
    ]
