"""Media items on the wire, as staff see them."""

from marshmallow import Schema, fields

from models.media_items import (
    RIGHTS_MAX,
    MediaAudience,
    MediaKind,
    MediaRole,
    MediaState,
)
from models.parts import SUMMARY_MAX
from schemas.fields import Choice, Text
from schemas.queries import PageQuerySchema


class FaultSchema(Schema):
    """Why it failed: a stable code, and words for people."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class StaffMediaFileSchema(Schema):
    """A file of an item: what it is for, its key in the store, bytes, pixels; pages from 1."""

    role = Choice(MediaRole, required=True)
    key = fields.String(required=True)
    type = fields.String(required=True)
    size = fields.Integer(required=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    page = fields.Integer(allow_none=True)


class StaffMediaCardSchema(Schema):
    """A media item. `progress` goes from 0 to 1 while it is `processing`.

    Duration in seconds, size of the original in bytes. `notes` tell what reviewers may want to
    know: animated, silent, pdf_scripts, pdf_embedded_files.
    """

    id = fields.String(required=True)
    kind = Choice(MediaKind, required=True)
    state = Choice(MediaState, required=True)
    audience = Choice(MediaAudience, required=True)
    progress = fields.Float(required=True)
    fault = fields.Nested(FaultSchema, allow_none=True)
    name = fields.String(allow_none=True)
    alt = fields.String(allow_none=True)
    rights = fields.String(allow_none=True)
    type = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    sha256 = fields.String(allow_none=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    duration = fields.Float(allow_none=True)
    pages = fields.Integer(allow_none=True)
    placeholder = fields.String(allow_none=True)
    notes = fields.List(fields.String(), required=True)
    poster = fields.String(allow_none=True)
    files = fields.List(fields.Nested(StaffMediaFileSchema), required=True)
    uploader = fields.String(allow_none=True)
    uploader_name = fields.String(allow_none=True)
    demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class StaffMediaUpdateSchema(Schema):
    """What staff write of an item; what is absent stays."""

    alt = Text(maximum=SUMMARY_MAX, allow_none=True)
    rights = Text(maximum=RIGHTS_MAX, allow_none=True)


class StaffMediaListQuerySchema(PageQuerySchema):
    """What staff look for; `text` in name, alternative text and rights."""

    kind = Choice(MediaKind)
    state = Choice(MediaState)
    audience = Choice(MediaAudience)
    text = Text(maximum=60, minimum=1)


class MediaUseSchema(Schema):
    """What uses an item: a kind of content and an id, or `media` and a film it is the poster of."""

    kind = fields.String(required=True)
    item = fields.String(required=True)
    title = fields.String(required=True)
    working = fields.Boolean(required=True)
    live = fields.Boolean(required=True)


class MediaUsesSchema(Schema):
    """Everything that uses an item."""

    items = fields.List(fields.Nested(MediaUseSchema), required=True)
