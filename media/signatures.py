"""What a file is, by its first bytes; a closed list of what is taken.

A signature only decides who opens the file: whether it really is of that type, the library for
that type finds out (`media.inspection`).
"""

from dataclasses import dataclass

from media.facts import Kind

HEAD_BYTES = 4096


@dataclass(frozen=True)
class FileType:
    """A type of file that is taken. `opened_as` is the library's own name for the format."""

    kind: Kind
    mime: str
    extension: str
    opened_as: str


JPEG = FileType(Kind.IMAGE, "image/jpeg", "jpg", "JPEG")
PNG = FileType(Kind.IMAGE, "image/png", "png", "PNG")
GIF = FileType(Kind.IMAGE, "image/gif", "gif", "GIF")
WEBP = FileType(Kind.IMAGE, "image/webp", "webp", "WEBP")
MP4 = FileType(Kind.VIDEO, "video/mp4", "mp4", "mov")
MOV = FileType(Kind.VIDEO, "video/quicktime", "mov", "mov")
WEBM = FileType(Kind.VIDEO, "video/webm", "webm", "matroska")
MKV = FileType(Kind.VIDEO, "video/x-matroska", "mkv", "matroska")
PDF = FileType(Kind.DOCUMENT, "application/pdf", "pdf", "pdf")
VTT = FileType(Kind.SUBTITLES, "text/vtt", "vtt", "webvtt")

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
# Pictures in the same container as films: AVIF and HEIC, which not every phone can show.
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
# Other names that browsers and systems give to the types above.
_ALIASES = {
    "image/jpg": JPEG.mime,
    "image/pjpeg": JPEG.mime,
    "image/x-png": PNG.mime,
    "video/x-m4v": MP4.mime,
    "application/mp4": MP4.mime,
    "video/matroska": MKV.mime,
    "application/x-pdf": PDF.mime,
}
_SAYS_NOTHING = ("", "application/octet-stream", "binary/octet-stream")


def type_of(head: bytes) -> FileType | None:
    """Return the type of a file that begins with `head`; None when it is none that is taken."""
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS:
        return MOV if head[8:12] == b"qt  " else MP4
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MKV
    if head.removeprefix(b"\xef\xbb\xbf")[:7] in (
        b"WEBVTT\n",
        b"WEBVTT\r",
        b"WEBVTT ",
        b"WEBVTT\t",
    ):
        return VTT
    return None


def declared_mime(declared: str | None) -> str | None:
    """Return a declared MIME type in the name used here; None when it says nothing."""
    plain = (declared or "").partition(";")[0].strip().lower()
    return None if plain in _SAYS_NOTHING else _ALIASES.get(plain, plain)


def kind_declared(declared: str | None) -> Kind | None:
    """Return the kind of file that a declared MIME type promises; None when it promises none."""
    said = declared_mime(declared)
    types = (JPEG, PNG, GIF, WEBP, MP4, MOV, WEBM, MKV, PDF, VTT)
    return next((one.kind for one in types if one.mime == said), None)
