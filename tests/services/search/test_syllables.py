"""Pinyin: how letters are cut, what they spell, and readings of characters with several."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search import pinyin, syllables

SYLLABLE = st.sampled_from(sorted(syllables.SYLLABLES))


@given(st.lists(SYLLABLE, min_size=1, max_size=6))
def test_what_is_spelt_can_be_cut(spelt: list[str]) -> None:
    letters = "".join(spelt)
    cuts = syllables.cuts(letters)
    assert cuts
    for cut in cuts:
        assert letters.startswith("".join(cut))
        assert set(cut) <= syllables.SYLLABLES


@pytest.mark.parametrize(
    ("letters", "cut"),
    [
        ("xinnengyuan", ["xin", "neng", "yuan"]),
        ("xian", ["xian"]),
        ("xian", ["xi", "an"]),
        ("fangan", ["fan", "gan"]),
        ("lvse", ["lv", "se"]),
        ("xinnengyua", ["xin", "neng"]),
        ("zhinengj", ["zhi", "neng"]),
        ("xingangtian", ["xin", "gang", "tian"]),
    ],
)
def test_letters_are_cut_into_syllables(letters: str, cut: list[str]) -> None:
    assert cut in syllables.cuts(letters)


@pytest.mark.parametrize("letters", ["xny", "robot", "vv", "chip"[:1], "q" * 40, "a" * 41])
def test_what_is_no_pinyin_is_not_cut(letters: str) -> None:
    assert syllables.cuts(letters) == []


def test_ambiguous_letters_are_cut_in_few_ways() -> None:
    for letters in ("a" * 40, "xian" * 10, "fangan" * 6):
        assert 1 <= len(syllables.cuts(letters)) <= syllables.WHOLE_MAX + syllables.BEGUN_MAX


@pytest.mark.parametrize(
    ("letters", "place"),
    [
        ("xinnengyuan", (0, 3)),
        ("xny", (0, 3)),
        ("xinny", (0, 3)),
        ("nengyuan", (1, 3)),
        ("xinnengyu", (0, 3)),
        ("ny", (1, 3)),
        ("xinyuan", None),
        ("yuanx", None),
    ],
)
def test_letters_fit_readings(letters: str, place: tuple[int, int] | None) -> None:
    assert syllables.fits(letters, pinyin.readings("新能源")) == place


@pytest.mark.parametrize(
    ("run", "spellings"),
    [
        ("重点", ("zhongdian", "chongdian")),
        ("银行", ("yinhang", "yinxing")),
        ("会展", ("huizhan", "kuaizhan")),
        ("数控", ("shukong", "shuokong")),
        ("绿色", ("lvse", "luse")),
        ("参与", ("canyu", "shenyu")),
        ("成长", ("chengzhang", "chengchang")),
    ],
)
def test_each_common_reading_is_known(run: str, spellings: tuple[str, ...]) -> None:
    for spelt in spellings:
        assert syllables.fits(spelt, pinyin.readings(run)) == (0, len(run))
        assert spelt in pinyin.spellings(pinyin.readings(run))


def test_readings_are_syllables() -> None:
    common = "的一是不了在人有我他这中大来上国产业园区新能源机器人医药物流会展港航空天"
    for readings in pinyin.readings(common):
        assert 1 <= len(readings) <= pinyin.READINGS_MAX
        assert set(readings) <= syllables.SYLLABLES


def test_a_character_without_a_reading_keeps_its_place() -> None:
    readings = pinyin.readings("新\U00020000源")
    assert len(readings) == 3
    assert readings[0] == ["xin"]
    assert syllables.fits("yuan", readings) == (2, 3)


def test_readings_are_stored_and_read() -> None:
    stored = pinyin.of_text("重点：新能源 rcep 银行")
    assert syllables.read(syllables.written(stored)) == stored
    assert [len(run) for run in stored] == [2, 3, 2]
    assert syllables.read(syllables.written([])) == []


def test_a_long_run_has_few_spellings() -> None:
    run = pinyin.readings("重行长会数" * 8)
    assert len(pinyin.spellings(run)) == pinyin.SPELLINGS_MAX
    first = "".join(one[0] for one in itertools.islice(run, len(run)))
    assert pinyin.spellings(run)[0] == first
