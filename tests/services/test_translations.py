"""Translations: bound to the very text they were made from, found again after any reordering."""

from typing import Any

import pytest

from core.errors import Conflict, Invalid
from models.content import Content
from models.enums import Kind, Language, TranslationStatus
from models.registry import CONTENT
from services import content, translations
from tests.factories import ACTOR, create, create_maximal, dummy_figure, dummy_stops

EN = Language.EN


def translated(document: Content, **texts: str | None) -> Content:
    return translate(document, texts)


def translate(document: Content, texts: dict[str, str | None]) -> Content:
    return content.translate(
        document.KIND, document.id, EN, texts, revision=document.revision, actor=ACTOR
    )


def changed(document: Content, **fields: Any) -> Content:
    return content.update(
        document.KIND, document.id, fields, revision=document.revision, actor=ACTOR
    )


def status(document: Content) -> TranslationStatus:
    return translations.status(translations.texts(document, EN), EN)


def faq() -> Content:
    """A question with three texts: title, answer and topic."""
    return create(Kind.FAQS, title="怎样落户", answer="<p>请联系我们</p>", topic="落户")


def english(document: Content) -> Content:
    return translate(
        document, {"title": "How to settle", "answer": "<p>Ask us</p>", "topic": "Settling"}
    )


def test_nothing_translated_is_missing() -> None:
    assert status(faq()) is TranslationStatus.MISSING


def test_something_translated_is_partial() -> None:
    assert status(translated(faq(), title="How to settle")) is TranslationStatus.PARTIAL


def test_everything_translated_is_current() -> None:
    assert status(english(faq())) is TranslationStatus.CURRENT


def test_a_changed_original_leaves_its_translation_behind() -> None:
    document = changed(english(faq()), title="怎样在这里落户")
    assert status(document) is TranslationStatus.BEHIND
    assert [text.path for text in translations.texts(document, EN) if text.behind] == ["title"]


def test_the_original_as_it_was_makes_the_translation_current_again() -> None:
    document = changed(english(faq()), title="怎样在这里落户")
    assert status(changed(document, title="怎样落户")) is TranslationStatus.CURRENT


def test_renewing_what_is_behind_makes_it_current() -> None:
    document = changed(english(faq()), title="怎样在这里落户")
    document = translated(document, title="How to settle here")
    assert status(document) is TranslationStatus.CURRENT


def test_renewing_one_text_does_not_renew_the_others() -> None:
    document = changed(english(faq()), title="新题", topic="新主题")
    document = translated(document, title="New title")
    assert [text.path for text in translations.texts(document, EN) if text.behind] == ["topic"]


def test_a_change_elsewhere_leaves_translations_current() -> None:
    assert status(changed(english(faq()), featured=True)) is TranslationStatus.CURRENT


def test_a_new_text_makes_it_partial() -> None:
    assert status(changed(english(faq()), summary="摘要")) is TranslationStatus.PARTIAL


def test_the_original_language_is_the_original() -> None:
    document = english(faq())
    same, stands = translations.localise(document, Language.ZH_CN)
    assert stands is TranslationStatus.ORIGINAL
    assert same.title == "怎样落户"


def test_texts_without_translation_fall_back_to_the_original() -> None:
    localised, stands = translations.localise(translated(faq(), title="How to settle"), EN)
    assert (localised.title, localised.topic) == ("How to settle", "落户")
    assert stands is TranslationStatus.PARTIAL


def test_a_translation_that_is_behind_is_still_shown() -> None:
    localised, stands = translations.localise(changed(english(faq()), title="新题"), EN)
    assert localised.title == "How to settle"
    assert stands is TranslationStatus.BEHIND


def test_localising_leaves_the_original_alone() -> None:
    document = english(faq())
    translations.localise(document, EN)
    assert document.title == "怎样落户"


def test_a_translation_follows_its_part_when_the_list_is_reordered() -> None:
    stops = dummy_stops(2)
    document = create(Kind.ROUTES, stops=stops)
    document = translate(
        document, {"stops.stop-1.title": "First stop", "stops.stop-2.title": "Second stop"}
    )
    document = changed(document, stops=[stops[1], stops[0]])
    localised, _ = translations.localise(document, EN)
    assert [stop.title for stop in localised.stops] == ["Second stop", "First stop"]


def test_a_removed_part_takes_its_translation_out_of_sight() -> None:
    document = create(Kind.TRACKS, figures=[dummy_figure(key="a"), dummy_figure(key="b")])
    document = translate(document, {"title": "T", "figures.b.metric": "B"})
    document = changed(document, figures=[dummy_figure(key="a")])
    assert [text.path for text in translations.texts(document, EN)] == ["title", "figures.a.metric"]
    assert translations.localise(document, EN)[1] is TranslationStatus.PARTIAL


def test_removing_a_translation_brings_the_original_back() -> None:
    document = translated(english(faq()), title=None)
    assert translations.localise(document, EN)[0].title == "怎样落户"
    assert status(document) is TranslationStatus.PARTIAL


def test_removing_what_is_not_there_changes_nothing() -> None:
    assert status(translated(faq(), title=None)) is TranslationStatus.MISSING


@pytest.mark.parametrize(
    "path",
    [
        *("slug", "order", "nothing", "figures.scale.unit", "figures.none.metric", "title.x"),
        *("", "summary", "state", "translations.0.text", "topic_key"),
    ],
)
def test_a_path_without_translatable_text_is_refused(path: str) -> None:
    document = faq()
    with pytest.raises(Invalid) as refused:
        translate(document, {"title": "How", path: "x"})
    assert refused.value.fields == {path: "bad_translation_path"}
    assert status(content.get(Kind.FAQS, document.id)) is TranslationStatus.MISSING


@pytest.mark.parametrize("texts", [{"title": "题"}, {"title": None}, {}])
def test_there_is_no_translation_into_the_language_of_the_originals(
    texts: dict[str, str | None],
) -> None:
    document = faq()
    with pytest.raises(Invalid) as refused:
        content.translate(Kind.FAQS, document.id, Language.ZH_CN, texts, revision=1, actor=ACTOR)
    assert refused.value.fields == {"language": "choice"}
    assert content.get(Kind.FAQS, document.id).revision == 1


def test_a_translation_that_comes_along_is_in_another_language_too() -> None:
    entry = {**english(faq()).stored()["translations"][0], "language": "zh-CN"}
    with pytest.raises(Invalid) as refused:
        changed(faq(), translations=[entry])
    assert refused.value.fields == {"translations.0.language": "choice"}


def test_rich_text_is_cleaned_in_every_language() -> None:
    document = translated(faq(), answer='<p onclick="x">Ask <script>x</script>us</p>')
    assert translations.localise(document, EN)[0].answer == "<p>Ask us</p>"


def test_rich_text_that_comes_along_with_the_fields_is_cleaned_too() -> None:
    source = english(faq()).stored()["translations"]
    hostile = [{**entry, "text": "<script>x</script>a"} for entry in source]
    document = changed(faq(), translations=hostile)
    by_path = {entry.path: entry.text for entry in document.translations}
    assert by_path["answer"] == "a"


def test_plain_text_is_not_taken_for_markup() -> None:
    document = translated(faq(), title="a < b & c")
    assert translations.localise(document, EN)[0].title == "a < b & c"


def test_an_empty_translation_is_refused() -> None:
    with pytest.raises(Invalid):
        translated(faq(), title="")


def test_translating_moves_the_revision_and_refuses_a_stale_one() -> None:
    document = faq()
    assert translated(document, title="One").revision == document.revision + 1
    with pytest.raises(Conflict) as refused:
        translated(document, title="Two")
    assert refused.value.code == "stale_revision"


@pytest.mark.parametrize("kind", Kind)
def test_every_translatable_text_of_a_full_item_can_be_translated(kind: Kind) -> None:
    document = create_maximal(kind)
    found = translations.texts(document, EN)
    heads = {pattern.rpartition(".")[2] for pattern in CONTENT[kind].TRANSLATABLE}
    assert {text.path.rpartition(".")[2] for text in found} == heads
    document = translate(document, {text.path: f"EN {text.path}"[:100] for text in found})
    localised, stands = translations.localise(document, EN)
    assert stands is TranslationStatus.CURRENT
    assert all(text.original.startswith("EN ") for text in translations.texts(localised, EN))
