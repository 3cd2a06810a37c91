"""Where staff fetch the files of a media item: public ones for ever, any other for a while."""

import datetime as dt
from dataclasses import dataclass

from core.clock import now
from media import keys, stores
from models.media_items import MediaFile, MediaItem, MediaRole

# Long enough to watch a film.
SIGNED_FOR = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Address:
    """The address of a file, which holds until `expires_at` (UTC), for ever without."""

    key: str
    url: str
    expires_at: dt.datetime | None = None


def of_files(item: MediaItem) -> list[Address]:
    """Return an address for each source of an item.

    An internal film has none for its playlist: that names its segments without signatures, so no
    player could follow it. Staff watch the MP4, of which a player fetches parts too.
    """
    return [
        Address(source.key, stores.current().public_url(source.key))
        if keys.is_public(source.key)
        else _signed(source)
        for source in item.sources
        if keys.is_public(source.key) or source.role is not MediaRole.PLAYLIST
    ]


def of_original(item: MediaItem) -> Address | None:
    """Return where the original can be saved under its name; None where none was kept."""
    return _signed(item.original, item.name or item.id) if item.original else None


def _signed(file: MediaFile, name: str = "") -> Address:
    url = stores.current().signed_url(file.key, int(SIGNED_FOR.total_seconds()), name)
    return Address(file.key, url, now() + SIGNED_FOR)
