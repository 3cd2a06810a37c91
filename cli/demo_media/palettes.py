"""Colours: one family of deep blues and teals, told apart by category."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[int, int, int]

WHITE: RGB = (255, 255, 255)
INK: RGB = (11, 36, 64)
MUTED: RGB = (76, 98, 122)
PAPER: RGB = (248, 250, 251)
NAVY: RGB = (8, 34, 66)
AMBER: RGB = (247, 190, 92)


@dataclass(frozen=True)
class Palette:
    """Colours of one picture.

    `corners` are those of the gradient (top left, top right, bottom left, bottom right); the text
    lies on its left side, which is therefore dark enough for white (contrast at least 4.5:1).
    `split` pictures set the text on paper instead and keep the gradient to a panel on the right.
    """

    corners: tuple[RGB, RGB, RGB, RGB]
    accent: RGB
    split: bool


def rgb(code: int) -> RGB:
    """Return the colour written as a hexadecimal number such as 0x0A3D62."""
    return (code >> 16, code >> 8 & 0xFF, code & 0xFF)


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """Return `one` moved towards `other` by `share` (0..1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _palette(*codes: int, accent: int, split: bool = False) -> Palette:
    top_left, top_right, bottom_left, bottom_right = (rgb(code) for code in codes)
    return Palette((top_left, top_right, bottom_left, bottom_right), rgb(accent), split)


# Several for the tracks, which come in three classes; see `palette_of`.
_PALETTES: dict[str, tuple[Palette, ...]] = {
    "tracks": (
        _palette(0x06264D, 0x0F5C9C, 0x0A3563, 0x12A0A6, accent=0xF7BE5C),
        _palette(0x043A45, 0x0B7285, 0x05303F, 0x2FB58E, accent=0xFFD479),
        _palette(0x1B2359, 0x3450A8, 0x16204A, 0x2AA3C7, accent=0x8CE0D0),
    ),
    "clusters": (_palette(0x141E4D, 0x2D4BA6, 0x0C2F5E, 0x1AA6B5, accent=0xF7BE5C),),
    "films": (_palette(0x041B36, 0x0B4A7A, 0x06223F, 0x0E8C99, accent=0xF7BE5C),),
    "routes": (_palette(0x043B3F, 0x0B6E69, 0x06304A, 0x3AA77D, accent=0xFFD479),),
    "venues": (_palette(0x0A2C5E, 0x1766A8, 0x082349, 0x2BA5B8, accent=0xF7BE5C),),
    "projects": (_palette(0x0B3B66, 0x1273A0, 0x0E5A86, 0x22B0A8, accent=0x0E7C86, split=True),),
    "sites": (_palette(0x0A4A55, 0x16828A, 0x0C5F73, 0x57C29B, accent=0x0B7A75, split=True),),
    "handbook": (_palette(0x16366F, 0x2A62B5, 0x15498A, 0x2FA9C4, accent=0x2458A6, split=True),),
    "articles": (_palette(0x123F73, 0x1F7DB0, 0x14568F, 0x49BFC0, accent=0x14699E, split=True),),
    "faqs": (_palette(0x25306F, 0x4466BD, 0x234C92, 0x37A9B9, accent=0x3A55A8, split=True),),
}
_TRACK_CLASSES = ("聚焦突破", "重点实施", "加快布局")


def palette_of(motif: str, badge: str) -> Palette:
    """Return the colours of a category; the three classes of tracks differ from each other."""
    choices = _PALETTES[motif]
    index = _TRACK_CLASSES.index(badge) if badge in _TRACK_CLASSES else 0
    return choices[index % len(choices)]
