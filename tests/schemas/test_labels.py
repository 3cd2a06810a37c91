"""Labels: every value that is shown with one has it, in both languages."""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module

import pytest
from marshmallow import Schema

import schemas
from models.enums import FigureKind, Language
from models.tracks import TrackClass
from schemas.fields import Choice, Label
from schemas.labels import LABELS, label

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here needs the database."""


def all_schemas() -> Iterator[type[Schema]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        for _, found in inspect.getmembers(import_module(f"schemas.{module.name}")):
            if inspect.isclass(found) and issubclass(found, Schema) and found is not Schema:
                yield found


def labelled() -> set[type[StrEnum]]:
    """Return the enumerations whose values are dumped with a label beside them."""
    found: set[type[StrEnum]] = set()
    for schema in all_schemas():
        fields = schema().fields
        for name, field in fields.items():
            if isinstance(field, Label):
                beside = [
                    one.enum
                    for other, one in fields.items()
                    if isinstance(one, Choice) and (one.attribute or other) == field.attribute
                ]
                assert beside, f"{schema.__name__}.{name} stands beside no choice"
                found.update(beside)
    return found


def test_every_value_that_is_shown_with_a_label_has_one() -> None:
    enumerations = labelled() | {FigureKind}
    assert TrackClass in enumerations
    assert [value for one in enumerations for value in one if value not in LABELS] == []


def test_no_label_is_left_over() -> None:
    enumerations = labelled() | {FigureKind}
    assert {type(value) for value in LABELS} <= enumerations


def test_values_of_different_enumerations_do_not_collide() -> None:
    # Values are looked up by their text: two equal ones would share one label.
    values = [value.value for one in labelled() | {FigureKind} for value in one]
    assert sorted(values) == sorted(set(values))


@pytest.mark.parametrize("value", LABELS)
def test_a_label_is_chinese_and_english(value: StrEnum) -> None:
    assert CHINESE.search(label(value, Language.ZH_CN))
    english = label(value, Language.EN)
    assert english
    assert not CHINESE.search(english)


def test_labels_of_one_enumeration_differ() -> None:
    for enumeration in labelled():
        for language in Language:
            said = [label(value, language) for value in enumeration]
            assert len(set(said)) == len(said)
