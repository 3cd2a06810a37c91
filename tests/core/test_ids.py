"""Ids: random, readable, told apart from everything else before a query is spent."""

import pytest

from core.ids import ALPHABET, ID_PATTERN, SLUG_MAX_LENGTH, is_id_or_slug, new_id


def test_ids_have_their_form_and_differ() -> None:
    ids = {new_id() for _ in range(2_000)}
    assert len(ids) == 2_000
    assert all(ID_PATTERN.fullmatch(one) for one in ids)


def test_every_letter_is_drawn_about_equally() -> None:
    letters = "".join(new_id() for _ in range(4_000))
    expected = len(letters) / len(ALPHABET)
    assert max(abs(letters.count(one) - expected) / expected for one in ALPHABET) < 0.2


def test_no_letter_is_easily_misread() -> None:
    assert not set("ilou") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


@pytest.mark.parametrize("text", ["a", "industry-12", "0123456789abcdef", "a" * SLUG_MAX_LENGTH])
def test_ids_and_slugs_are_taken(text: str) -> None:
    assert is_id_or_slug(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-a", "a-", "a--b", "A", "a_b", "a.b", "a b", "赛道", "a\n", "a\x00", "$ne", "../a"),
        *("\ud800", "１", "a" * (SLUG_MAX_LENGTH + 1)),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    assert not is_id_or_slug(text)
