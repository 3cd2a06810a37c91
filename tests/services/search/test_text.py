"""Reading text: positions stay, runs and words, what is compared, what says nothing."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search import text
from services.search.text import Unit


@given(st.text())
def test_every_character_stays_where_it_is(original: str) -> None:
    assert len(text.tidy(original)) == len(text.normalise(original)) == len(original)


@given(st.text())
def test_what_is_normal_stays_so(original: str) -> None:
    normal = text.normalise(original)
    assert text.normalise(normal) == normal


@pytest.mark.parametrize(
    ("original", "tidied", "normal"),
    [
        ("ＲＣＥＰ（健康）", "RCEP（健康）", "rcep（健康）"),
        ("Ｃａｆé № １２", "Cafe № 12", "cafe № 12"),
        ("谁？，。：", "谁？，。：", "谁？，。："),
        ("İstanbul", "Istanbul", "istanbul"),
        ("a\x1eb\x00c\nd", "a b c\nd", "a b c\nd"),
        ("가나 Привет", "가나 Привет", "가나 привет"),
        ("ﬁ ㎡ ½", "ﬁ ㎡ ½", "ﬁ ㎡ ½"),
    ],
)
def test_letters_and_digits_get_their_usual_form(original: str, tidied: str, normal: str) -> None:
    assert text.tidy(original) == tidied
    assert text.normalise(original) == normal


def test_runs_are_chinese_or_words() -> None:
    assert list(text.runs("打造5个1，rcep健康 152.66亿元 don't привет 〇一二々😀_")) == [
        ("打造", True),
        ("5", False),
        ("个", True),
        ("1", False),
        ("rcep", False),
        ("健康", True),
        ("152.66", False),
        ("亿元", True),
        ("don't", False),
        ("привет", False),
        ("〇一二々", True),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("谁可以揭榜？", "谁可以揭榜"),
        ("一图读懂：方案", "一图读懂 方案"),
        ("RCEP 健康", "rcep健康"),
        ("low-altitude economy", "Low altitude  Economy!"),
    ],
)
def test_punctuation_makes_no_difference_to_a_title(one: str, other: str) -> None:
    assert text.core(text.normalise(one)) == text.core(text.normalise(other)) != ""


def test_words_do_not_run_together() -> None:
    assert text.core("new energy 新能源 route") == "new energy新能源route"


@pytest.mark.parametrize(
    "asked", ["", "  ", "？！，。", "😀🎉", "____", "\x00\x1e", "*.+?^$()[]{}|\\"]
)
def test_there_is_nothing_to_find_in_punctuation(asked: str) -> None:
    assert text.units(text.normalise(asked)) == []


def test_stop_words_count_only_among_themselves() -> None:
    assert [unit.text for unit in text.units("how do i book a visit")] == ["book", "visit"]
    assert [unit.text for unit in text.units("what is it")] == ["what", "is", "it"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("drones", "drone"), ("energies", "energy"), ("companies", "company"), ("testing", "tests")],
)
def test_forms_of_a_word_begin_alike(one: str, other: str) -> None:
    for word, form in ((one, other), (other, one)):
        assert form.startswith(Unit(word, is_han=False).beginning)
        assert text.stem(word) == text.stem(form)


@given(st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20))
def test_a_word_begins_as_its_forms_do(word: str) -> None:
    beginning = Unit(word, is_han=False).beginning
    assert beginning
    assert word.startswith(beginning)


@pytest.mark.parametrize(
    ("asked", "letters"),
    [("xin neng yuan", "xinnengyuan"), ("xi'an", "xian"), ("新能源", None), ("b2b", None)],
)
def test_letters_may_be_pinyin(asked: str, letters: str | None) -> None:
    assert text.letters(text.units(asked)) == letters
