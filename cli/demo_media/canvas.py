"""Drawing surfaces: smooth gradients, antialiased masks, badges."""

from __future__ import annotations

import math
from itertools import pairwise

from PIL import Image, ImageDraw

from cli.demo_media.palettes import AMBER, INK, RGB, WHITE, mix
from cli.demo_media.typography import TextBlock, fit

Box = tuple[float, float, float, float]
SCALE = 2  # masks are drawn this much larger and averaged down: Pillow's shapes have hard edges


def gradient(
    size: tuple[int, int], corners: tuple[RGB, RGB, RGB, RGB], glow: tuple[float, float]
) -> Image.Image:
    """Blend four corner colours; a soft light sits at `glow` (shares of width and height)."""
    columns, rows = 6, 5
    mesh = Image.new("RGB", (columns, rows))
    for row in range(rows):
        for column in range(columns):
            x, y = column / (columns - 1), row / (rows - 1)
            late = x**1.6  # the left, where text stands, stays dark for longer
            colour = mix(mix(corners[0], corners[1], late), mix(corners[2], corners[3], late), y)
            distance = ((x - glow[0]) ** 2 + (y - glow[1]) ** 2) ** 0.5
            light = 0.16 * max(0.0, 1 - distance / 0.5) * late
            mesh.putpixel((column, row), mix(colour, WHITE, light))
    return mesh.resize(size, Image.Resampling.BICUBIC)


class Mask:
    """A coverage mask in final pixels that is drawn larger and averaged down."""

    def __init__(self, width: int, height: int) -> None:
        """Start with nothing covered."""
        self.width, self.height = width, height
        self._large = Image.new("L", (width * SCALE, height * SCALE))
        self._draw = ImageDraw.Draw(self._large)

    def polygon(self, points: list[tuple[float, float]], level: float) -> None:
        """Fill a polygon with `level` (0..1), replacing what is below."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=_byte(level))

    def line(self, points: list[tuple[float, float]], width: float, level: float) -> None:
        """Draw a polyline with round joints and ends."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=_byte(level), width=round(width * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, level)

    def tube(self, points: list[tuple[float, float]], width: float, level: float) -> None:
        """Draw a curve as a row of discs: smoother than `line` where the curve is thick."""
        for (x0, y0), (x1, y1) in pairwise(points):
            steps = max(1, round(math.dist((x0, y0), (x1, y1))))
            for step in range(steps + 1):
                share = step / steps
                self.disc(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, width / 2, level)

    def disc(self, x: float, y: float, radius: float, level: float) -> None:
        """Fill a circle."""
        self._draw.ellipse(_scaled((x - radius, y - radius, x + radius, y + radius)), _byte(level))

    def ring(self, x: float, y: float, radius: float, width: float, level: float) -> None:
        """Draw a circle's outline, `width` wide inwards from `radius`."""
        self.arc(x, y, radius, (0, 360), width, level)

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        angles: tuple[float, float],
        width: float,
        level: float,
    ) -> None:
        """Draw an arc; `angles` in degrees, clockwise from three o'clock."""
        box = _scaled((x - radius, y - radius, x + radius, y + radius))
        self._draw.arc(box, *angles, fill=_byte(level), width=round(width * SCALE))

    def box(self, box: Box, radius: float, level: float) -> None:
        """Fill a rectangle with rounded corners."""
        self._draw.rounded_rectangle(_scaled(box), radius * SCALE, fill=_byte(level))

    def image(self) -> Image.Image:
        """Return the mask in final size."""
        return self._large.reduce(SCALE)


def _byte(level: float) -> int:
    return round(255 * level)


def _scaled(box: Box) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1)


def fill_box(image: Image.Image, box: Box, radius: float, colour: RGB, level: float = 1) -> None:
    """Fill a rounded rectangle on `image`, `level` (0..1) opaque; coordinates are rounded."""
    left, top, right, bottom = (round(value) for value in box)
    mask = Mask(right - left, bottom - top)
    mask.box((0, 0, mask.width, mask.height), radius, level)
    image.paste(colour, (left, top, right, bottom), mask.image())


def pill_block(text: str, size: int, width: float, right: float, top: float) -> TextBlock:
    """Lay out the text of a pill whose right edge is `right`; see `draw_pill`."""
    block = fit(text, width=width, sizes=(size,), max_lines=(1,), bold=True)
    return block.at(right - block.width - size * 0.8, top + size * 0.4)


def pill_box(block: TextBlock) -> Box:
    """Return the outline of the pill around a block of one line."""
    pad_x, pad_y = block.size * 0.8, block.size * 0.4
    return (
        block.x - pad_x,
        block.y - pad_y,
        block.x + block.width + pad_x,
        block.y + block.height + pad_y,
    )


def draw_pill(image: Image.Image, block: TextBlock, fill: RGB, ink: RGB, level: float = 1) -> None:
    """Draw a pill with its text."""
    box = pill_box(block)
    fill_box(image, box, (box[3] - box[1]) / 2, fill, level)
    block.draw(ImageDraw.Draw(image), ink)


def draw_demo_mark(image: Image.Image, block: TextBlock) -> None:
    """Draw the mark 演示 in amber, legible on every ground that we use."""
    draw_pill(image, block, AMBER, INK)
