"""点位示意图: where the stops of a visit lie to one another, where there is no map of the route.

Drawn from their coordinates alone: without base map and boundaries it is a simple sketch, which
needs no approval (地图管理条例, 2015). The layout is in units, `WIDTH` across; shares are told.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise

from models.enums import Language
from services.itinerary_parts import (
    ItineraryStop,
    MeetingPoint,
    Place,
    Point,
    Sketch,
    SketchPin,
)
from services.itinerary_texts import word

EARTH_M = 6_371_000.0
WIDTH = 600.0
# Around what is drawn, and the band beneath with scale and north.
MARGIN, BAND = 46.0, 84.0
LOW, HIGH = 150.0, 340.0
PIN = 19.0
# Between two pins, else they become one; and between a pin and the edge.
GAP, EDGE = 5.0, 8.0
# How wide a character is on a pin: a digit, any other, which may be as wide as it is high.
DIGIT, OTHER, AROUND = 12.0, 21.0, 15.0
PARTS_MAX = 4
# Closer together all is one place; and so much, at least, is seen across.
ONE_PLACE_M, ACROSS_M = 20.0, 100.0
# A meeting point that would press the stops into less than this share of the width stays out.
STOPS_SHARE = 0.3
SCALE_MAX = 160.0
# Where on its way a leg shows its direction, best first: not in the middle, where the way back has
# its own, and on no pin.
ARROW_AT = (0.6, 0.7, 0.4, 0.8, 0.3)
ARROW, ARROW_NEEDS = 8.0, 3.6 * PIN

Spot = tuple[float, float]


@dataclass(frozen=True)
class _Mark:
    """What is shown at a place: numbers of stops, the meeting point, or several of them."""

    at: Spot
    numbers: tuple[int, ...]
    meets: bool
    label: str
    across: float
    count: int


def of(
    stops: Sequence[ItineraryStop], meeting: MeetingPoint | None, language: Language
) -> Sketch | None:
    """Return the sketch; None where fewer than two stops have coordinates, or they are one place.

    None, too, where so many lie so close that a single pin would be left.
    """
    placed = [(one.number, one.location) for one in stops if one.location is not None]
    spots = _metres([location for _, location in placed])
    if len(placed) < 2 or max(_extent(spots)) < ONE_PLACE_M:
        return None
    meets = _meeting_spot(meeting, [location for _, location in placed], spots)
    scale, height, laid = _laid([*([] if meets is None else [meets]), *spots])
    shown = [*([] if meets is None else [()]), *((number,) for number, _ in placed)]
    marks = [
        _mark(at, numbers, language, meets=not numbers)
        for numbers, at in zip(shown, laid, strict=True)
    ]
    merged = _merged(marks, language)
    if len(merged) < 2:
        return None
    path = _path(merged, [number for number, _ in placed], starts=meets is not None)
    metres = _round_below(SCALE_MAX / scale)
    return Sketch(
        width=round(WIDTH),
        height=round(height),
        pins=[_pin(mark, height) for mark in merged],
        path=[_place(spot, height) for spot in path],
        arrows=[
            [_place(spot, height) for spot in arrow]
            for arrow in _arrows(path, [one.at for one in merged])
        ],
        scale_metres=metres,
        scale=round(metres * scale / WIDTH, 4),
        unplaced=[one.number for one in stops if one.location is None],
        meets=meets is not None,
        alt=word("sketch_alt", language, n=len(placed)),
        caption=word("sketch_caption", language),
    )


def _metres(points: Sequence[Point]) -> list[Spot]:
    """Return points in metres east and south of the first; exact enough across a city."""
    if not points:
        return []
    first = points[0]
    across = EARTH_M * math.cos(math.radians(first.lat))
    return [
        (math.radians(one.lng - first.lng) * across, math.radians(first.lat - one.lat) * EARTH_M)
        for one in points
    ]


def _meeting_spot(
    meeting: MeetingPoint | None, points: Sequence[Point], spots: Sequence[Spot]
) -> Spot | None:
    """Return where the group meets, unless it is so far off that the stops would be one dot."""
    if meeting is None or meeting.location is None:
        return None
    spot = _metres([points[0], meeting.location])[1]
    near = max(_extent(spots)) >= STOPS_SHARE * max(_extent([*spots, spot]))
    return spot if near else None


def _extent(spots: Sequence[Spot]) -> Spot:
    if not spots:
        return 0.0, 0.0
    east, south = zip(*spots, strict=True)
    return max(east) - min(east), max(south) - min(south)


def _laid(spots: Sequence[Spot]) -> tuple[float, float, list[Spot]]:
    """Return units for a metre, the height of the drawing, and the places on it."""
    inner = WIDTH - 2 * MARGIN
    wide, high = _extent(spots)
    scale = min(inner / max(wide, ACROSS_M), HIGH / max(high, 1.0))
    room = max(LOW, high * scale)
    left, top = min(one[0] for one in spots), min(one[1] for one in spots)
    shift_x, shift_y = (WIDTH - wide * scale) / 2, MARGIN + (room - high * scale) / 2
    laid = [((x - left) * scale + shift_x, (y - top) * scale + shift_y) for x, y in spots]
    return scale, MARGIN + room + BAND, laid


def _merged(marks: Sequence[_Mark], language: Language) -> list[_Mark]:
    """Return marks of which none covers another: the closest ones that do become one."""
    found = list(marks)
    while True:
        covering = [
            (math.dist(one.at, other.at), one, other)
            for one, other in combinations(found, 2)
            if _covers(one, other)
        ]
        if not covering:
            return found
        _, one, other = min(covering, key=lambda pair: pair[0])
        found[found.index(one)] = _both(one, other, language)
        found.remove(other)


def _covers(one: _Mark, other: _Mark) -> bool:
    wide = (one.across + other.across) / 2 + GAP
    return abs(one.at[0] - other.at[0]) < wide and abs(one.at[1] - other.at[1]) < 2 * PIN + GAP


def _both(one: _Mark, other: _Mark, language: Language) -> _Mark:
    count = one.count + other.count
    x, y = (
        (a * one.count + b * other.count) / count for a, b in zip(one.at, other.at, strict=True)
    )
    numbers = tuple(sorted((*one.numbers, *other.numbers)))
    return _mark((x, y), numbers, language, meets=one.meets or other.meets, count=count)


def _mark(
    at: Spot, numbers: tuple[int, ...], language: Language, *, meets: bool = False, count: int = 1
) -> _Mark:
    """Return what is shown at a place, or as near to it as the edges let it stand."""
    label = _label(numbers, word("meeting_mark", language) if meets else None)
    text = sum(DIGIT if one.isdigit() else OTHER for one in label)
    across = max(2 * PIN, text + AROUND)
    edge = EDGE + across / 2
    return _Mark((min(max(at[0], edge), WIDTH - edge), at[1]), numbers, meets, label, across, count)


def _label(numbers: Sequence[int], meeting: str | None) -> str:
    """Return what stands on a pin: 2·3, 2–5, 集·1."""
    parts = [] if meeting is None else [meeting]
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        if len(found) > 2:
            parts.append(f"{found[0]}–{found[-1]}")
        else:
            parts += map(str, found)
    return "·".join(parts if len(parts) <= PARTS_MAX else [*parts[: PARTS_MAX - 1], "…"])


def _path(marks: Sequence[_Mark], order: Iterable[int], *, starts: bool) -> list[Spot]:
    """Return the places in the order of the visit, from the meeting point on."""
    by_number = {number: mark.at for mark in marks for number in mark.numbers}
    ahead = [mark.at for mark in marks if mark.meets] if starts else []
    return [spot for spot, _ in groupby([*ahead, *(by_number[number] for number in order)])]


def _arrows(path: Sequence[Spot], taken: Sequence[Spot]) -> list[list[Spot]]:
    """Return the heads, as triangles, that show where legs lead; clear of the places `taken`."""
    found: list[list[Spot]] = []
    for start, end in pairwise(path):
        length = math.dist(start, end)
        clear = [
            at
            for at in (_between(start, end, share) for share in ARROW_AT)
            if all(math.dist(at, one) > PIN + 2 * ARROW for one in taken)
        ]
        if length >= ARROW_NEEDS and clear:
            found.append(
                _head(clear[0], (end[0] - start[0]) / length, (end[1] - start[1]) / length)
            )
    return found


def _between(start: Spot, end: Spot, share: float) -> Spot:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _head(at: Spot, east: float, south: float) -> list[Spot]:
    """Return the triangle around a point that shows in a direction of length 1."""
    corners = ((1.0, 0.0), (-1.0, 0.8), (-1.0, -0.8))
    return [
        (
            at[0] + ARROW * (ahead * east - aside * south),
            at[1] + ARROW * (ahead * south + aside * east),
        )
        for ahead, aside in corners
    ]


def _round_below(metres: float) -> int:
    """Return the largest 1, 2 or 5 with noughts that is not longer."""
    tens = 10 ** math.floor(math.log10(metres))
    return max(1, int(tens * max(step for step in (1, 2, 5) if step * tens <= metres)))


def _pin(mark: _Mark, height: float) -> SketchPin:
    place = _place(mark.at, height)
    return SketchPin(
        label=mark.label,
        numbers=mark.numbers,
        meeting=mark.meets,
        x=place.x,
        y=place.y,
        across=round(mark.across / WIDTH, 4),
    )


def _place(spot: Spot, height: float) -> Place:
    return Place(round(spot[0] / WIDTH, 4), round(spot[1] / height, 4))
