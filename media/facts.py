"""What is known of a media file: its kind, what inspecting it found, what was made from it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Kind(StrEnum):
    """What a file is for people; the values are those of a media item."""

    IMAGE = "image"
    VIDEO = "video"
    SUBTITLES = "subtitles"
    DOCUMENT = "document"


class Role(StrEnum):
    """What a rendition is for."""

    PICTURE = "picture"
    """An image in one of the widths of phones."""
    POSTER = "poster"
    """The picture that stands for a film until it plays."""
    FILM = "film"
    """A whole film in one size."""
    PLAYLIST = "playlist"
    """The HLS master playlist: the address that a player is given."""
    STREAM = "stream"
    """What the master playlist leads to: the playlist of one size, or a segment."""
    THUMBNAILS = "thumbnails"
    """A sheet of small pictures along a film, and the WebVTT that tells where each stands."""
    SUBTITLES = "subtitles"
    PAGE = "page"
    """A page of a document at reading width."""
    PAGE_THUMBNAIL = "page_thumbnail"
    TEXT = "text"
    """The text of a document as a JSON list, one string for each page, for search."""


@dataclass(frozen=True)
class Inspected:
    """A file that is what it claims to be and keeps to the limits.

    `mime`, `extension` (without a dot) and the end of `name` follow from the bytes; `name` may be
    shown and offered for saving, and is never a path. `width` and `height` are pixels as seen,
    orientation applied; `duration` is seconds. `notes` tells what reviewers may want to know:
    "animated", "silent", "pdf_scripts", "pdf_embedded_files".
    """

    kind: Kind
    mime: str
    extension: str
    name: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    pages: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendition:
    """A file that was made from an original.

    `name` is its place below the output folder, the same on every run; files name each other
    by it (playlists their segments), so that it must be kept when files are stored.
    """

    role: Role
    path: Path
    name: str
    mime: str
    size: int
    width: int | None = None
    height: int | None = None
    page: int | None = None

    @classmethod
    def of(cls, output: Path, name: str, role: Role, mime: str, **facts: Any) -> "Rendition":
        """Describe a finished file of the output folder."""
        path = output / name
        size = path.stat().st_size
        return cls(role=role, path=path, name=name, mime=mime, size=size, **facts)


@dataclass(frozen=True)
class Renditions:
    """All that was made from one original.

    `placeholder` is a `data:` URI of a few hundred bytes: the picture, or the poster, so small
    that it is blurred. Width and height are those of the largest rendition, duration is seconds.
    """

    files: tuple[Rendition, ...]
    placeholder: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
