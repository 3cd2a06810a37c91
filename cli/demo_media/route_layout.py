"""Geometry of a route map: the line through the pins, and room for legend and labels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cli.demo_media.canvas import Box
from cli.demo_media.specs import RouteMap, RouteMapStop
from cli.demo_media.typography import TextBlock, drawable, fit

Point = tuple[float, float]

WIDTH, HEIGHT, MARGIN = 1600, 1200, 36
BAND = 152  # height of the band with the title
PIN_RADIUS = 34  # of the disc in pixels; its centre is the stop's x, y
RING = 7  # white edge around the disc
CLEARANCE = 24  # between the middle of the line and a label
LEGEND_ROW, LEGEND_PAD = 54, 26
LEGEND_NUMBER = 56  # room for a stop's number to the left of its name


@dataclass(frozen=True)
class Pin:
    """A place on the map; a place that is visited twice bears both numbers."""

    x: float
    y: float
    numbers: tuple[int, ...]
    stop: RouteMapStop

    @property
    def box(self) -> Box:
        """The square around the disc and its ring."""
        reach = PIN_RADIUS + RING
        return (self.x - reach, self.y - reach, self.x + reach, self.y + reach)


@dataclass(frozen=True)
class Label:
    """A stop's name (and note) on a tag, `tag`, beside its pin."""

    pin: Pin
    tag: Box
    name: TextBlock
    note: TextBlock
    cost: int


@dataclass(frozen=True)
class Legend:
    """The list of stops: one block of text per stop, to the right of its number."""

    box: Box
    entries: tuple[TextBlock, ...]


def pins_of(route: RouteMap) -> tuple[Pin, ...]:
    """Return the pins in pixels, in the order of their first number."""
    places: dict[Point, list[int]] = {}
    for number, stop in enumerate(route.stops, 1):
        places.setdefault((stop.x, stop.y), []).append(number)
    return tuple(
        Pin(x * WIDTH, y * HEIGHT, tuple(numbers), route.stops[numbers[0] - 1])
        for (x, y), numbers in places.items()
    )


def path_of(route: RouteMap) -> list[list[Point]]:
    """Return the line as one list of points per leg (centripetal Catmull-Rom, no loops)."""
    knots = [(stop.x * WIDTH, stop.y * HEIGHT) for stop in route.stops]
    knots = [k for i, k in enumerate(knots) if i == 0 or math.dist(k, knots[i - 1]) > 1]
    if len(knots) < 2:
        return []
    ends = [_beyond(knots[1], knots[0]), *knots, _beyond(knots[-2], knots[-1])]
    return [_leg(*ends[i : i + 4]) for i in range(len(knots) - 1)]


def _beyond(before: Point, point: Point) -> Point:
    """Continue the way from `before` to `point` for a little."""
    return (point[0] + (point[0] - before[0]) * 0.3, point[1] + (point[1] - before[1]) * 0.3)


def _leg(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    times = [0.0]
    for one, other in ((a, b), (b, c), (c, d)):
        times.append(times[-1] + max(math.dist(one, other), 1e-3) ** 0.5)
    steps = max(8, round(math.dist(b, c) / 8))

    def towards(p: Point, q: Point, start: float, end: float, now: float) -> Point:
        share = (now - start) / (end - start)
        return (p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share)

    points = []
    for step in range(steps + 1):
        now = times[1] + (times[2] - times[1]) * step / steps
        ab = towards(a, b, times[0], times[1], now)
        bc = towards(b, c, times[1], times[2], now)
        cd = towards(c, d, times[2], times[3], now)
        left = towards(ab, bc, times[0], times[2], now)
        right = towards(bc, cd, times[1], times[3], now)
        points.append(towards(left, right, times[1], times[2], now))
    return points


def overlap(one: Box, other: Box, gap: float = 0) -> bool:
    """Whether two boxes come closer than `gap`."""
    return (
        one[0] < other[2] + gap
        and other[0] < one[2] + gap
        and one[1] < other[3] + gap
        and other[1] < one[3] + gap
    )


def crosses(box: Box, points: Iterable[Point], gap: float) -> bool:
    """Whether the line comes closer to the box than `gap`."""
    left, top, right, bottom = box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap
    return any(left < x < right and top < y < bottom for x, y in points)


def _legend_boxes(count: int, band: Box) -> list[tuple[Box, int]]:
    """Places for the legend in order of preference, each with its number of columns."""
    low = MARGIN if band[1] > 0 else BAND + MARGIN
    high = HEIGHT - MARGIN - (BAND if band[1] > 0 else 0)
    right = WIDTH - MARGIN
    found: list[tuple[Box, int]] = []
    full = right - MARGIN
    for most, width in ((4, full), (3, full), (2, full), (3, 1100), (2, 740), (1, 400)):
        rows = math.ceil(count / most)
        columns, height = math.ceil(count / rows), rows * LEGEND_ROW + 2 * LEGEND_PAD
        for top in (high - height, low):
            for left in (MARGIN, right - width):
                found.append(((left, top, left + width, top + height), columns))
    return [(box, columns) for box, columns in found if box[1] >= low and box[3] <= high]


def place_panels(
    route: RouteMap, pins: tuple[Pin, ...], points: list[Point]
) -> tuple[Box, Legend | None]:
    """Return the title's band and the legend where they cover fewest pins and least line.

    There is no legend when the stops are too many for any of its places.
    """
    options: list[tuple[int, Box, Legend | None]] = []
    bands: tuple[Box, Box] = ((0, 0, WIDTH, BAND), (0, HEIGHT - BAND, WIDTH, HEIGHT))
    for band in bands:
        hidden = 1000 * sum(overlap(pin.box, band) for pin in pins)
        options.append((hidden + 100_000, band, None))
        for rank, (box, columns) in enumerate(_legend_boxes(len(route.stops), band)):
            legend = _legend(route, box, columns)
            cost = hidden + 1000 * sum(overlap(pin.box, box, 12) for pin in pins) + rank
            cost += 300 if crosses(box, points, 16) else 0
            cost += 40 * sum(
                entry.lines[-1:] != (drawable(stop.label),)
                for entry, stop in zip(legend.entries, route.stops, strict=True)
            )
            options.append((cost, band, legend))
    best = min(options, key=lambda option: option[0])
    return best[1], best[2]


def _legend(route: RouteMap, box: Box, columns: int) -> Legend:
    width = (box[2] - box[0] - 2 * LEGEND_PAD) / columns
    rows = math.ceil(len(route.stops) / columns)
    entries = []
    for index, stop in enumerate(route.stops):
        column, row = divmod(index, rows)
        block = fit(
            stop.label, width=width - LEGEND_NUMBER - 20, sizes=(28, 25, 22), max_lines=(1, 1, 1)
        )
        x = box[0] + LEGEND_PAD + column * width + LEGEND_NUMBER
        middle = box[1] + LEGEND_PAD + (row + 0.5) * LEGEND_ROW
        entries.append(block.at(x, middle - block.height / 2))
    return Legend(box, tuple(entries))


_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))


def _tags(pin: Pin) -> list[Label]:
    """All places and sizes that a pin's label could have, cheapest first."""
    found = []
    for variant, (size, width, noted) in enumerate(
        ((32, 330, True), (32, 330, False), (26, 210, False))
    ):
        name = fit(pin.stop.label, width=width, sizes=(size, size - 4), max_lines=(1, 2), bold=True)
        note = fit(pin.stop.note if noted else "", width=width, sizes=(24,), max_lines=(2,))
        wide = max(name.width, note.width) + 32
        tall = name.height + (note.height + 10 if note.lines else 0) + 22
        for away, reach in enumerate((50, 74, 106, 140)):
            for rank, (dx, dy) in enumerate(_DIRECTIONS):
                bend = 0.72 if dx and dy else 1
                left = pin.x + dx * reach * bend - (wide if dx < 0 else wide / 2 if dx == 0 else 0)
                top = pin.y + dy * reach * bend - (tall if dy < 0 else tall / 2 if dy == 0 else 0)
                tag = (left, top, left + wide, top + tall)
                below = top + 11 + name.height + 10
                placed = (name.at(left + 16, top + 11), note.at(left + 16, below))
                found.append(Label(pin, tag, *placed, variant * 60 + away * 12 + rank))
    return sorted(found, key=lambda label: label.cost)


def place_labels(
    pins: tuple[Pin, ...], points: list[Point], taken: tuple[Box, ...]
) -> tuple[Label, ...]:
    """Place the labels so that none touches the line, a pin, a panel or another label.

    A label gives up its note first, then some size; one that finds no room at all is left out
    (the legend still names its stop).
    """
    free = [
        [label for label in _tags(pin) if _fits(label, pins, taken) and _clear(label, points)]
        for pin in pins
    ]
    tightest = sorted(range(len(free)), key=lambda index: len(free[index]))
    starts = range(len(tightest))
    tries = [_assign([free[i] for i in (*tightest[s:], *tightest[:s])]) for s in starts]
    return min(tries, key=lambda labels: sum(x.cost for x in labels) - 1000 * len(labels))


def _fits(label: Label, pins: tuple[Pin, ...], taken: tuple[Box, ...]) -> bool:
    """Whether the tag lies on free ground, and nearer to its own pin than to any other."""
    tag, near = label.tag, distance(label.tag, label.pin)
    inside = (
        tag[0] >= MARGIN
        and tag[1] >= MARGIN
        and tag[2] <= WIDTH - MARGIN
        and tag[3] <= HEIGHT - MARGIN
    )
    others = [pin for pin in pins if pin is not label.pin]
    return (
        inside
        and not any(overlap(tag, box, 8) for box in (*(pin.box for pin in others), *taken))
        and not any(distance(tag, pin) < near + 30 for pin in others)
    )


def _clear(label: Label, points: list[Point]) -> bool:
    return not crosses(label.tag, points, CLEARANCE)


def distance(box: Box, pin: Pin) -> float:
    """How far the centre of a pin is from a box."""
    x, y = foot(box, pin)
    return math.dist((pin.x, pin.y), (x, y))


def foot(box: Box, pin: Pin) -> Point:
    """The point of a box that is nearest to a pin."""
    return (min(max(pin.x, box[0]), box[2]), min(max(pin.y, box[1]), box[3]))


def _assign(choices: list[list[Label]]) -> tuple[Label, ...]:
    placed: list[Label] = []
    for labels in choices:
        for label in labels:
            if not any(overlap(label.tag, other.tag, 10) for other in placed):
                placed.append(label)
                break
    return tuple(placed)
