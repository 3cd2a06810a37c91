"""The demo's own pictures and film, drawn from text: nothing is downloaded, nothing is borrowed.

`generate` takes cards, route maps and films and leaves WebP, MP4 and WebVTT files in a media
folder. Everything is deterministic: the same item gives the same picture.
"""

from cli.demo_media.library import generate
from cli.demo_media.specs import (
    MOTIFS,
    Card,
    Film,
    Item,
    MediaFile,
    MediaSource,
    RouteMap,
    RouteMapStop,
    Slide,
)

__all__ = [
    "MOTIFS",
    "Card",
    "Film",
    "Item",
    "MediaFile",
    "MediaSource",
    "RouteMap",
    "RouteMapStop",
    "Slide",
    "generate",
]
