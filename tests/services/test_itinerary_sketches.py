"""点位示意图: places to scale, pins that stay readable, nothing where nothing can be told."""

import datetime as dt
import math
from collections.abc import Sequence
from itertools import combinations

import pytest

from models.enums import Language
from services import itinerary_sketches
from services.itinerary_parts import ItineraryStop, MeetingPoint, Point, Sketch

MOMENT = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
# A degree of latitude; at 36.2° north one of longitude is shorter.
DEGREE_M = math.radians(1) * 6_371_000
EAST_M = DEGREE_M * math.cos(math.radians(36.2))

Spot = tuple[float, float] | None


def stops(*spots: Spot) -> list[ItineraryStop]:
    return [
        ItineraryStop(
            number=number,
            title=f"测试点位 {number}",
            arrives_at=MOMENT,
            leaves_at=MOMENT,
            travel_minutes=None,
            location=None if spot is None else Point(*spot),
        )
        for number, spot in enumerate(spots, 1)
    ]


def sketch(
    *spots: Spot, meeting: Spot = None, language: Language = Language.ZH_CN
) -> Sketch | None:
    meets = (
        None if meeting is None else MeetingPoint("测试集合点", MOMENT, location=Point(*meeting))
    )
    return itinerary_sketches.of(stops(*spots), meets, language)


def drawn(*spots: Spot, meeting: Spot = None, language: Language = Language.ZH_CN) -> Sketch:
    found = sketch(*spots, meeting=meeting, language=language)
    assert found is not None
    return found


def labels(found: Sketch) -> list[str]:
    return [pin.label for pin in found.pins]


def test_places_lie_to_scale_with_north_up() -> None:
    found = drawn((120.10, 36.20), (120.13, 36.20), (120.13, 36.22))
    first, second, third = found.pins
    east = (second.x - first.x) * found.width
    north = (second.y - third.y) * found.height
    assert first.y == second.y
    assert second.x == third.x
    assert third.y < second.y
    assert east / north == pytest.approx(0.03 * EAST_M / (0.02 * DEGREE_M), rel=0.01)
    shown_m = found.scale_metres / found.scale * (second.x - first.x)
    assert shown_m == pytest.approx(0.03 * EAST_M, rel=0.01)
    assert str(found.scale_metres).strip("0") in ("1", "2", "5")


def test_the_path_is_that_of_the_visit() -> None:
    found = drawn((120.10, 36.20), None, (120.13, 36.22), (120.10, 36.20), meeting=(120.12, 36.19))
    assert labels(found) == ["集", "1·4", "3"]
    meeting, both, third = ((pin.x, pin.y) for pin in found.pins)
    assert [(one.x, one.y) for one in found.path] == [meeting, both, third, both]
    assert (len(found.arrows), found.unplaced, found.meets) == (3, [2], True)


@pytest.mark.parametrize(
    ("spots", "expected"),
    [
        ([(120.1, 36.2), (120.15, 36.2), (120.15, 36.2)], ["1", "2·3"]),
        ([(120.1, 36.2), (120.15, 36.2), (120.1501, 36.2), (120.15, 36.2001)], ["1", "2–4"]),
        ([(120.1, 36.2), (120.15, 36.2)] * 4, ["1·3·5·7", "2·4·6·8"]),
        ([(120.1, 36.2), (120.15, 36.2)] * 5, ["1·3·5·…", "2·4·6·…"]),
    ],
)
def test_what_lies_together_shares_a_pin(spots: Sequence[Spot], expected: list[str]) -> None:
    assert labels(drawn(*spots)) == expected


@pytest.mark.parametrize("seed", range(12))
def test_no_pin_covers_another_or_leaves_the_drawing(seed: int) -> None:
    count = 3 + 3 * seed
    spots = [
        (120.1 + (n * 37 + seed * 11) % 41 / 500, 36.2 + (n * 53 + seed) % 29 / 400)
        for n in range(count)
    ]
    found = drawn(*spots, meeting=(120.14, 36.23))
    for one, other in combinations(found.pins, 2):
        apart_x = abs(one.x - other.x) - (one.across + other.across) / 2
        apart_y = abs(one.y - other.y) * found.height - 2 * itinerary_sketches.PIN
        assert apart_x > 0 or apart_y > 0, (one, other)
    for pin in found.pins:
        assert pin.across / 2 < pin.x < 1 - pin.across / 2, pin
        assert 0 < pin.y < 1 - itinerary_sketches.PIN / found.height, pin
    told = sorted(number for pin in found.pins for number in pin.numbers)
    assert told == list(range(1, count + 1))


def test_a_meeting_point_far_off_does_not_press_the_stops_together() -> None:
    found = drawn((120.10, 36.20), (120.11, 36.21), meeting=(120.6, 36.2))
    assert (labels(found), found.meets) == (["1", "2"], False)


def test_each_language_has_its_words() -> None:
    found = drawn((120.1, 36.2), (120.2, 36.2), meeting=(120.15, 36.25), language=Language.EN)
    assert (labels(found)[0], found.caption.isascii(), found.alt.isascii()) == ("M", True, True)


@pytest.mark.parametrize(
    "spots",
    [
        [],
        [(120.1, 36.2)],
        [(120.1, 36.2), None],
        [(120.1, 36.2)] * 3,
        [(120.1, 36.2), (120.1001, 36.2)],
        [(120.1 + n * 37 % 41 / 5000, 36.2) for n in range(40)],
    ],
)
def test_nothing_is_drawn_of_less_than_two_places(spots: Sequence[Spot]) -> None:
    assert sketch(*spots, meeting=(120.15, 36.2)) is None
