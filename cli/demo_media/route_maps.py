"""Schematic maps of visiting routes, 1600 x 1200 pixels; no coast, road or border is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw

from cli.demo_media.canvas import (
    Box,
    Mask,
    draw_demo_mark,
    fill_box,
    gradient,
    pill_block,
    pill_box,
)
from cli.demo_media.palettes import INK, MUTED, NAVY, PAPER, RGB, WHITE, mix, palette_of, rgb
from cli.demo_media.route_layout import (
    BAND,
    HEIGHT,
    LEGEND_NUMBER,
    LEGEND_PAD,
    PIN_RADIUS,
    RING,
    WIDTH,
    Label,
    Legend,
    Pin,
    Point,
    foot,
    path_of,
    pins_of,
    place_labels,
    place_panels,
)
from cli.demo_media.specs import RouteMap
from cli.demo_media.typography import TextBlock, fit

DISCLAIMER = "考察动线示意图 · 非地图 · 演示"
PIN_COLOUR = NAVY
LINE_COLOUR: RGB = rgb(0x12939A)


@dataclass(frozen=True)
class RouteMapLayout:
    """Where everything of a route map stands; no two blocks of text touch."""

    band: Box
    title: TextBlock
    subtitle: TextBlock
    mark: TextBlock
    legend: Legend | None
    pins: tuple[Pin, ...]
    legs: list[list[Point]]
    labels: tuple[Label, ...]

    @property
    def blocks(self) -> tuple[TextBlock, ...]:
        """All text of the map but the numbers in the pins."""
        tags = [block for label in self.labels for block in (label.name, label.note)]
        entries = self.legend.entries if self.legend else ()
        found = [self.title, self.subtitle, self.mark, *tags, *entries]
        return tuple(block for block in found if block.lines)


def layout_route_map(route: RouteMap) -> RouteMapLayout:
    """Measure and place everything; deterministic, nothing is drawn."""
    pins, legs = pins_of(route), path_of(route)
    points = [point for leg in legs for point in leg]
    band, legend = place_panels(route, pins, points)
    mark = pill_block(DISCLAIMER, 26, 520, WIDTH - 56, band[1] + (BAND - 47) / 2)
    room = pill_box(mark)[0] - 56 - 40
    title = fit(
        route.title,
        width=room,
        sizes=(56, 50, 44, 38, 34),
        max_lines=(1, 1, 1, 1, 2),
        bold=True,
        leading=1.15,
    )
    subtitle = fit(route.subtitle, width=room, sizes=(30, 26), max_lines=(1, 1))
    gap = 16 if subtitle.lines else 0
    top = band[1] + (BAND - title.height - gap - subtitle.height) / 2
    taken = (band, *([legend.box] if legend else []))
    return RouteMapLayout(
        band,
        title.at(56, top),
        subtitle.at(56, top + title.height + gap),
        mark,
        legend,
        pins,
        legs,
        place_labels(pins, points, taken),
    )


def _ground() -> Image.Image:
    """Draw paper with a faint grid of dots."""
    corners = (PAPER, mix(PAPER, LINE_COLOUR, 0.05), WHITE, mix(PAPER, LINE_COLOUR, 0.13))
    image = gradient((WIDTH, HEIGHT), corners, (0, 0))
    dots = Mask(WIDTH, HEIGHT)
    for x in range(40, WIDTH, 40):
        for y in range(40, HEIGHT, 40):
            dots.disc(x, y, 2.2, 0.16)
    image.paste(NAVY, (0, 0), dots.image())
    return image


def _draw_line(image: Image.Image, legs: list[list[Point]]) -> None:
    """Draw the way on a white casing, with an arrow in the middle of each leg."""
    casing, line, arrows = (Mask(WIDTH, HEIGHT) for _ in range(3))
    for leg in legs:
        casing.tube(leg, 20, 0.9)
        line.tube(leg, 10, 1)
    for leg in legs:
        middle = len(leg) // 2
        (x, y), (x0, y0) = leg[middle], leg[middle - 1]
        turn = math.atan2(y - y0, x - x0)
        for grow, mask in ((1.0, arrows), (1.5, casing)):
            corners = [(20 * grow, 0), (-13 * grow, 17 * grow), (-13 * grow, -17 * grow)]
            mask.polygon([_turned(c, turn, x, y) for c in corners], 1)
    image.paste(WHITE, (0, 0), casing.image())
    image.paste(LINE_COLOUR, (0, 0), line.image())
    image.paste(rgb(0x0B6E78), (0, 0), arrows.image())


def _turned(point: Point, turn: float, x: float, y: float) -> Point:
    dx, dy = point
    return (
        x + dx * math.cos(turn) - dy * math.sin(turn),
        y + dx * math.sin(turn) + dy * math.cos(turn),
    )


def _draw_number(
    image: Image.Image, numbers: tuple[int, ...], x: float, y: float, radius: float
) -> None:
    """Draw the number (or numbers) of a pin, centred on its disc."""
    text = "·".join(map(str, numbers))
    full = round(radius * 1.18)
    block = fit(
        text,
        width=radius * 1.7,
        sizes=(full, round(full * 0.75), round(full * 0.55)),
        max_lines=(1, 1, 1),
        bold=True,
    )
    left, top, right, bottom = block.at(0, 0).ink
    block.at(x - (left + right) / 2, y - (top + bottom) / 2).draw(ImageDraw.Draw(image), WHITE)


def _draw_pins(image: Image.Image, pins: tuple[Pin, ...]) -> None:
    rings, discs = Mask(WIDTH, HEIGHT), Mask(WIDTH, HEIGHT)
    for pin in pins:
        rings.disc(pin.x, pin.y, PIN_RADIUS + RING, 1)
        discs.disc(pin.x, pin.y, PIN_RADIUS, 1)
    image.paste(WHITE, (0, 0), rings.image())
    image.paste(PIN_COLOUR, (0, 0), discs.image())
    for pin in pins:
        _draw_number(image, pin.numbers, pin.x, pin.y, PIN_RADIUS)


def _draw_panel(image: Image.Image, box: Box, radius: float) -> None:
    """Draw white ground with a hairline."""
    outer = (box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2)
    fill_box(image, outer, radius + 2, mix(PAPER, NAVY, 0.16))
    fill_box(image, box, radius, WHITE)


def _draw_legend(image: Image.Image, legend: Legend) -> None:
    _draw_panel(image, legend.box, 22)
    pen, radius = ImageDraw.Draw(image), 19
    for number, entry in enumerate(legend.entries, 1):
        x, y = entry.x - LEGEND_NUMBER + LEGEND_PAD, entry.y + entry.height / 2
        box = (x - radius, y - radius, x + radius, y + radius)
        fill_box(image, box, radius, PIN_COLOUR)
        _draw_number(image, (number,), round(box[0]) + radius, round(box[1]) + radius, radius)
        entry.draw(pen, INK)


def draw_route_map(route: RouteMap) -> Image.Image:
    """Draw the map in full size (RGB)."""
    layout = layout_route_map(route)
    image = _ground()
    left, top, right, bottom = (round(value) for value in layout.band)
    palette = palette_of("routes", "")
    image.paste(gradient((right - left, bottom - top), palette.corners, (0.9, 0.5)), (left, top))
    pen = ImageDraw.Draw(image)
    layout.title.draw(pen, WHITE)
    layout.subtitle.draw(pen, mix(WHITE, palette.corners[0], 0.14))
    draw_demo_mark(image, layout.mark)
    _draw_line(image, layout.legs)
    if layout.legend:
        _draw_legend(image, layout.legend)
    for label in layout.labels:
        pen.line([(label.pin.x, label.pin.y), foot(label.tag, label.pin)], MUTED, 3)
        _draw_panel(image, label.tag, 14)
        label.name.draw(pen, INK)
        label.note.draw(pen, MUTED)
    _draw_pins(image, layout.pins)
    return image
