"""Pictures of a printed sheet: an image with pins on it.

A `picture` has a `file`, its `width` and `height`, `pins` of number, x and y (0 to 1), and a
`caption`.
"""

from pathlib import Path

from PIL import Image

from media.native.paper import MUTED, smaller
from media.native.sheets import Block, Sheet, dot

# A picture takes so much of the height of a page at most.
SHARE = 0.36


def picture(sheet: Sheet, block: Block) -> None:
    """Draw a picture as wide as the text, with pins where stops are."""
    width, height = size(sheet, block)
    sheet.room(height + 10)
    left, top = sheet.l_margin + (sheet.epw - width) / 2, sheet.get_y()
    with Image.open(Path(sheet.folder, block["file"])) as opened:
        image = smaller(opened)
    sheet.set_image_filter("DCTDecode")
    sheet.image(image, x=left, y=top, w=width, h=height, alt_text=block["alt"] or None)
    for number, x, y in block["pins"]:
        dot(sheet, number, left + x * width, top + y * height)
    sheet.set_xy(sheet.l_margin, top + height + 1.5)
    if block["caption"]:
        sheet.ink(8.5, MUTED)
        sheet.lines(block["caption"], 4.6)


def size(sheet: Sheet, block: Block) -> tuple[float, float]:
    """Return how wide and high a picture is on paper."""
    width = sheet.epw
    height = width * block["height"] / block["width"]
    most = sheet.h * SHARE
    return (width * most / height, most) if height > most else (width, height)
