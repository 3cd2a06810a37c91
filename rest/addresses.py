"""Addresses of media in answers: what is rendered once says `/media/…`, clients get the store's.

Rendered text holds no address of a store or CDN, so nothing has to be rendered anew when that
changes. The replacement is a pass over the bytes for each public area, and none where this server
holds the files.
"""

from flask import Flask, current_app

from media.keys import PUBLIC_AREAS

RELATIVE = "/media/"
CHANGES = "MEDIA_ADDRESSES"


def configure(app: Flask, base: str) -> None:
    """Set what stands before the key in the address of a public object."""
    written = () if base == RELATIVE else PUBLIC_AREAS
    app.config[CHANGES] = [(_value(RELATIVE, area), _value(base, area)) for area in written]


def absolute(payload: bytes) -> bytes:
    """Return JSON text of ours with the addresses at which its media are fetched."""
    for written, wanted in current_app.config[CHANGES]:
        payload = payload.replace(written, wanted)
    return payload


def _value(base: str, area: str) -> bytes:
    """Return how the value of a `url` begins: within a text these quotes would be escaped."""
    return f'"url":"{base}{area}/'.encode()
