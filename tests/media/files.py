"""Small real files, made on the spot."""

import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

SUBTITLES = "WEBVTT\n\n00:00.000 --> 00:02.500\n欢迎来到园区\n"


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, (220, 30, 30))
    image.paste((30, 30, 220), (size[0] // 2, 0, *size))
    return encoded(image, form, **options)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    """Return a picture of Pillow as a file."""
    written = io.BytesIO()
    image.save(written, form, **options)  # type: ignore[arg-type]
    return written.getvalue()


def ffmpeg(*arguments: object) -> None:
    """Run ffmpeg; a failure fails the test."""
    command = [get_ffmpeg_exe(), "-y", "-loglevel", "error", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def film(
    path: Path, *options: object, size: str = "320x180", seconds: int = 5, rate: int = 10
) -> Path:
    """Write a film with moving pictures and a tone; `options` go to ffmpeg before the name."""
    ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"),
        *("-f", "lavfi", "-i", f"sine=duration={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
        *(*options, path),
    )
    return path


def pdf(texts: Sequence[str] = ("Hello",), size: tuple[int, int] = (300, 400)) -> bytes:
    """Return a document with one page for each text."""
    document = pypdfium2.PdfDocument.new()
    for text in texts:
        page = document.new_page(*size)
        drawn = pdfium.FPDFPageObj_NewTextObj(document, b"Helvetica", 24)
        units = [*text.encode("utf-16-le"), 0, 0]
        wide = (pdfium.FPDF_WCHAR * (len(units) // 2))(
            *(low | high << 8 for low, high in zip(units[::2], units[1::2], strict=True))
        )
        pdfium.FPDFText_SetText(drawn, wide)
        pdfium.FPDFPageObj_Transform(drawn, 1, 0, 0, 1, 30, size[1] - 60)
        pdfium.FPDFPage_InsertObject(page, drawn)
        page.gen_content()
        page.close()
    written = io.BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()


def raw_pdf(
    catalog: str = "", trailer: str = "", box: str = "0 0 200 200", extra: Sequence[str] = ()
) -> bytes:
    """Return a document of one empty page, with entries added to its parts."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] >>",
        *extra,
    ]
    body, places = "%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{end}").encode("latin-1")


def archive() -> bytes:
    """Return a ZIP with a page in it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr("index.html", "<p>hello</p>")
    return written.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says how large it is and has next to nothing in it."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + _chunk(b"IEND", b"")
