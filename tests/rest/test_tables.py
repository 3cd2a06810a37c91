"""CSV: no cell begins as a formula, everything can be read back."""

import csv
import io

import pytest

from rest import tables


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here needs the database."""


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "|calc", "\t=1", "\r=1", "\n=1", "%0a=1"),
        *("  =1", "\u00a0=1", "\u3000=1", "\ufeff=1", "\x00=1", "＝1", "＋1", "－1", "＠1"),
    ],
)
def test_what_would_be_a_formula_is_shown_as_it_is(text: str) -> None:
    assert tables.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "胶州", "1-2", "2026-01-01", '{"a":1}', "'=1"])
def test_other_texts_stay(text: str) -> None:
    assert tables.cell(text) == text


def test_a_table_reads_back() -> None:
    rows = [{"a": 'x,"y"\r\nz', "b": "=1"}, {"b": "胶州", "c": "not a column"}]
    raw = b"".join(tables.lines(("a", "b"), rows))
    found = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert found == [{"a": 'x,"y"\r\nz', "b": "'=1"}, {"a": "", "b": "胶州"}]
