"""Canonical forms: equal values have equal bytes, exact numbers stay exact."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from bson.decimal128 import Decimal128
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import decimal_text, digest, dump


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("5.600000", "5.6"), ("500", "500"), ("500.00", "500"), ("1E+3", "1000")),
        *(("1E-7", "0.0000001"), ("0.00", "0"), ("-3.10", "-3.1"), ("100", "100")),
        ("1234567890123456789012345678901234", "1234567890123456789012345678901234"),
    ],
)
def test_decimals_are_written_in_plain_digits(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_written_decimal_reads_back_as_the_same_number(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value


def test_the_order_of_keys_does_not_matter() -> None:
    assert dump({"b": 1, "a": {"d": 2, "c": 3}}) == dump({"a": {"c": 3, "d": 2}, "b": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("5.60"), Decimal128("5.6")),
        (dt.datetime(2025, 1, 17), dt.datetime(2025, 1, 17, tzinfo=dt.UTC)),
        ({1: "a"}, {"1": "a"}),
    ],
)
def test_values_that_mean_the_same_have_the_same_digest(one: Any, other: Any) -> None:
    assert digest([one]) == digest([other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        (Decimal("5.6"), Decimal("5.61")),
        ("投资", "投資"),
        (["ab"], ["a", "b"]),
    ],
)
def test_values_that_differ_have_other_digests(one: Any, other: Any) -> None:
    assert digest(one) != digest(other)


def test_a_digest_is_32_hexadecimal_characters() -> None:
    assert len(digest("a")) == 32
    assert int(digest("a"), 16) >= 0


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}])
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        dump({"value": value})
