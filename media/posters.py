"""Posters to share: a title, and a code to scan, for the screen of a phone."""

from dataclasses import dataclass
from pathlib import Path

from media.children import call

TIMEOUT_S = 30.0
WIDTH, HEIGHT = 1080, 1620


@dataclass(frozen=True)
class Poster:
    """What stands on a poster, from above: whose it is, what kind of thing, title, a hint."""

    brand: str
    label: str
    title: str
    hint: str


def make(poster: Poster, code: Path, output: Path) -> None:
    """Write a poster as JPEG, 1080 by 1620 pixels, with the code that lies at `code`.

    Raises `Invalid` when the code is no picture, `RenditionFailed`.
    """
    call(
        "posters.draw",
        timeout_s=TIMEOUT_S,
        code=str(code.resolve()),
        output=str(output.resolve()),
        size=[WIDTH, HEIGHT],
        **vars(poster),
    )
