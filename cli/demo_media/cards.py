"""Title pictures of 1600 x 900 pixels."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from cli.demo_media.canvas import (
    Box,
    Mask,
    draw_demo_mark,
    draw_pill,
    fill_box,
    gradient,
    pill_block,
)
from cli.demo_media.motifs import dice_of, draw_motif
from cli.demo_media.palettes import AMBER, INK, MUTED, PAPER, RGB, WHITE, Palette, mix, palette_of
from cli.demo_media.specs import Card
from cli.demo_media.typography import TextBlock, drawable, fit

WIDTH, HEIGHT, MARGIN = 1600, 900, 96
TEXT_WIDTH = 880
PANEL_LEFT = 1030  # of the gradient on split cards
TITLE_SIZES = (132, 120, 108, 96, 86, 76, 68, 60, 54, 48)
TITLE_LINES = (1, 2, 2, 2, 3, 3, 3, 4, 4, 4)
TITLE_TOP = 240  # below the badge and the rule
CHIP_HEIGHT, CHIP_GAP, CHIP_PAD = 124, 24, 32


@dataclass(frozen=True)
class Chip:
    """A fact in its frame: a small label (maybe empty) above a large value."""

    box: Box
    label: TextBlock
    value: TextBlock


@dataclass(frozen=True)
class CardLayout:
    """Where everything of a card stands; no two blocks touch."""

    badge: TextBlock | None
    title: TextBlock
    subtitle: TextBlock
    chips: tuple[Chip, ...]
    mark: TextBlock | None
    rule: Box

    @property
    def blocks(self) -> tuple[TextBlock, ...]:
        """All text of the card."""
        chips = [block for chip in self.chips for block in (chip.label, chip.value)]
        found = [self.badge, self.title, self.subtitle, *chips, self.mark]
        return tuple(block for block in found if block and block.lines)


def _chips(figures: tuple[str, ...], width: float) -> tuple[Chip, ...]:
    """Set the facts side by side at the bottom, in equal shares when they get narrow."""
    if not figures:
        return ()
    room = (width - CHIP_GAP * (len(figures) - 1)) / len(figures) - 2 * CHIP_PAD
    halves = [drawable(figure).rpartition(" ") for figure in figures]
    labels = [fit(label, width=room, sizes=(28, 24), max_lines=(1, 1)) for label, _, _ in halves]
    values = _alike([value for _, _, value in halves], room)
    left, top, chips = float(MARGIN), HEIGHT - MARGIN - CHIP_HEIGHT, []
    for label, value in zip(labels, values, strict=True):
        right = left + max(label.width, value.width, 96) + 2 * CHIP_PAD
        above = label.height + 12 if label.lines else 0
        first = top + (CHIP_HEIGHT - above - value.height) / 2
        chips.append(
            Chip(
                (left, top, right, top + CHIP_HEIGHT),
                label.at(left + CHIP_PAD, first),
                value.at(left + CHIP_PAD, first + above),
            )
        )
        left = right + CHIP_GAP
    return tuple(chips)


def _alike(values: list[str], room: float) -> list[TextBlock]:
    """Set all values in the largest common size at which none is wider than `room`."""
    for size in (48, 42, 36, 30, 26):
        blocks = [fit(v, width=room, sizes=(size,), max_lines=(1,), bold=True) for v in values]
        if all("".join(b.lines) == v for b, v in zip(blocks, values, strict=True)):
            break
    return blocks


def _title(text: str, room: float) -> TextBlock:
    """Set the title as large as its width and the height that is left allow."""
    for first in range(len(TITLE_SIZES)):
        title = fit(
            text,
            width=TEXT_WIDTH,
            sizes=TITLE_SIZES[first:],
            max_lines=TITLE_LINES[first:],
            bold=True,
            leading=1.2,
        )
        if title.height <= room:
            break
    return title


def layout_card(card: Card) -> CardLayout:
    """Measure and place the text of a card; deterministic, nothing is drawn."""
    split = palette_of(card.motif, card.badge).split
    chips = _chips(card.figures, (PANEL_LEFT - 40 if split else WIDTH - MARGIN) - MARGIN)
    subtitle = fit(
        card.subtitle,
        width=TEXT_WIDTH - 40,
        sizes=(44, 40, 36, 32),
        max_lines=(2, 2, 3, 3),
        leading=1.5,
    )
    bottom = HEIGHT - MARGIN - (CHIP_HEIGHT + 52 if chips else 0)
    subtitle = subtitle.at(MARGIN, bottom - subtitle.height)
    base = subtitle.y - 36 if subtitle.lines else bottom
    title = _title(card.title, base - TITLE_TOP)
    title = title.at(MARGIN - title.size * 0.04, base - title.height)
    badge = None
    if drawable(card.badge):
        badge = pill_block(card.badge, 36, TEXT_WIDTH, 0, MARGIN)
        badge = badge.at(MARGIN + badge.size * 0.8, badge.y)
    mark = pill_block("演示", 26, 200, WIDTH - 56, 56) if card.demo else None
    rule = (MARGIN, title.y - 44, MARGIN + 88, title.y - 36)
    return CardLayout(badge, title, subtitle, chips, mark, rule)


def _ground(card: Card, palette: Palette) -> Image.Image:
    """Draw the gradient, the motif and, on split cards, the paper."""
    dice = dice_of(card.name + "#light")
    glow = (dice.uniform(0.6, 1.0), dice.uniform(0.0, 1.0))
    left = PANEL_LEFT if palette.split else 900
    ground = gradient((WIDTH, HEIGHT), palette.corners, glow)
    light, accent = draw_motif(card.motif, card.name, WIDTH - left, HEIGHT)
    if not palette.split:
        fade = Image.linear_gradient("L").rotate(90).point(lambda v: min(255, v * 4))
        fade = fade.resize(light.size, Image.Resampling.BICUBIC)
        light = ImageChops.multiply(light, fade).point(lambda v: round(v * 0.72))
        accent = ImageChops.multiply(accent, fade)
    ground.paste(WHITE, (left, 0), light)
    ground.paste(AMBER, (left, 0), accent)
    if palette.split:
        paper = Mask(WIDTH, HEIGHT)
        paper.box((-200, -200, PANEL_LEFT, HEIGHT + 200), 0, 1)
        ground.paste(PAPER, (0, 0), paper.image())
    return ground


def draw_card(card: Card) -> Image.Image:
    """Draw a card in full size (RGB)."""
    palette, layout = palette_of(card.motif, card.badge), layout_card(card)
    image = _ground(card, palette)
    strong: RGB = INK if palette.split else WHITE
    soft: RGB = MUTED if palette.split else mix(WHITE, palette.corners[0], 0.14)
    fill_box(image, layout.rule, 4, palette.accent)
    pen = ImageDraw.Draw(image)
    layout.title.draw(pen, strong)
    layout.subtitle.draw(pen, soft)
    for chip in layout.chips:
        if palette.split:
            fill_box(image, chip.box, 20, mix(WHITE, palette.accent, 0.10))
        else:
            fill_box(image, chip.box, 20, palette.corners[0], 0.85)
            fill_box(image, chip.box, 20, WHITE, 0.10)
        chip.label.draw(pen, soft)
        chip.value.draw(pen, strong)
    if layout.badge and palette.split:
        draw_pill(image, layout.badge, palette.accent, WHITE)
    elif layout.badge:
        draw_pill(image, layout.badge, WHITE, WHITE, 0.16)
    if layout.mark:
        draw_demo_mark(image, layout.mark)
    return image
