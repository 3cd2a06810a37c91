"""What the generator takes (cards, route maps, films) and what it gives back (media files)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from media.facts import Role

MOTIFS = (
    "tracks",
    "projects",
    "sites",
    "venues",
    "clusters",
    "handbook",
    "articles",
    "routes",
    "films",
    "faqs",
)


FRAME_RATE = 25  # of films, per second


@dataclass(frozen=True)
class Card:
    """A 1600 x 900 title picture.

    Args:
        name: Path-like key that stays the same between runs, such as "tracks/smart-appliances";
            it also seeds the geometry, so that two cards of one category differ.
        title: The largest text; any length is made to fit, in at most four lines.
        subtitle: At most three lines below the title; cut with an ellipsis beyond.
        badge: Short class or state at the top left, such as "聚焦突破"; may be empty.
        motif: One of `MOTIFS`.
        demo: Whether the picture bears the mark 演示.
        figures: Up to three facts; what precedes the last space is set small above the rest.
    """

    name: str
    title: str
    subtitle: str
    badge: str
    motif: str
    demo: bool
    figures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a motif that cannot be drawn and figures that would not fit.

        Raises:
            ValueError: The motif is unknown, or there are more than three figures.
        """
        if self.motif not in MOTIFS:
            raise ValueError(f"card {self.name!r}: unknown motif {self.motif!r}")
        if len(self.figures) > 3:
            raise ValueError(f"card {self.name!r}: at most three figures")


@dataclass(frozen=True)
class RouteMapStop:
    """A stop of a route map; `x` and `y` are the pin's centre as shares (0..1) of the image."""

    label: str
    x: float
    y: float
    note: str

    def __post_init__(self) -> None:
        """Refuse a pin outside the image.

        Raises:
            ValueError: `x` or `y` is not within 0..1.
        """
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1):
            raise ValueError(f"stop {self.label!r}: x and y must lie within 0..1")


@dataclass(frozen=True)
class RouteMap:
    """A 1600 x 1200 schematic of a visit, never a geographic map, always marked 演示.

    Title and legend move to where they cover no pin. They always find such a place for up to
    twelve stops that keep to 0.05 ≤ x ≤ 0.95 and 0.18 ≤ y ≤ 0.74. Stops in the very same place
    share a pin with all their numbers.
    """

    name: str
    title: str
    subtitle: str
    stops: tuple[RouteMapStop, ...]

    def __post_init__(self) -> None:
        """Refuse a route without a way to go.

        Raises:
            ValueError: There are fewer than two stops.
        """
        if len(self.stops) < 2:
            raise ValueError(f"route map {self.name!r}: at least two stops")


@dataclass(frozen=True)
class Slide:
    """One slide of a film; the captions become subtitles, split where a line would be too long."""

    title: str
    lines: tuple[str, ...]
    caption_zh: str
    caption_en: str
    seconds: float

    def __post_init__(self) -> None:
        """Refuse a slide that nobody could see.

        Raises:
            ValueError: `seconds` is not positive.
        """
        if self.seconds <= 0:
            raise ValueError(f"slide {self.title!r}: seconds must be positive")

    @property
    def frames(self) -> int:
        """Length in whole frames, at least one."""
        return max(1, round(self.seconds * FRAME_RATE))


@dataclass(frozen=True)
class Film:
    """A 1280 x 720 film of slides, always marked 演示; its length is the sum of its slides."""

    name: str
    slides: tuple[Slide, ...]

    def __post_init__(self) -> None:
        """Refuse an empty film.

        Raises:
            ValueError: There is no slide.
        """
        if not self.slides:
            raise ValueError(f"film {self.name!r}: at least one slide")

    @property
    def seconds(self) -> float:
        """Length as encoded, a whole number of frames."""
        return sum(slide.frames for slide in self.slides) / FRAME_RATE


Item = Card | RouteMap | Film


@dataclass(frozen=True)
class MediaSource:
    """One stored file of a media item.

    `path` is relative to the media folder; `type` is a MIME type; `size` counts bytes; `label` is
    the language of a subtitle file.
    """

    path: str
    type: str
    role: Role
    sha256: str
    width: int | None
    height: int | None
    size: int
    label: str | None = None


@dataclass(frozen=True)
class MediaFile:
    """A finished picture or film.

    `sources` are all its files but the subtitles, those that only a playlist leads to included.
    `width`, `height` and `sha256` are those of the largest; `duration` is in seconds;
    `poster` is the name of another `MediaFile`, which `generate` returns right after the film.
    """

    name: str
    kind: Literal["image", "video"]
    alt: str
    width: int
    height: int
    duration: float | None
    sources: tuple[MediaSource, ...]
    poster: str | None
    subtitles: tuple[MediaSource, ...]
    sha256: str
    demo: bool
