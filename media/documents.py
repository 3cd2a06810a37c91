"""PDF documents as pictures of their pages, and their text for search."""

from collections.abc import Callable
from pathlib import Path

from core.errors import Invalid
from media.children import call
from media.facts import Rendition, Renditions, Role
from media.limits import Limits
from media.outputs import hand_over, workspace
from media.processes import never
from media.signatures import HEAD_BYTES, PDF, type_of

TIMEOUT_S = 60.0
# No page is so complex that a reader would wait this long for it.
PAGE_S = 10.0


def make(
    path: Path,
    output: Path,
    *,
    pages: int,
    limits: Limits | None = None,
    on_progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = never,
) -> Renditions:
    """Write `pages/<n>.webp`, `pages/<n>-small.webp` and `text.json` into `output`.

    `pages` is their number as `inspection.inspect` found it, by which time is given. Raises what
    `inspect` does for documents.
    """
    with path.open("rb") as file:
        if type_of(file.read(HEAD_BYTES)) is not PDF:
            raise Invalid("media_type")
    with workspace(output) as work:
        told = call(
            "documents.render",
            timeout_s=TIMEOUT_S + PAGE_S * pages,
            on_progress=on_progress,
            cancelled=cancelled,
            path=str(path.resolve()),
            max_pages=(limits or Limits()).document_pages,
            output=str(work),
        )
        hand_over(work, output, [*(one["name"] for one in told["files"]), "text.json"])
    drawn = tuple(
        Rendition.of(output, mime="image/webp", **{**one, "role": Role(one["role"])})
        for one in told["files"]
    )
    text = Rendition.of(output, "text.json", Role.TEXT, "application/json")
    return Renditions((*drawn, text), width=drawn[0].width, height=drawn[0].height)
