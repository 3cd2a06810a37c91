"""Pictures, by Pillow."""

import base64
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from core.errors import Invalid

QUALITY = 80
PLACEHOLDER_SIDE = 24
# The largest side that the WebP format can hold.
LONGEST_SIDE = 16383
# What Pillow raises for bytes that are not what their format asks for.
_BROKEN = (OSError, ValueError, SyntaxError, IndexError, KeyError, EOFError, TypeError)
_SRGB = ImageCms.createProfile("sRGB")


def inspect(path: str, opened_as: str, max_pixels: int) -> dict[str, Any]:
    """Decode a picture whole; return its size as seen, and whether it moves.

    `opened_as` is Pillow's name of the one format that is tried.
    """
    with _opened(path, opened_as, max_pixels) as image:
        moves = bool(getattr(image, "is_animated", False))
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        image.load()
        width, height = reversed(image.size) if turned else image.size
        return {"width": width, "height": height, "notes": ["animated"] if moves else []}


def render(
    path: str, opened_as: str, max_pixels: int, output: str, stem: str, widths: list[int]
) -> dict[str, Any]:
    """Write `<stem>-<width>.webp` for each width that the picture has; never enlarged.

    Orientation is applied, colours become sRGB, and nothing but pixels is kept: no place where a
    photo was taken, no profile. Of what moves, the first picture is shown.
    """
    with _opened(path, opened_as, max_pixels) as opened:
        image = _upright(opened, max(widths))
    files = []
    for width in sizes(image.width, image.height, widths):
        height = max(1, round(image.height * width / image.width))
        scaled = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        name = f"{stem}-{width}.webp"
        scaled.save(Path(output, name), "WEBP", quality=QUALITY, method=4, exact=False)
        files.append({"name": name, "width": width, "height": height})
    return {"files": files, "placeholder": _placeholder(image)}


def sizes(width: int, height: int, widths: list[int]) -> list[int]:
    """Return the widths to make of a picture: the wanted ones below its own, then the largest.

    One that hardly differs from the largest is left out. A picture so tall that WebP cannot hold
    it (a long poster to scroll through) is made narrower.
    """
    fitting = max(1, min(width, max(widths), LONGEST_SIDE * width // height))
    return [*(one for one in sorted(widths) if one < fitting * 0.95), fitting]


@contextmanager
def _opened(path: str, opened_as: str, max_pixels: int) -> Iterator[Image.Image]:
    """Open a picture; whatever shows it to be broken or too large, now or later, is `Invalid`."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=[opened_as]) as image:
                if image.width * image.height > max_pixels:
                    raise Invalid("media_pixels", megapixels=max_pixels // 1_000_000)
                yield image
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Invalid("media_pixels", megapixels=max_pixels // 1_000_000) from None
        except (*_BROKEN, struct.error):
            raise Invalid("media_broken") from None


def _upright(image: Image.Image, widest: int) -> Image.Image:
    """Return the picture as it is to be seen, in sRGB, with nothing but its pixels."""
    profile = image.info.get("icc_profile")
    image.draft(None, (widest, widest))  # a JPEG may be decoded at a half or a quarter at once
    turned = ImageOps.exif_transpose(image)
    plain = _in_srgb(turned, profile)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in RGB or RGBA; without a usable profile its colours are sRGB already."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, *_BROKEN):
            converted = None
        image = converted or image
    return image.convert(mode)


def _placeholder(image: Image.Image) -> str:
    """Return the picture as a `data:` URI so small that it is blurred when shown large."""
    small = image.copy()
    small.thumbnail((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), reducing_gap=2.0)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=30, method=6)
    return "data:image/webp;base64," + base64.b64encode(written.getvalue()).decode()
