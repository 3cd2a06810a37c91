"""Addresses of media files, for staff."""

from marshmallow import Schema, fields


class MediaAddressSchema(Schema):
    """Where a file is fetched: until `expires_at`, or for ever when that is null."""

    key = fields.String(required=True)
    url = fields.String(required=True)
    expires_at = fields.DateTime(allow_none=True)


class MediaAddressesSchema(Schema):
    """The files of an item; the original is saved under its own name."""

    files = fields.List(fields.Nested(MediaAddressSchema), required=True)
    original = fields.Nested(MediaAddressSchema, allow_none=True)
