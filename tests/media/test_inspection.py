"""Taking files: what they are follows from their bytes; what is hostile is refused by name."""

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core import messages
from core.errors import Invalid
from media.facts import Kind
from media.inspection import inspect
from media.limits import Limits
from tests.media.files import (
    SUBTITLES,
    archive,
    encoded,
    ffmpeg,
    film,
    pdf,
    picture,
    png_of,
    raw_pdf,
)

PASSWORD = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ({0}) /U ({0}) >> /ID [(a) (a)]"


def written(folder: Path, data: bytes) -> Path:
    path = folder / "given"
    path.write_bytes(data)
    return path


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(Invalid) as caught:
        inspect(path, **options)  # type: ignore[arg-type]
    assert messages.text(caught.value.code, messages.EN, caught.value.params)
    return caught.value.code


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    start = film(folder / "start.mp4", "-movflags", "+faststart")
    ffmpeg("-i", start, "-c", "copy", folder / "end.mp4")
    ffmpeg("-i", start, "-c", "copy", "-movflags", "frag_keyframe+empty_moov", folder / "parts.mp4")
    ffmpeg("-i", start, "-c", "copy", folder / "film.mkv")
    ffmpeg("-i", start, "-c:v", "libvpx", "-b:v", "80k", "-c:a", "libopus", folder / "film.webm")
    ffmpeg("-display_rotation", "90", "-i", start, "-c", "copy", "-an", folder / "turned.mov")
    ffmpeg("-i", start, "-vn", "-c:a", "copy", folder / "sound.mp4")
    ffmpeg("-i", start, "-t", "1", "-c:v", "ffv1", "-an", folder / "ffv1.mkv")
    return folder


@pytest.mark.parametrize(
    ("form", "mime", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
    ],
)
def test_pictures_are_known_by_their_bytes(
    tmp_path: Path, form: str, mime: str, extension: str
) -> None:
    data = picture(form)
    found = inspect(written(tmp_path, data), name="C:\\照片\\园区.html", declared=mime)
    assert (found.kind, found.mime, found.extension) == (Kind.IMAGE, mime, extension)
    assert (found.width, found.height, found.size) == (64, 48, len(data))
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.name == f"园区.html.{extension}"
    assert found.notes == ()


def test_a_picture_is_as_wide_as_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = inspect(written(tmp_path, picture(exif=exif)))
    assert (found.width, found.height) == (48, 64)


def test_what_moves_is_noted(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert inspect(written(tmp_path, data)).notes == ("animated",)


def test_a_photo_with_a_second_one_in_it_does_not_move(tmp_path: Path) -> None:
    images = [Image.new("RGB", (8, 8), color) for color in ("red", "green")]
    data = encoded(images[0], "MPO", save_all=True, append_images=images[1:])
    found = inspect(written(tmp_path, data))
    assert (found.mime, found.notes) == ("image/jpeg", ())


@pytest.mark.parametrize(
    ("name", "mime", "size", "notes"),
    [
        ("start.mp4", "video/mp4", (320, 180), ()),
        ("end.mp4", "video/mp4", (320, 180), ()),
        ("parts.mp4", "video/mp4", (320, 180), ()),
        ("film.mkv", "video/x-matroska", (320, 180), ()),
        ("film.webm", "video/webm", (320, 180), ()),
        ("turned.mov", "video/quicktime", (180, 320), ("silent",)),
    ],
)
def test_films_are_known_by_their_bytes(
    films: Path, name: str, mime: str, size: tuple[int, int], notes: tuple[str, ...]
) -> None:
    found = inspect(films / name, name=name, declared=mime)
    assert (found.kind, found.mime, found.notes) == (Kind.VIDEO, mime, notes)
    assert (found.width, found.height) == size
    assert found.duration == pytest.approx(5, abs=0.1)


def test_documents_and_subtitles_are_known_by_their_bytes(tmp_path: Path) -> None:
    document = inspect(written(tmp_path, pdf(["a", "b", "c"])), declared="application/pdf")
    assert (document.kind, document.pages, document.notes) == (Kind.DOCUMENT, 3, ())
    assert (document.width, document.height) == (300, 400)
    subtitles = inspect(written(tmp_path, SUBTITLES.encode()), name="字幕.vtt")
    assert (subtitles.kind, subtitles.mime, subtitles.duration) == (
        Kind.SUBTITLES,
        "text/vtt",
        2.5,
    )
    assert subtitles.name == "字幕.vtt"


def test_scripts_and_files_in_a_document_are_noted(tmp_path: Path) -> None:
    script = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    file = "<< /Type /Filespec /F (a.txt) /EF << /F 6 0 R >> >>"
    data = raw_pdf(
        "/Names << /JavaScript << /Names [(a) 4 0 R] >> /EmbeddedFiles << /Names [(a) 5 0 R] >> >>",
        extra=[script, file, "<< /Length 2 >>\nstream\nhi\nendstream"],
    )
    assert inspect(written(tmp_path, data)).notes == ("pdf_scripts", "pdf_embedded_files")


@pytest.mark.parametrize(
    "declared", [None, "", "application/octet-stream", "image/jpg", "IMAGE/JPEG"]
)
def test_what_says_nothing_or_the_same_is_no_wrong_declaration(
    tmp_path: Path, declared: str | None
) -> None:
    assert inspect(written(tmp_path, picture()), declared=declared).mime == "image/jpeg"


@pytest.mark.parametrize("declared", ["image/png", "video/mp4", "text/html", "image/svg+xml", "x"])
def test_a_wrong_declaration_is_refused(tmp_path: Path, declared: str) -> None:
    assert refusal(written(tmp_path, picture()), declared=declared) == "media_declared"


def webp_of(width: int, height: int) -> bytes:
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + sides
    frame = bytes(6) + b"\x3f\0\0\x2f\0\0" + bytes(4) + picture("WEBP")[12:]
    moving = b"ANIM" + struct.pack("<IIH", 6, 0, 0) + b"ANMF" + struct.pack("<I", len(frame))
    body = b"WEBP" + canvas + moving + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_of(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + picture("GIF")[10:]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "media_empty"),
    "svg": (lambda: SVG, "media_type"),
    "svg with a declaration": (lambda: b'<?xml version="1.0"?>' + SVG, "media_type"),
    "html": (lambda: HTML, "media_type"),
    "zip": (archive, "media_type"),
    "program": (lambda: b"\x7fELF" + bytes(100), "media_type"),
    "script": (lambda: b"#!/bin/sh\nid\n", "media_type"),
    "playlist": (lambda: PLAYLIST, "media_type"),
    "list of files for ffmpeg": (lambda: b"ffconcat version 1.0\nfile /etc/passwd", "media_type"),
    "bmp": (lambda: picture("BMP"), "media_type"),
    "tiff": (lambda: picture("TIFF"), "media_type"),
    "avif": (lambda: b"\0\0\0\x20ftypavif" + bytes(100), "media_type"),
    "nothing but a beginning: jpeg": (lambda: b"\xff\xd8\xff\xe0", "media_broken"),
    "nothing but a beginning: png": (lambda: b"\x89PNG\r\n\x1a\n", "media_broken"),
    "nothing but a beginning: gif": (lambda: b"GIF89a", "media_broken"),
    "nothing but a beginning: webp": (lambda: b"RIFF\x10\0\0\0WEBP", "media_broken"),
    "nothing but a beginning: mp4": (lambda: b"\0\0\0\x20ftypisom", "media_broken"),
    "nothing but a beginning: mkv": (lambda: b"\x1a\x45\xdf\xa3", "media_broken"),
    "nothing but a beginning: pdf": (lambda: b"%PDF-1.7\n", "media_broken"),
    "nothing but a beginning: vtt": (lambda: b"WEBVTT\n", "media_subtitles"),
    "a film that is a playlist": (lambda: b"\0\0\0\x18ftypisom" + PLAYLIST, "media_broken"),
    "cut off: jpeg": (lambda: picture(size=(400, 300), quality=95)[:-900], "media_broken"),
    "cut off: png": (lambda: picture("PNG", (400, 300))[:-60], "media_broken"),
    "cut off: gif": (lambda: picture("GIF", (400, 300))[:-200], "media_broken"),
    "cut off: webp": (lambda: picture("WEBP", (400, 300))[:-60], "media_broken"),
    "cut off: pdf": (lambda: pdf()[:300], "media_broken"),
    "cut off late: pdf": (lambda: raw_pdf()[:-4], "media_broken"),
    "bomb: png": (lambda: png_of(60_000, 60_000), "media_pixels"),
    "bomb: png, just too large": (lambda: png_of(10_000, 6_001), "media_pixels"),
    "bomb: gif": (lambda: gif_of(65_535, 65_535), "media_pixels"),
    "bomb: webp": (lambda: webp_of(16_000, 16_000), "media_pixels"),
    "page in a gif": (
        lambda: encoded(Image.new("P", (8, 8)), "GIF", comment=b"<script>alert(1)</script>"),
        "media_mixed",
    ),
    "page behind a jpeg": (lambda: picture() + HTML, "media_mixed"),
    "page far behind a jpeg": (lambda: picture() + bytes(2_000_000) + HTML, "media_mixed"),
    "drawing behind a png": (lambda: picture("PNG") + SVG, "media_mixed"),
    "php in a jpeg": (lambda: picture(comment=b"<?php system('id'); ?>"), "media_mixed"),
    "archive behind a jpeg": (lambda: picture() + archive(), "media_mixed"),
    "archive behind a pdf": (lambda: pdf() + archive(), "media_mixed"),
    "document in a jpeg": (lambda: picture(comment=raw_pdf()), "media_mixed"),
    "locked pdf": (lambda: raw_pdf(trailer=PASSWORD.format("x" * 32)), "media_encrypted"),
    "pdf without pages": (
        lambda: raw_pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0"),
        "media_broken",
    ),
    "subtitles in no encoding": (
        lambda: b"WEBVTT\n\n00:00.000 --> 00:01.000\n\xff",
        "media_broken",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_code(tmp_path: Path, name: str) -> None:
    make, code = HOSTILE[name]
    assert refusal(written(tmp_path, make()), name="a.jpg") == code


@pytest.mark.parametrize("name", ["start.mp4", "end.mp4", "parts.mp4", "film.mkv", "film.webm"])
@pytest.mark.parametrize("share", [0.3, 0.85])
def test_a_film_that_is_cut_off_is_refused(
    films: Path, tmp_path: Path, name: str, share: float
) -> None:
    data = (films / name).read_bytes()
    assert refusal(written(tmp_path, data[: int(len(data) * share)])) == "media_broken"


@pytest.mark.parametrize(
    ("name", "limits", "code"),
    [
        ("start.mp4", Limits(film_seconds=4), "media_duration"),
        ("start.mp4", Limits(film_side=319), "media_side"),
        ("start.mp4", Limits(film_streams=1), "media_streams"),
        ("start.mp4", Limits(film_bytes=1000), "media_too_large"),
        ("sound.mp4", Limits(), "media_no_picture"),
        ("ffv1.mkv", Limits(), "media_codec"),
    ],
)
def test_a_film_beyond_a_limit_is_refused(
    films: Path, name: str, limits: Limits, code: str
) -> None:
    assert refusal(films / name, limits=limits) == code


def test_a_film_with_a_page_or_an_archive_in_it_is_refused(films: Path, tmp_path: Path) -> None:
    data = (films / "start.mp4").read_bytes()
    free = struct.pack(">I", 8 + len(HTML)) + b"free" + HTML
    assert refusal(written(tmp_path, data + free)) == "media_mixed"
    assert refusal(written(tmp_path, data + archive())) == "media_mixed"


def test_other_limits_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path, pdf(["a", "b"]))
    assert refusal(path, limits=Limits(document_pages=1)) == "media_pages"
    assert refusal(path, limits=Limits(document_bytes=100)) == "media_too_large"
    path = written(tmp_path, picture())
    assert refusal(path, limits=Limits(image_pixels=64 * 48 - 1)) == "media_pixels"
    assert inspect(path, limits=Limits(image_pixels=64 * 48)).width == 64
    path = written(tmp_path, SUBTITLES.encode())
    assert refusal(path, limits=Limits(subtitles_bytes=10)) == "media_too_large"


def test_five_gigabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"\0\0\0\x20ftypisom")
    with path.open("r+b") as file:
        file.truncate(5 * 1024**3)
    assert refusal(path) == "media_too_large"


def test_a_file_that_is_not_there_is_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "none")
