"""Fields of the wire: what is taken, and what is said of the rest, as codes."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from core.messages import MESSAGES
from models.enums import Kind, Language, Place
from schemas.fields import INT64_MAX, Choice, Exact, Label, Link, Number, Text, has_bad_characters
from schemas.queries import LanguageQuerySchema, ListQuerySchema, PageQuerySchema


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here needs the database."""


class FormSchema(Schema):
    """One of each."""

    text = Text(minimum=2, maximum=5)
    free = Text(maximum=5, allow_none=True)
    number = Number(low=1, high=10)
    big = Number()
    loose = Number(strict=False)
    place = Choice(Place)
    needed = Text(maximum=5, required=True)


def problem(**fields: Any) -> dict[str, Any]:
    """Return what is wrong with the fields, by name."""
    with pytest.raises(ValidationError) as refused:
        FormSchema().load({"needed": "x", **fields})
    found = refused.value.normalized_messages()
    return {name: codes[0] for name, codes in found.items()}


def load(**fields: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = FormSchema().load({"needed": "x", **fields})
    return loaded


@pytest.mark.parametrize("text", ["ab", "招商投资啊", "😀😀", "a\nb", "  "])
def test_text_within_its_limits_is_taken_as_it_is(text: str) -> None:
    assert load(text=text)["text"] == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *(("a", "too_short"), ("", "too_short"), ("abcdef", "too_long"), ("a\x00b", "bad_text")),
        *(("ab\ud83d", "bad_text"), ("\udfffab", "bad_text"), (5, "type"), (["ab"], "type")),
        *(({"$ne": ""}, "type"), (True, "type"), (None, "null"), (b"\xff\xfe", "bad_text")),
    ],
)
def test_other_text_is_refused(value: Any, code: str) -> None:
    assert problem(text=value) == {"text": code}


def test_empty_text_and_null_are_taken_where_they_are_allowed() -> None:
    assert load(free="")["free"] == ""
    assert load(free=None)["free"] is None


@given(st.text(st.characters(), max_size=5))
def test_no_text_is_taken_that_the_database_would_choke_on(text: str) -> None:
    if has_bad_characters(text):
        assert problem(free=text) == {"free": "bad_text"}
    else:
        assert load(free=text)["free"].encode() == text.encode()


@pytest.mark.parametrize("number", [1, 10])
def test_a_whole_number_within_bounds_is_taken(number: int) -> None:
    assert load(number=number)["number"] == number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((0, "out_of_range"), (11, "out_of_range"), (True, "type"), (False, "type")),
        *((1.0, "type"), (1.5, "type"), ("1", "type"), (float("nan"), "type"), (None, "null")),
        *(({}, "type"), ([1], "type"), (float("inf"), "type"), (Decimal(1), "type")),
    ],
)
def test_other_numbers_are_refused(value: Any, code: str) -> None:
    assert problem(number=value) == {"number": code}


def test_numbers_fit_into_64_bits() -> None:
    assert load(big=INT64_MAX)["big"] == INT64_MAX
    assert load(big=-INT64_MAX)["big"] == -INT64_MAX
    assert problem(big=INT64_MAX + 1) == {"big": "out_of_range"}
    assert problem(big=-INT64_MAX - 1) == {"big": "out_of_range"}


def test_numbers_of_a_query_string_are_text() -> None:
    assert load(loose="12")["loose"] == 12
    assert problem(loose="1.5") == {"loose": "type"}
    assert problem(loose="a") == {"loose": "type"}
    assert problem(loose="") == {"loose": "type"}
    assert problem(loose="9" * 30) == {"loose": "out_of_range"}
    assert problem(loose="9" * 5_000) == {"loose": "type"}


@pytest.mark.parametrize("place", Place)
def test_a_choice_is_taken_by_its_value(place: Place) -> None:
    assert load(place=place.value)["place"] is place


@pytest.mark.parametrize("value", ["JIAOZHOU", "nowhere", "", 1, [], {}, ["jiaozhou"], True])
def test_other_choices_are_refused(value: Any) -> None:
    assert problem(place=value) == {"place": "choice"}


def test_what_is_missing_and_what_is_unknown_is_told() -> None:
    with pytest.raises(ValidationError) as refused:
        FormSchema().load({"colour": "red"})
    assert refused.value.normalized_messages()["needed"] == ["required"]
    assert set(refused.value.normalized_messages()) == {"needed", "colour"}


def test_every_code_of_a_field_has_a_text() -> None:
    for field in FormSchema().fields.values():
        own = [field.error_messages[name] for name in ("required", "null", "invalid")]
        assert set(own) <= set(MESSAGES)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("27.90"), "27.9"), (Decimal("1E+3"), "1000"), (Decimal("0.1"), "0.1"), (None, None)],
)
def test_exact_numbers_are_dumped_as_text(value: Decimal | None, text: str | None) -> None:
    class NumberSchema(Schema):
        value = Exact(allow_none=True)

    assert NumberSchema().dump({"value": value}) == {"value": text}


def test_a_link_is_dumped_as_a_placeholder_or_null() -> None:
    class LinkSchema(Schema):
        site = Link(FormSchema, Kind.SITES)

    assert LinkSchema().dump({"site": "abc"}) == {"site": {"$ref": "sites:abc"}}
    assert LinkSchema().dump({"site": None}) == {"site": None}
    assert LinkSchema().dump({"site": ""}) == {"site": None}


def test_links_and_labels_are_not_read_from_input() -> None:
    class ReadOnlySchema(Schema):
        site = Link(FormSchema, Kind.SITES)
        place_label = Label("place")

    assert all(field.dump_only for field in ReadOnlySchema().fields.values())


@pytest.mark.parametrize("enumeration", [Language, Place, Kind])
def test_a_choice_documents_itself_as_text(enumeration: type[StrEnum]) -> None:
    assert Choice(enumeration).metadata["type"] == "string"


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ({"limit": "0"}, {"limit": ["out_of_range"]}),
        ({"limit": "51"}, {"limit": ["out_of_range"]}),
        ({"limit": "many"}, {"limit": ["type"]}),
        ({"cursor": "x" * 301}, {"cursor": ["too_long"]}),
        ({"lang": "fr"}, {"lang": ["choice"]}),
        ({"track": "A B"}, {"track": ["format"]}),
        ({"track": "a\n"}, {"track": ["format"]}),
        ({"tag": ""}, {"tag": ["too_short"]}),
        ({"place": "nowhere"}, {"place": ["choice"]}),
    ],
)
def test_what_does_not_fit_into_a_list_query_is_refused(
    query: dict[str, str], problems: dict[str, list[str]]
) -> None:
    with pytest.raises(ValidationError) as refused:
        ListQuerySchema().load(query)
    assert refused.value.normalized_messages() == problems


def test_a_list_without_query_has_twenty_items_and_no_filter() -> None:
    assert ListQuerySchema().load({}) == {"limit": 20}
    assert PageQuerySchema().load({"limit": "50"}) == {"limit": 50}
    assert LanguageQuerySchema().load({"lang": "en"}) == {"lang": Language.EN}
