"""Types of files that may be shown in a browser, by the end of their names.

Told here, not by the machine's own table, which may lack some. A file of any other type, such as
HTML or SVG, is only ever handed out as a download: nothing of ours runs in a browser.
"""

from pathlib import PurePosixPath

SHOWN = {
    ".avif": "image/avif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".pdf": "application/pdf",
}


def shown_as(path: str) -> str | None:
    """Return the MIME type under which a file may be shown; None when it may not."""
    return SHOWN.get(PurePosixPath(path).suffix.lower())
