"""Staff on the wire: signing in, one's own account, accounts as administrators keep them.

A secret (one-time password, recovery code, second factor) stands in an answer once, when it is
made, and in no other.
"""

from typing import Any

from marshmallow import Schema, fields, validate

from models.staff import Role, SessionStage
from schemas.fields import MESSAGES, Choice, Number, Text
from schemas.queries import LIMIT_MAX, Digits, LanguageQuerySchema

PASSWORD_MAX = 256
USERNAME_MAX = 60


class SignInSchema(Schema):
    """Name and password."""

    username = Text(maximum=USERNAME_MAX, minimum=1, required=True)
    password = Text(maximum=PASSWORD_MAX, minimum=1, required=True)


class CodeSchema(Schema):
    """A code of the second factor, or (to sign in) a recovery code."""

    code = Text(maximum=40, minimum=1, required=True)


class PasswordSchema(Schema):
    """The present password, again."""

    password = Text(maximum=PASSWORD_MAX, minimum=1, required=True)


class PasswordChangeSchema(Schema):
    """The present password and a new one."""

    current = Text(maximum=PASSWORD_MAX, minimum=1, required=True)
    new = Text(maximum=PASSWORD_MAX, minimum=1, required=True)


class StaffCardSchema(Schema):
    """An account."""

    id = fields.String(dump_only=True)
    username = fields.String(dump_only=True)
    name = fields.String(dump_only=True)
    department = fields.String(dump_only=True, allow_none=True)
    roles = fields.List(Choice(Role), dump_only=True)
    enabled = fields.Boolean(dump_only=True)
    must_change_password = fields.Boolean(dump_only=True)
    second_factor = fields.Method("_second_factor", metadata={"type": "boolean"})
    recovery_codes_left = fields.Method("_codes_left", metadata={"type": "integer"})
    revision = fields.Integer(dump_only=True)
    created_at = fields.DateTime(dump_only=True)
    last_sign_in_at = fields.DateTime(dump_only=True, allow_none=True)

    def _second_factor(self, account: Any) -> bool:
        return account.totp is not None and account.totp.confirmed_at is not None

    def _codes_left(self, account: Any) -> int:
        return len(account.recovery_codes)


class SessionSchema(Schema):
    """Where signing in stands.

    At the stage `code` only the second factor is taken. `csrf_token` goes into `X-CSRF-Token` of
    every request that changes something. `due` is what must be done before anything else.
    """

    stage = Choice(SessionStage, required=True)
    csrf_token = fields.String(required=True)
    due = fields.String(
        allow_none=True,
        validate=validate.OneOf(["password_change_needed", "totp_needed"]),
        metadata={"type": "string"},
    )
    account = fields.Nested(StaffCardSchema, allow_none=True)
    rights = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "What this account may, by resource."},
    )


class TotpOfferSchema(Schema):
    """A second factor to set up: the secret, and the address that a QR code shows."""

    secret = fields.String(required=True)
    address = fields.String(required=True)


class RecoveryCodesSchema(Schema):
    """Recovery codes, told this once; each signs in once instead of a code."""

    codes = fields.List(fields.String(), required=True)


class StaffSessionSchema(Schema):
    """A session of an account."""

    id = fields.String(required=True)
    address = fields.String(required=True)
    agent = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(required=True)


class StaffSessionListSchema(Schema):
    """The sessions of an account that hold, the newest first."""

    items = fields.List(fields.Nested(StaffSessionSchema), required=True)


class EndedSchema(Schema):
    """How many sessions ended."""

    ended = fields.Integer(required=True)


class StaffCreateSchema(Schema):
    """A new account."""

    username = Text(maximum=40, minimum=3, required=True)
    name = Text(maximum=60, minimum=1, required=True)
    department = Text(maximum=80, allow_none=True)
    roles = fields.List(Choice(Role), required=True, error_messages=MESSAGES)


class StaffUpdateSchema(Schema):
    """A change of an account that was seen at `revision`; what is absent stays."""

    revision = Number(low=1, required=True)
    name = Text(maximum=60, minimum=1)
    department = Text(maximum=80, allow_none=True)
    roles = fields.List(Choice(Role), error_messages=MESSAGES)


class OneTimePasswordSchema(Schema):
    """An account with the password to begin with, told this once."""

    account = fields.Nested(StaffCardSchema, required=True)
    password = fields.String(required=True)


class StaffListQuerySchema(LanguageQuerySchema):
    """Filters of accounts."""

    role = Choice(Role)
    enabled = fields.Boolean(error_messages=MESSAGES)
    cursor = Text(maximum=300)
    limit = Digits(low=1, high=LIMIT_MAX, load_default=LIMIT_MAX, strict=False)
