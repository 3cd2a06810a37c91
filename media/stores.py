"""Which store this process uses. Nothing connects before the first verb."""

import importlib

from core.settings import Settings
from media import keys
from media.local import LocalStorage
from media.storage import Storage

_configured: list[Storage] = []


def create(settings: Settings) -> Storage:
    """Return the store that the settings name: S3 when there is an endpoint, else a folder."""
    return bucket(settings) if settings.s3_endpoint else folder(settings)


def bucket(settings: Settings) -> Storage:
    """Return the S3 store of the settings, which must have an endpoint."""
    # The SDK takes 6 MB of every process: only those that have an S3 store load it.
    s3 = importlib.import_module("media.s3")
    store: Storage = s3.S3Storage(s3.S3Options.of(settings))
    return store


def folder(settings: Settings) -> Storage:
    """Return the store in the folder of the settings."""
    return LocalStorage(
        settings.media_dir, secret=settings.secret_key, cdn_url=settings.media_cdn_url
    )


def configure(settings: Settings) -> None:
    """Set the store of this process."""
    _configured[:] = [create(settings)]


def current() -> Storage:
    """Return the store of this process."""
    if not _configured:
        message = "media.stores.configure was not called"
        raise RuntimeError(message)
    return _configured[0]


def public_base() -> str:
    """Return what stands before the key in the address of every public object."""
    key = f"{keys.PUBLIC}/x"
    return current().public_url(key).removesuffix(key)
