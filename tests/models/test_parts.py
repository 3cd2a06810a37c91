"""Parts of items: exact numbers, stable keys, hours, review dates."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from bson.decimal128 import Decimal128
from hypothesis import given, settings
from hypothesis import strategies as st
from mongoengine.errors import ValidationError

from models.enums import Comparator, Kind
from models.parts import Contact, Figure, Location, Window
from models.registry import CONTENT
from models.tracks import Track
from tests.factories import create, dummy_figure

DECIMALS = st.decimals(
    min_value=Decimal("-1E20"), max_value=Decimal("1E20"), places=8, allow_nan=False
)


def figure(**changes: Any) -> Figure:
    return Figure._from_son(dummy_figure(**changes))


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        *(("27.9", "27.9"), ("0.1", "0.1"), ("500", "500"), (500, "500"), (27.9, "27.9")),
        *((0.1, "0.1"), ("1234567890123456789012345678901234", None), ("5.600", "5.6")),
    ],
)
def test_a_number_is_stored_and_read_back_exactly(given: Any, exact: str | None) -> None:
    item = create(Kind.TRACKS, figures=[dummy_figure(value=given)])
    raw = Track._get_collection().find_one({"_id": item.id})
    assert raw is not None
    assert isinstance(raw["figures"][0]["value"], Decimal128)
    read = Track.objects(id=item.id).first().figures[0].value
    assert isinstance(read, Decimal)
    assert read == Decimal(exact if exact is not None else given)


@settings(max_examples=200)
@given(DECIMALS)
def test_a_stored_decimal_is_the_same_number(value: Decimal) -> None:
    one = figure(value=value)
    assert Figure._from_son(one.to_mongo()).value == value


@pytest.mark.parametrize("key", ["a", "year-1", "Stage_2", "0"])
def test_keys_name_parts(key: str) -> None:
    figure(key=key).validate()


@pytest.mark.parametrize("key", ["", "a.b", "*", "a b", "a\n", "$a", "赛道", "a" * 61, None])
def test_keys_that_a_path_cannot_hold_are_refused(key: str | None) -> None:
    with pytest.raises(ValidationError):
        figure(key=key).validate()


def test_a_range_has_two_numbers_and_anything_else_one() -> None:
    between = figure(comparator="range", value=None, low="3", high="5")
    assert between.numbers() == [Decimal(3), Decimal(5)]
    others = [comparator for comparator in Comparator if comparator is not Comparator.RANGE]
    assert [figure(comparator=one).numbers() for one in others] == [[Decimal(500)]] * len(others)


@pytest.mark.parametrize(
    ("review_by", "stale"),
    [("2026-03-30", True), ("2026-03-31", False), ("2026-04-01", False), (None, False)],
)
def test_a_figure_is_stale_from_the_day_after_its_review_date(
    review_by: str | None, stale: bool
) -> None:
    item = create(Kind.TRACKS, figures=[dummy_figure(review_by=review_by)])
    read = Track.objects(id=item.id).first().figures[0]
    assert read.is_stale(dt.date(2026, 3, 31)) is stale


@pytest.mark.parametrize("hour", ["00:00", "09:30", "23:59"])
def test_hours_are_taken(hour: str) -> None:
    Window(weekday=1, opens=hour, closes=hour).validate()


@pytest.mark.parametrize("hour", ["9:00", "24:00", "09:60", "09:00x", "09:00\n", "０９:00", ""])
def test_what_is_no_hour_is_refused(hour: str) -> None:
    with pytest.raises(ValidationError):
        Window(weekday=1, opens=hour, closes="17:00").validate()


@pytest.mark.parametrize("weekday", [0, 8])
def test_a_week_has_seven_days(weekday: int) -> None:
    with pytest.raises(ValidationError):
        Window(weekday=weekday, opens="09:00", closes="17:00").validate()


@pytest.mark.parametrize(("lng", "lat"), [(181, 0), (0, 91), (-181, 0), (0, -91), (None, 1)])
def test_a_place_is_on_the_globe(lng: float, lat: float) -> None:
    with pytest.raises(ValidationError):
        Location(lng=lng, lat=lat).validate()


def test_a_place_is_in_gcj02() -> None:
    assert Location(lng=120.0, lat=36.2).crs.value == "gcj02"


@pytest.mark.parametrize("website", ["javascript:alert(1)", "file:///etc", "www.example.org"])
def test_a_website_is_an_address_of_the_web(website: str) -> None:
    with pytest.raises(ValidationError):
        Contact(key="a", name="演示", website=website).validate()


@pytest.mark.parametrize("kind", Kind)
def test_declared_paths_start_at_fields_of_the_model(kind: Kind) -> None:
    model = CONTENT[kind]
    patterns = [*model.TRANSLATABLE, *model.LINKS, *model.MEDIA, *model.RICH, *model.INTERNAL]
    assert {pattern.partition(".")[0] for pattern in patterns} <= set(model._fields)
