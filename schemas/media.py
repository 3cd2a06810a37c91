"""The one shape of a reference to media.

Addresses are written as `/media/<key>`, whichever store holds the files: what is rendered stays
right when the store or its address changes. The edge puts the store's address in their place
(`rest.addresses`).
"""

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields

from models.media_items import MediaItem, MediaRole, MediaSource
from models.parts import MediaRef
from schemas.rendering import setting

MEDIA_URL = "/media/"
# Files that are the item itself, each in another size.
WHOLE = (MediaRole.PICTURE, MediaRole.FILM, MediaRole.SUBTITLES, MediaRole.DOCUMENT)
SHEET_TYPE = "image/webp"


class MediaSourceSchema(Schema):
    """A file: where it is, its MIME type, pixels, bytes."""

    url = fields.Function(lambda source: MEDIA_URL + source.key, metadata={"type": "string"})
    type = fields.String()
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    size = fields.Integer()


class PageSchema(MediaSourceSchema):
    """A page of a document at reading width; pages count from 1."""

    page = fields.Integer()
    thumbnail = fields.Nested(MediaSourceSchema, allow_none=True)


class ThumbnailsSchema(Schema):
    """Small pictures along a film on one sheet, and the WebVTT that tells where each stands."""

    sheet = fields.Nested(MediaSourceSchema)
    times = fields.Nested(MediaSourceSchema)


class PosterSchema(Schema):
    """The picture that stands for a film until it is played."""

    id = fields.String()
    alt = fields.String(allow_none=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    placeholder = fields.String(
        allow_none=True, metadata={"description": "A blurred picture as a `data:` URI."}
    )
    sources = fields.List(
        fields.Nested(MediaSourceSchema),
        metadata={"description": "The same in several sizes, the smallest first, as for srcset."},
    )


class MediaSchema(PosterSchema):
    """A picture, film, subtitle track or document with its renditions.

    Width and height in pixels of the largest rendition; duration in seconds. `hls` is the playlist
    of a film that adapts to the connection. `demo` marks what our own script drew.
    """

    kind = fields.String()
    duration = fields.Float(allow_none=True)
    poster = fields.Nested(PosterSchema, allow_none=True)
    hls = fields.Nested(MediaSourceSchema, allow_none=True)
    thumbnails = fields.Nested(ThumbnailsSchema, allow_none=True)
    pages = fields.List(fields.Nested(PageSchema))
    demo = fields.Boolean()


class Media(fields.Nested):
    """A reference to a media item, dumped with the item's renditions."""

    def __init__(self, **options: Any) -> None:
        super().__init__(MediaSchema, allow_none=True, dump_only=True, **options)

    def _serialize(  # type: ignore[override] # marshmallow's own Nested names it so
        self, nested_obj: MediaRef | None, attr: Any, obj: Any, **options: Any
    ) -> dict[str, Any] | None:
        item = setting().media.get(nested_obj.media) if nested_obj else None
        if nested_obj is None or item is None:
            return None
        return {**_poster(item, nested_obj.alt), **_rest(item)}


def _poster(item: MediaItem, alt: str | None) -> dict[str, Any]:
    whole = sorted(_of(item, *WHOLE), key=lambda source: source.width or 0)
    return {
        "id": item.id,
        "alt": alt or item.alt,
        "width": item.width,
        "height": item.height,
        "placeholder": item.placeholder,
        "sources": [_source(source) for source in whole],
    }


def _rest(item: MediaItem) -> dict[str, Any]:
    poster = setting().media.get(item.poster) if item.poster else None
    playlist = next(_of(item, MediaRole.PLAYLIST), None)
    return {
        "kind": item.kind.value,
        "duration": item.duration,
        "poster": _poster(poster, None) if poster else None,
        "hls": _source(playlist) if playlist else None,
        "thumbnails": _thumbnails(item),
        "pages": [*_pages(item)],
        "demo": item.demo,
    }


def _thumbnails(item: MediaItem) -> dict[str, Any] | None:
    found = {source.type == SHEET_TYPE: source for source in _of(item, MediaRole.THUMBNAILS)}
    if len(found) < 2:
        return None
    return {"sheet": _source(found[True]), "times": _source(found[False])}


def _pages(item: MediaItem) -> Iterator[dict[str, Any]]:
    small = {source.page: _source(source) for source in _of(item, MediaRole.PAGE_THUMBNAIL)}
    for source in sorted(_of(item, MediaRole.PAGE), key=lambda source: source.page or 0):
        yield {**_source(source), "page": source.page, "thumbnail": small.get(source.page)}


def _of(item: MediaItem, *roles: MediaRole) -> Iterator[MediaSource]:
    return (source for source in item.sources if source.role in roles)


def _source(source: MediaSource) -> dict[str, Any]:
    return {
        "url": MEDIA_URL + source.key,
        "type": source.type,
        "width": source.width,
        "height": source.height,
        "size": source.size,
    }
