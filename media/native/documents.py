"""PDF documents, by PDFium. No script is run and no form is filled: neither is set up."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from core.errors import Invalid

READING_WIDTH, THUMBNAIL_WIDTH = 1125, 240
# A page is never drawn with more pixels than this, however long it is.
PAGE_PIXELS = 8_000_000
LONGEST_SIDE = 16383
QUALITY = 80
# What is kept of a page's text.
TEXT_LENGTH = 50_000
_NOTES = {
    "pdf_scripts": pdfium.FPDFDoc_GetJavaScriptActionCount,
    "pdf_embedded_files": pdfium.FPDFDoc_GetAttachmentCount,
}


def inspect(path: str, max_pages: int) -> dict[str, Any]:
    """Open a document and its pages; return their number and the first one's size in points."""
    with _opened(path, max_pages) as document:
        sizes = [document.get_page_size(index) for index in range(len(document))]
        if min(min(size) for size in sizes) <= 0:
            raise Invalid("media_broken")
        document[0].close()
        notes = [note for note, count in _NOTES.items() if count(document) > 0]
        width, height = (max(1, round(side)) for side in sizes[0])
        return {"pages": len(document), "width": width, "height": height, "notes": notes}


def render(
    path: str, max_pages: int, output: str, on_progress: Callable[[float], None]
) -> dict[str, Any]:
    """Write `pages/<n>.webp`, `pages/<n>-small.webp` and `text.json`; pages count from 1."""
    Path(output, "pages").mkdir()
    files, texts = [], []
    with _opened(path, max_pages) as document:
        for index in range(len(document)):
            page = document[index]
            texts.append(_text(page))
            files += _draw(page, index + 1, Path(output))
            page.close()
            on_progress((index + 1) / len(document))
    written = json.dumps(texts, ensure_ascii=False)
    Path(output, "text.json").write_text(written, encoding="utf-8")
    return {"files": files}


@contextmanager
def _opened(path: str, max_pages: int) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Invalid("media_encrypted" if locked else "media_broken") from None
    try:
        if len(document) > max_pages:
            raise Invalid("media_pages", limit=max_pages)
        if len(document) == 0:
            raise Invalid("media_broken")
        yield document
    except pypdfium2.PdfiumError:
        raise Invalid("media_broken") from None
    finally:
        document.close()


def _text(page: pypdfium2.PdfPage) -> str:
    """Return the text of a page in lines, without what nobody sees."""
    opened = page.get_textpage()
    raw = opened.get_text_bounded(errors="replace")
    opened.close()
    plain = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (char for char in plain if char == "\n" or unicodedata.category(char)[0] != "C")
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)[:TEXT_LENGTH]


def _draw(page: pypdfium2.PdfPage, number: int, output: Path) -> list[dict[str, Any]]:
    width, height = page.get_size()
    fitting = min(
        READING_WIDTH / width, (PAGE_PIXELS / (width * height)) ** 0.5, LONGEST_SIDE / height
    )
    bitmap = page.render(scale=fitting)
    image = bitmap.to_pil().convert("RGB")
    small = image.resize(
        (
            THUMBNAIL_WIDTH,
            min(LONGEST_SIDE, max(1, round(image.height * THUMBNAIL_WIDTH / image.width))),
        ),
        Image.Resampling.LANCZOS,
        reducing_gap=3.0,
    )
    bitmap.close()
    files = []
    for name, role, picture in (
        (f"pages/{number}.webp", "page", image),
        (f"pages/{number}-small.webp", "page_thumbnail", small),
    ):
        picture.save(output / name, "WEBP", quality=QUALITY, method=4)
        files.append(
            {
                "name": name,
                "role": role,
                "page": number,
                "width": picture.width,
                "height": picture.height,
            }
        )
    return files
