"""Addresses of media in answers: what is rendered once says `/media/…`, clients get the store's.

Rendered text holds no address of a store or CDN, so nothing has to be rendered anew when that
changes. The replacement is one pass over the bytes, and none where this server holds the files.
"""

from flask import Flask, current_app

RELATIVE = "/media/"
BASE = "MEDIA_BASE"
# Only as the value of a `url`: within a text these quotes would be escaped.
_VALUE = b'"url":"'
_WRITTEN = _VALUE + RELATIVE.encode()


def configure(app: Flask, base: str) -> None:
    """Set what stands before the key in the address of a public object."""
    app.config[BASE] = None if base == RELATIVE else _VALUE + base.encode()


def absolute(payload: bytes) -> bytes:
    """Return JSON text of ours with the addresses at which its media are fetched."""
    base: bytes | None = current_app.config[BASE]
    return payload if base is None else payload.replace(_WRITTEN, base)
