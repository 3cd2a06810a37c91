"""Posters, by Pillow."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

from PIL import Image, ImageDraw, ImageFont, features

from core.errors import Invalid

# The packaged fonts default to Traditional glyphs; the tag selects the mainland forms.
LANGUAGE = "zh-Hans" if features.check("raqm") else None
FONTS = {
    False: files("cvttf_NotoSansCJK_Regular") / "NotoSansCJKtc-Regular.otf",
    True: files("cvttf_NotoSansCJK_Bold") / "NotoSansCJKtc-Bold.otf",
}
TOP, BOTTOM, GROUND = (12, 74, 110), (8, 47, 73), (255, 255, 255)
INK, SOFT, ACCENT = (255, 255, 255), (186, 214, 232), (245, 190, 92)
HINT = (51, 65, 85)
MARGIN = 96
TITLE_SIZES = (92, 80, 68, 58)
TITLE_LINES = 4
CODE_SIDE, CARD_PADDING, RADIUS = 520, 48, 40
# No line of a Chinese text starts with one of these.
NOT_FIRST = frozenset("，。；：！？、）》」』”’…—%,.;:!?)]}")
QUALITY = 88


def draw(
    code: str, output: str, size: list[int], brand: str, label: str, title: str, hint: str
) -> dict[str, Any]:
    """Draw a poster: brand, label, title; below a white card with the code and the hint."""
    width, height = size
    image = Image.new("RGB", (width, height), TOP)
    pen = ImageDraw.Draw(image)
    for row in range(height):
        pen.line([(0, row), (width, row)], fill=_between(row / height))
    _write(pen, (MARGIN, 110), brand, 44, fill=SOFT)
    pen.rectangle([MARGIN, 204, MARGIN + 88, 212], fill=ACCENT)
    _write(pen, (MARGIN, 252), label, 40, fill=ACCENT)
    lines, letters = _fitted(title, width - 2 * MARGIN)
    for number, line in enumerate(lines):
        _write(pen, (MARGIN, 330 + int(number * letters * 1.32)), line, letters, bold=True)
    _card(image, _opened(code), hint)
    image.save(output, "JPEG", quality=QUALITY, optimize=True)
    return {"width": width, "height": height}


def wrapped(text: str, letters: int, width: int, *, bold: bool = True) -> list[str]:
    """Break a text into lines; Latin words stay whole, and no mark begins a line."""
    lines, line = [], ""
    for piece in _pieces(text):
        fits = _font(letters, bold).getlength(line + piece, language=LANGUAGE) <= width
        if fits or not line or piece[0] in NOT_FIRST:
            line += piece
        else:
            lines.append(line.rstrip())
            line = piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _card(image: Image.Image, code: Image.Image, hint: str) -> None:
    width, height = image.size
    side = CODE_SIDE + 2 * CARD_PADDING
    left, top = (width - side) // 2, height - side - 190
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle([left, top, left + side, top + side + 90], RADIUS, fill=GROUND)
    image.paste(code, (left + CARD_PADDING, top + CARD_PADDING))
    middle = (width // 2, top + side + 18)
    pen.text(middle, hint, HINT, _font(36, False), anchor="mm", language=LANGUAGE)


def _opened(path: str) -> Image.Image:
    try:
        with Image.open(path, formats=["PNG", "JPEG"]) as opened:
            # A code is scanned: its edges stay sharp when it is enlarged.
            small = max(opened.size) < CODE_SIDE
            how = Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS
            return opened.convert("RGB").resize((CODE_SIDE, CODE_SIDE), how)
    except (OSError, ValueError, SyntaxError):
        raise Invalid("media_broken") from None


def _fitted(title: str, width: int) -> tuple[list[str], int]:
    """Return the lines of a title in the largest letters in which it has room."""
    for letters in TITLE_SIZES:
        lines = wrapped(title, letters, width)
        if len(lines) <= TITLE_LINES:
            return lines, letters
    return [*lines[: TITLE_LINES - 1], lines[TITLE_LINES - 1][:-1] + "…"], letters


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for character in " ".join(text.split()):
        is_latin = character.isascii() and not character.isspace()
        if pieces and is_latin and pieces[-1][-1].isascii() and not pieces[-1].isspace():
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _write(
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    letters: int,
    *,
    bold: bool = False,
    fill: tuple[int, int, int] = INK,
) -> None:
    pen.text(place, text, fill, _font(letters, bold), language=LANGUAGE)


def _between(share: float) -> tuple[int, int, int]:
    red, green, blue = (
        round(above + (below - above) * share) for above, below in zip(TOP, BOTTOM, strict=True)
    )
    return red, green, blue


@lru_cache(maxsize=16)
def _font(letters: int, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS[bold]), letters)
