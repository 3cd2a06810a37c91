"""What is looked up is what is kept: every piece of a text is found by its grams."""

from hypothesis import given
from hypothesis import strategies as st

from services.search import grams, pinyin, spelling, text
from services.search.text import Unit

RUN = st.text("新能源汽车产业园区港", min_size=1, max_size=12)
PIECE = st.tuples(st.integers(0, 11), st.integers(1, 12))


def _piece(run: str, place: tuple[int, int]) -> str:
    start = min(place[0], len(run) - 1)
    return run[start : start + place[1]]


@given(RUN, PIECE)
def test_a_piece_of_a_title_is_looked_up_by_its_grams(run: str, place: tuple[int, int]) -> None:
    kept = set(grams.of_heading(run, is_title=True))
    assert set(grams.heading_looked_up(Unit(_piece(run, place), is_han=True))) <= kept


@given(RUN, PIECE)
def test_a_piece_of_a_body_is_looked_up_by_its_grams(run: str, place: tuple[int, int]) -> None:
    kept = set(grams.of_body(run))
    for gram in grams.body_looked_up(Unit(_piece(run, place), is_han=True)):
        if grams.is_beginning(gram):
            assert any(one.startswith(gram) for one in kept)
        else:
            assert gram in kept


@given(RUN, RUN)
def test_a_short_piece_that_is_elsewhere_only_is_not_found(run: str, other: str) -> None:
    piece = Unit(other[: grams.LONGEST], is_han=True)
    if piece.text not in run and not piece.is_lone:
        kept = set(grams.of_body(run)) | set(grams.of_heading(run, is_title=True))
        for gram in grams.body_looked_up(piece) + grams.heading_looked_up(piece):
            assert not any(one.startswith(gram) for one in kept)


def test_words_are_kept_by_stem_and_in_headings_as_they_are() -> None:
    assert set(grams.of_body("energies 5g")) == {"s:energi", "s:5g"}
    assert set(grams.of_heading("energies", is_title=False)) == {"^s:energi", "^w:energies"}


@given(st.text("重行新能源港航天", min_size=2, max_size=8))
def test_a_title_is_looked_up_by_how_it_is_read(title: str) -> None:
    readings = pinyin.readings(title)
    kept = set(grams.of_readings(readings, is_title=True))
    for letters in [*pinyin.spellings(readings), "".join(one[0][0] for one in readings)]:
        ways = spelling.ways(text.units(letters))
        assert any(set(way) <= kept for way in ways), letters


def test_grams_of_a_heading_are_not_those_of_a_body() -> None:
    heading = set(grams.of_heading("新能源 energy", is_title=True))
    assert not heading & set(grams.of_body("新能源 energy"))
    assert all(gram.startswith(grams.HEADING) for gram in heading)


def test_a_beginning_is_kept_in_steps_and_whole() -> None:
    found = set(grams.of_start(text.core("新能源汽车")))
    assert found == {"<新", "<新能", "<新能源汽车"}
    assert all(len(one) <= 1 + grams.START_MAX for one in grams.of_start("长" * 100))
