"""One abstract geometric motif per category, varied by the item's name.

A motif draws into two masks of the same size: `light`, later filled with white, and `accent`,
filled with the palette's warm colour. Both are of any size; motifs scale with the height.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable

from PIL import Image

from cli.demo_media.canvas import Mask

Motif = Callable[[Mask, Mask, random.Random], None]


def dice_of(name: str) -> random.Random:
    """Return a generator that always throws the same numbers for the same name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    return random.Random(seed)  # noqa: S311  geometry, not a secret


def draw_motif(motif: str, name: str, width: int, height: int) -> tuple[Image.Image, Image.Image]:
    """Return the masks (light, accent) of the motif, sized `width` by `height`."""
    light, accent = Mask(width, height), Mask(width, height)
    _MOTIFS[motif](light, accent, dice_of(name))
    return light.image(), accent.image()


def _lanes(light: Mask, accent: Mask, dice: random.Random) -> None:
    """Parallel lanes round a bend, with three stations: up-, mid- and downstream."""
    w, h = light.width, light.height
    cx, cy = w * dice.uniform(0.98, 1.12), h * dice.choice((-0.04, 1.04))
    step, first = h * 0.088, h * dice.uniform(0.30, 0.36)
    for lane in range(9):
        light.ring(cx, cy, first + lane * step, h * 0.006, 0.34 - lane * 0.024)
    for index, lane in enumerate(sorted(dice.sample(range(7), 3))):
        radius = first + lane * step
        down = 1 if cy < 0 else -1
        start = 92 + index * 22 + dice.uniform(0, 10)
        angles = (start, start + dice.uniform(22, 40))
        if down < 0:
            angles = (360 - angles[1], 360 - angles[0])
        light.arc(cx, cy, radius + h * 0.011, angles, h * 0.028, 0.62)
        for angle in angles:
            turn = math.radians(angle)
            x = cx + (radius - h * 0.003) * math.cos(turn)
            y = cy + (radius - h * 0.003) * math.sin(turn)
            light.disc(x, y, h * 0.014, 0.62)
            if angle == angles[0]:
                accent.disc(x, y, h * 0.020, 1)


def _blocks(light: Mask, accent: Mask, dice: random.Random) -> None:
    """Isometric blocks of differing height, one of them lit: a project on its plot."""
    w, h = light.width, light.height
    side = h * 0.135
    dx, dy = side * 0.866, side * 0.5
    cx, cy, slim = w * 0.52, h * 0.44, 0.93
    cells = [(i, j) for i in range(4) for j in range(4)]
    lit = dice.choice([(i, j) for i, j in cells if 0 <= j - i < 2 and 1 < i + j < 6])
    for i, j in cells:
        x, y = cx + (i - j) * dx / slim, cy + (i + j - 3) * dy / slim + h * 0.12
        tall = h * (0.30 if (i, j) == lit else dice.choice((0.04, 0.08, 0.13, 0.19)))
        top = [(x, y - dy - tall), (x + dx, y - tall), (x, y + dy - tall), (x - dx, y - tall)]
        left = [(x - dx, y - tall), (x, y + dy - tall), (x, y + dy), (x - dx, y)]
        right = [(x + dx, y - tall), (x, y + dy - tall), (x, y + dy), (x + dx, y)]
        for face, level in ((top, 0.66), (left, 0.26), (right, 0.42)):
            light.polygon(face, level)
            accent.polygon(face, 0)
        if (i, j) == lit:
            accent.polygon(top, 1)


def _contours(light: Mask, accent: Mask, dice: random.Random) -> None:
    """Rings that swell like contour lines round one point."""
    w, h = light.width, light.height
    cx, cy = w * dice.uniform(0.50, 0.60), h * dice.uniform(0.42, 0.56)
    waves = [(k, dice.uniform(0.02, 0.07) / k, dice.uniform(0, math.tau)) for k in (2, 3, 5)]
    for ring in range(11, 0, -1):
        radius = h * (0.035 + 0.062 * ring)
        points = []
        for step in range(181):
            turn = math.tau * step / 180
            swell = 1 + sum(a * 2.2 * math.sin(k * turn + p + ring * 0.12) for k, a, p in waves)
            points.append(
                (cx + radius * swell * math.cos(turn), cy + radius * swell * math.sin(turn))
            )
        light.line(points, h * (0.0085 if ring % 4 == 0 else 0.0045), 0.62 - ring * 0.035)
    accent.disc(cx, cy, h * 0.030, 1)
    light.ring(cx, cy, h * 0.060, h * 0.008, 0.9)


def _arches(light: Mask, accent: Mask, dice: random.Random) -> None:
    """Gates within gates, the innermost lit: a house that stands open."""
    w, h = light.width, light.height
    cx, base = w * dice.uniform(0.52, 0.60), h * 1.02
    rings = dice.choice((5, 6, 7))
    outer, inner = h * 0.47, h * dice.uniform(0.075, 0.10)
    top, drop = h * dice.uniform(0.06, 0.14), h * dice.uniform(0.50, 0.58)
    for ring in range(rings + 1):
        share = ring / rings
        half, crown = outer + (inner - outer) * share, top + drop * share
        door = ring == rings
        mask, level = (accent, 1.0) if door else (light, 0.10 + 0.52 * share**1.5)
        mask.disc(cx, crown + half, half, level)
        mask.box((cx - half, crown + half, cx + half, base), 0, level)


def _hexagons(light: Mask, accent: Mask, dice: random.Random) -> None:
    """A honeycomb that thickens towards its middle."""
    w, h = light.width, light.height
    size = h * 0.098
    cx, cy = w * dice.uniform(0.50, 0.58), h * dice.uniform(0.46, 0.60)
    cells = [
        (column * size * 1.5, (row + column % 2 / 2) * size * math.sqrt(3))
        for column in range(-1, math.ceil(w / size / 1.5) + 1)
        for row in range(-1, math.ceil(h / size / 1.7) + 1)
    ]
    cells.sort(key=lambda cell: math.dist(cell, (cx, cy)))
    lit = set(dice.sample(range(1, 9), 2))
    for index, (x, y) in enumerate(cells):
        nearness = max(0.0, 1 - math.dist((x, y), (cx, cy)) / (h * 0.72))
        if nearness == 0:
            continue
        corners = [
            (
                x + size * 0.9 * math.cos(math.tau * k / 6),
                y + size * 0.9 * math.sin(math.tau * k / 6),
            )
            for k in range(6)
        ]
        light.polygon(corners, nearness * dice.uniform(0.35, 0.80))
        if index in lit:
            accent.polygon(corners, 0.95)


def _sheets(light: Mask, accent: Mask, dice: random.Random) -> None:
    """A fan of sheets with a marked chapter."""
    w, h = light.width, light.height
    for sheet in range(4):
        x, y = w * (0.40 - 0.085 * sheet), h * (0.10 + 0.055 * sheet)
        light.box((x, y, x + w * 0.50, y + h * 0.64), h * 0.03, (0.14, 0.24, 0.40, 0.92)[sheet])
    x, y = w * (0.40 - 0.255), h * (0.10 + 0.165)
    marked = dice.randrange(1, 5)
    for row in range(6):
        top = y + h * (0.075 + row * 0.088)
        long = w * (0.20 if row == 0 else dice.uniform(0.24, 0.38))
        box = (x + w * 0.06, top, x + w * 0.06 + long, top + h * (0.034 if row == 0 else 0.018))
        light.box(box, h * 0.009, 0.30 if row == 0 else 0.55)
    tab = y + h * (0.06 + marked * 0.088)
    accent.box((x + w * 0.46, tab, x + w * 0.56, tab + h * 0.055), h * 0.0275, 1)


def _columns(light: Mask, accent: Mask, dice: random.Random) -> None:
    """Blocks in a layout grid, as on a page in print."""
    w, h = light.width, light.height
    gap, columns = h * 0.028, 3
    width = (w * 0.86 - gap * (columns - 1)) / columns
    lit = dice.randrange(columns - 1)
    for column in range(columns):
        x, y, row = w * 0.09 + column * (width + gap), h * (0.06 - 0.05 * (column % 2)), 0
        while y < h:
            tall = h * dice.choice((0.11, 0.16, 0.24, 0.30))
            target, level = (light, dice.choice((0.18, 0.28, 0.42, 0.62)))
            if column == lit and row == 1:
                target, level = accent, 1
            target.box((x, y, x + width, y + tall), h * 0.02, level)
            y, row = y + tall + gap, row + 1


def _path(light: Mask, accent: Mask, dice: random.Random) -> None:
    """A line that winds past its stops over a grid of dots."""
    w, h = light.width, light.height
    pitch = h * 0.062
    for row in range(1, int(h / pitch) + 1):
        for column in range(1, int(w / pitch) + 1):
            light.disc(column * pitch, row * pitch, h * 0.0042, 0.30)
    swing, shift = dice.choice((-1, 1)) * dice.uniform(0.20, 0.26), dice.uniform(0, 0.6)

    def at(share: float) -> tuple[float, float]:
        wave = math.sin(share * math.tau * 1.15 + shift) * swing
        return (w * (0.52 + wave * 1.3), h * (1.04 - share * 1.08))

    light.line([at(step / 120) for step in range(121)], h * 0.016, 0.85)
    stops = (0.14, 0.34, 0.54, 0.76, 0.92)
    lit = dice.randrange(1, 4)
    for index, share in enumerate(stops):
        x, y = at(share)
        light.disc(x, y, h * 0.038, 1)
        accent.disc(x, y, h * 0.038, 0)
        (accent if index == lit else light).disc(x, y, h * 0.024, 1 if index == lit else 0.25)


def _aperture(light: Mask, accent: Mask, dice: random.Random) -> None:
    """The blades of an iris."""
    w, h = light.width, light.height
    cx, cy, outer, inner = w * 0.56, h * 0.5, h * 0.44, h * dice.uniform(0.14, 0.2)
    blades, turn = 8, dice.uniform(0, math.tau / 8)
    for ring in range(1, 4):
        light.ring(cx, cy, outer + ring * h * 0.085, h * 0.004, 0.30 - ring * 0.06)
    for blade in range(blades):
        one, two = turn + math.tau * blade / blades, turn + math.tau * (blade + 1) / blades
        rim = [one + (two - one) * k / 16 + 0.62 for k in range(17)]
        points = [(cx + inner * math.cos(one), cy + inner * math.sin(one))]
        points += [(cx + outer * math.cos(a), cy + outer * math.sin(a)) for a in rim]
        points.append((cx + inner * math.cos(two), cy + inner * math.sin(two)))
        light.polygon(points, 0.16 + 0.50 * blade / blades)
    turn = math.radians(dice.uniform(60, 120))
    accent.disc(cx + outer * math.cos(turn), cy + outer * math.sin(turn), h * 0.026, 1)


def _truchet(light: Mask, accent: Mask, dice: random.Random) -> None:
    """Quarter circles that meet from tile to tile: questions that find answers."""
    w, h = light.width, light.height
    tile = h / 5
    columns = math.ceil(w / tile)
    lit = (dice.randrange(1, columns - 1), dice.randrange(1, 4))
    for column in range(columns):
        for row in range(5):
            x, y = column * tile, row * tile
            level, width = dice.choice((0.26, 0.40, 0.58)), tile * 0.24
            if dice.random() < 0.5:
                corners = ((x, y, (0, 90)), (x + tile, y + tile, (180, 270)))
            else:
                corners = ((x + tile, y, (90, 180)), (x, y + tile, (270, 360)))
            for cx, cy, angles in corners:
                light.arc(cx, cy, tile / 2 + width / 2, angles, width, level)
    accent.disc(lit[0] * tile, lit[1] * tile, tile * 0.2, 1)


_MOTIFS: dict[str, Motif] = {
    "tracks": _lanes,
    "projects": _blocks,
    "sites": _contours,
    "venues": _arches,
    "clusters": _hexagons,
    "handbook": _sheets,
    "articles": _columns,
    "routes": _path,
    "films": _aperture,
    "faqs": _truchet,
}
