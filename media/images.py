"""Pictures for phones: WebP in several widths, and a blurred placeholder."""

from collections.abc import Callable
from pathlib import Path

from core.errors import Invalid
from media.children import call
from media.facts import Kind, Rendition, Renditions, Role
from media.limits import Limits
from media.outputs import hand_over, workspace
from media.processes import never
from media.signatures import HEAD_BYTES, type_of

# The width of a phone in CSS pixels, and that twice to four times for dense screens.
WIDTHS = (375, 750, 1125, 1500)
TIMEOUT_S = 300.0


def make(
    path: Path,
    output: Path,
    *,
    limits: Limits | None = None,
    widths: tuple[int, ...] = WIDTHS,
    stem: str = "picture",
    role: Role = Role.PICTURE,
    cancelled: Callable[[], bool] = never,
) -> Renditions:
    """Write `<stem>-<width>.webp` into `output`: upright, in sRGB, without any metadata.

    A picture is never enlarged: when it is narrower than the largest width, its own width is the
    last. Of an animation, the first picture is shown. Raises what `inspection.inspect` does for
    pictures.
    """
    with path.open("rb") as file:
        found = type_of(file.read(HEAD_BYTES))
    if found is None or found.kind is not Kind.IMAGE:
        raise Invalid("media_type")
    with workspace(output) as work:
        told = call(
            "images.render",
            timeout_s=TIMEOUT_S,
            cancelled=cancelled,
            path=str(path.resolve()),
            opened_as=found.opened_as,
            max_pixels=(limits or Limits()).image_pixels,
            output=str(work),
            stem=stem,
            widths=list(widths),
        )
        hand_over(work, output, (one["name"] for one in told["files"]))
    files = tuple(
        Rendition.of(output, role=role, mime="image/webp", **one) for one in told["files"]
    )
    largest = files[-1]
    return Renditions(files, told["placeholder"], width=largest.width, height=largest.height)
