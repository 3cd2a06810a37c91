"""What a preview answers."""

from marshmallow import Schema


class DraftDetailSchema(Schema):
    """A draft, field for field as the route of its kind would answer it once it is live."""
