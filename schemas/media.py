"""The one shape of a reference to media."""

from typing import Any

from marshmallow import Schema, fields

from models.media_items import MediaItem, MediaSource
from models.parts import MediaRef
from schemas.rendering import setting

MEDIA_URL = "/media/"


class MediaSourceSchema(Schema):
    """One rendition: where it is, its MIME type, its width in pixels."""

    url = fields.Function(lambda source: MEDIA_URL + source.key, metadata={"type": "string"})
    type = fields.String()
    width = fields.Integer(allow_none=True)


class PosterSchema(Schema):
    """The picture that stands for a film until it is played."""

    id = fields.String()
    alt = fields.String(allow_none=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    sources = fields.List(fields.Nested(MediaSourceSchema))


class MediaSchema(PosterSchema):
    """A picture, film, subtitle track or document with its renditions.

    Width and height in pixels; duration in seconds. `demo` marks what our own script drew.
    """

    kind = fields.String()
    duration = fields.Float(allow_none=True)
    poster = fields.Nested(PosterSchema, allow_none=True)
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
    return {
        "id": item.id,
        "alt": alt or item.alt,
        "width": item.width,
        "height": item.height,
        "sources": [_source(source) for source in item.sources],
    }


def _rest(item: MediaItem) -> dict[str, Any]:
    poster = setting().media.get(item.poster) if item.poster else None
    return {
        "kind": item.kind.value,
        "duration": item.duration,
        "poster": _poster(poster, None) if poster else None,
        "demo": item.demo,
    }


def _source(source: MediaSource) -> dict[str, Any]:
    return {"url": MEDIA_URL + source.key, "type": source.type, "width": source.width}
