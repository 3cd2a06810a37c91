"""Uploads of media files on the wire, for staff."""

from marshmallow import Schema, fields, validate

from models.media_items import NAME_MAX, RIGHTS_MAX, MediaAudience, MediaKind
from models.parts import SUMMARY_MAX
from models.uploads import UploadState
from schemas.fields import MESSAGES, Choice, Number, Text
from schemas.staff_media import FaultSchema

SIGNED_MAX = 100
PARTS_MAX = 10_000
SHA256 = validate.Regexp(r"[0-9a-f]{64}\Z", error="format")


class UploadCreateSchema(Schema):
    """A file to be uploaded: its size in bytes; what else is told will be checked.

    `type` is a MIME type, `sha256` in lower-case hexadecimal. `internal` media are for staff only.
    """

    name = Text(maximum=NAME_MAX, minimum=1, required=True)
    size = Number(low=0, required=True)
    sha256 = Text(maximum=64, allow_none=True, validate=[SHA256])
    type = Text(maximum=100, allow_none=True)
    kind = Choice(MediaKind, allow_none=True)
    alt = Text(maximum=SUMMARY_MAX, allow_none=True)
    rights = Text(maximum=RIGHTS_MAX, allow_none=True)
    audience = Choice(MediaAudience)


class UploadSchema(Schema):
    """An upload: where it stands, and the parts that are there.

    Parts count from 1; each but the last has `part_bytes`. `item` is the media item it became,
    or the one that has the same bytes.
    """

    id = fields.String(required=True)
    state = Choice(UploadState, required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    part_bytes = fields.Integer(required=True)
    parts = fields.Integer(required=True)
    arrived = fields.List(fields.Integer(), required=True)
    item = fields.String(allow_none=True)
    fault = fields.Nested(FaultSchema, allow_none=True)
    expires_at = fields.DateTime(required=True)


class PartsSchema(Schema):
    """Numbers of parts."""

    parts = fields.List(
        Number(low=1, high=PARTS_MAX),
        required=True,
        validate=validate.Length(min=1, max=SIGNED_MAX, error="out_of_range"),
        error_messages=MESSAGES,
    )


class PartTargetSchema(Schema):
    """Where to send a part of `size` bytes, and how; an address with a slash is on this server."""

    part = fields.Integer(required=True)
    size = fields.Integer(required=True)
    method = fields.String(required=True)
    url = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class PartTargetListSchema(Schema):
    """Where to send parts."""

    items = fields.List(fields.Nested(PartTargetSchema), required=True)
