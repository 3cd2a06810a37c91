"""Visitors on the wire, as they see themselves."""

from marshmallow import Schema, fields

from models.enums import Language
from models.visitors import PhoneSource
from schemas.fields import Choice, Flag, Number, Text


class ConsentStateSchema(Schema):
    """Consent to the privacy notice; `due` until the visitor agreed to `current_version`."""

    current_version = fields.String(required=True)
    due = fields.Boolean(required=True)
    given_at = fields.DateTime(allow_none=True)


class MeSchema(Schema):
    """The visitor's own profile; phone and e-mail are masked.

    Send `revision` with a change, so that one made elsewhere is not overwritten.
    """

    id = fields.String(dump_only=True)
    revision = fields.Integer(dump_only=True)
    name = fields.String(dump_only=True, allow_none=True)
    organisation = fields.String(dump_only=True, allow_none=True)
    title = fields.String(dump_only=True, allow_none=True)
    language = Choice(Language, dump_only=True)
    phone = fields.String(dump_only=True, allow_none=True, metadata={"description": "138****0000"})
    phone_source = Choice(PhoneSource, dump_only=True, allow_none=True)
    email = fields.String(dump_only=True, allow_none=True)
    keeps_history = fields.Boolean(dump_only=True)
    unread = fields.Integer(
        dump_only=True, metadata={"description": "Entries of the inbox not read; at most 100."}
    )
    consent = fields.Nested(ConsentStateSchema, dump_only=True)
    created_at = fields.DateTime(dump_only=True)


class MeUpdateSchema(MeSchema):
    """A change of the profile that was seen at `revision`; what is absent stays, null removes.

    What is only shown may be sent back with it and changes nothing.
    Whoever switches `keeps_history` off has what was kept deleted.
    """

    revision = Number(low=1, required=True)
    name = Text(maximum=60, minimum=1, allow_none=True)
    organisation = Text(maximum=120, minimum=1, allow_none=True)
    title = Text(maximum=60, minimum=1, allow_none=True)
    language = Choice(Language)
    keeps_history = Flag()


class ConsentSchema(Schema):
    """The version of the privacy notice that the visitor has read and agrees to."""

    version = Text(maximum=40, minimum=1, required=True)


class PhoneSchema(Schema):
    """A number that the visitor typed: with `+` and country, or a mainland mobile number."""

    revision = Number(low=1, required=True)
    phone = Text(maximum=25, minimum=5, required=True, allow_none=True)


class PhoneCodeSchema(Schema):
    """The code that WeChat's phone number button gave; it works once."""

    revision = Number(low=1, required=True)
    code = Text(maximum=512, minimum=1, required=True)
