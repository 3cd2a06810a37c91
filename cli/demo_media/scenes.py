"""Pictures of a film: its slides, their gentle motion and the fades between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from cli.demo_media.canvas import Mask, draw_demo_mark, gradient, pill_block
from cli.demo_media.motifs import dice_of, draw_motif
from cli.demo_media.palettes import AMBER, NAVY, WHITE, mix, palette_of
from cli.demo_media.specs import Film, Slide
from cli.demo_media.typography import TextBlock, fit

WIDTH, HEIGHT = 1280, 720
LEFT, TEXT_WIDTH = 88, 700
TOP, BOTTOM = 96, 584  # text keeps clear of the mark above and of subtitles below
ZOOM = 1.06
FADE = 15  # frames of a crossfade
ENTER, STAGGER = 16, 6  # frames that a text needs to come in; delay from one to the next
MOTIFS = ("films", "tracks", "venues", "clusters", "routes")


@dataclass(frozen=True)
class SlideLayout:
    """Where the text of a slide stands; no two blocks touch."""

    title: TextBlock
    lines: tuple[TextBlock, ...]
    mark: TextBlock

    @property
    def blocks(self) -> tuple[TextBlock, ...]:
        """All text of the slide."""
        return tuple(block for block in (self.title, *self.lines, self.mark) if block.lines)


def layout_slide(slide: Slide) -> SlideLayout:
    """Measure and place the text of a slide; lines that do not fit are set smaller, then cut."""
    gap, indent = 26, 36 if len(slide.lines) > 1 else 0
    for shrink in range(4):
        title = fit(
            slide.title,
            width=TEXT_WIDTH,
            sizes=((104, 88, 76, 66, 56) if not slide.lines else (76, 66, 56))[min(shrink, 2) :],
            max_lines=((1, 2, 2, 3, 4) if not slide.lines else (1, 2, 3))[min(shrink, 2) :],
            bold=True,
            leading=1.2,
        )
        size, count = ((38, 2), (34, 2), (30, 2), (26, 1))[shrink]
        lines = [
            fit(line, width=TEXT_WIDTH - indent, sizes=(size,), max_lines=(count,), leading=1.35)
            for line in slide.lines
        ]
        height = title.height + sum(gap + line.height for line in lines) + (gap + 4 if lines else 0)
        if height <= BOTTOM - TOP:
            break
    y = max(TOP, TOP + (BOTTOM - TOP - height) / 2)
    placed, below = [], y + title.height + gap + 4
    for line in lines:
        below += gap
        if below + line.height <= BOTTOM:
            placed.append(line.at(LEFT + indent, below))
        below += line.height
    mark = pill_block("演示", 22, 160, WIDTH - 44, 40)
    return SlideLayout(title.at(LEFT, y), tuple(placed), mark)


@dataclass(frozen=True)
class _Piece:
    """A text that comes in: its picture, where it ends up, and after how many frames it starts."""

    image: Image.Image
    coverage: Image.Image
    at: tuple[int, int]
    delay: int


class Scene:
    """One slide, ready to be drawn at any moment."""

    def __init__(self, film: Film, index: int) -> None:
        """Draw the ground and the texts once."""
        slide = film.slides[index]
        self.frames = slide.frames
        self._inwards = index % 2 == 0
        self._ground = _ground(film.name, index)
        self._layout = layout_slide(slide)
        # The texts wait until those of the slide before have nearly faded away.
        wait = FADE - 3 if index else 0
        dashes = len(slide.lines) > 1
        self._pieces = [
            _piece(block, order, wait + order * STAGGER, dashes)
            for order, block in enumerate((self._layout.title, *self._layout.lines))
            if block.lines
        ]

    def at(self, frame: int) -> Image.Image:
        """Draw the slide `frame` frames after its start; a little past its end is allowed."""
        share = frame / (self.frames + FADE)
        image = self._zoomed(share if self._inwards else 1 - share)
        for piece in self._pieces:
            _enter(image, piece, (frame - piece.delay) / ENTER)
        draw_demo_mark(image, self._layout.mark)
        return image

    def still(self) -> Image.Image:
        """Draw the slide with all its text in place."""
        image = self._zoomed(0)
        for piece in self._pieces:
            _enter(image, piece, 1)
        draw_demo_mark(image, self._layout.mark)
        return image

    def _zoomed(self, share: float) -> Image.Image:
        """Cut out a part of the ground, smaller the greater `share` (0..1) is."""
        width, height = self._ground.size
        edge = (1 - 1 / ZOOM) / 2 * share
        box = (width * edge, height * edge, width * (1 - edge), height * (1 - edge))
        return self._ground.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=box)


def _ground(name: str, index: int) -> Image.Image:
    """Draw gradient and motif as large as the strongest zoom needs them."""
    width, height = round(WIDTH * ZOOM), round(HEIGHT * ZOOM)
    motif = MOTIFS[index % len(MOTIFS)]
    seed = f"{name}#{index}"
    palette = palette_of(motif, "")
    image = gradient((width, height), palette.corners, (0.85, dice_of(seed).uniform(0.1, 0.9)))
    left = round(width * 0.55)
    light, accent = draw_motif(motif, seed, width - left, height)
    fade = Image.linear_gradient("L").rotate(90).point([min(255, v * 4) for v in range(256)])
    fade = fade.resize(light.size, Image.Resampling.BICUBIC)
    soft = ImageChops.multiply(light, fade).point([round(v * 0.66) for v in range(256)])
    image.paste(WHITE, (left, 0), soft)
    image.paste(AMBER, (left, 0), ImageChops.multiply(accent, fade))
    return image


def _piece(block: TextBlock, order: int, delay: int, dashes: bool) -> _Piece:
    """Draw one text alone: the title (order 0) above a rule, a line after a dash if wanted."""
    left, top = LEFT, round(block.y) - 12
    width, height = TEXT_WIDTH + 24, round(block.height) + 60
    marks = Mask(width, height)
    if order == 0:
        foot = 12 + block.height + 20
        marks.box((0, foot, 72, foot + 6), 3, 1)
    elif dashes:
        middle = 12 + block.size * 0.5
        marks.box((0, middle - 3, 18, middle + 3), 3, 1)
    texts = Image.new("L", (width, height))
    block.at(block.x - left, block.y - top).draw(ImageDraw.Draw(texts), (255,))
    image = Image.new("RGB", (width, height), WHITE if order == 0 else mix(WHITE, NAVY, 0.10))
    image.paste(AMBER, (0, 0), marks.image())
    return _Piece(image, ImageChops.lighter(texts, marks.image()), (left, top), delay)


def _enter(image: Image.Image, piece: _Piece, share: float) -> None:
    """Paste a text that rises and appears; `share` of 1 and more is at rest."""
    if share <= 0:
        return
    eased = 1 - (1 - min(1.0, share)) ** 3
    coverage = piece.coverage
    if eased < 1:
        coverage = coverage.point([round(v * eased) for v in range(256)])
    image.paste(piece.image, (piece.at[0], piece.at[1] + round(22 * (1 - eased))), coverage)


def frames(film: Film) -> Iterator[Image.Image]:
    """Draw all frames in order; a slide fades in while the one before still moves."""
    before: Scene | None = None
    for index in range(len(film.slides)):
        scene = Scene(film, index)
        fade = min(FADE, scene.frames)
        for number in range(scene.frames):
            image = scene.at(number)
            if before and number < fade:
                image = Image.blend(
                    before.at(before.frames + number), image, (number + 1) / (fade + 1)
                )
            yield image
        before = scene
