"""Signing in of visitors on the wire. A token stands in the answer to a sign-in, nowhere else."""

from marshmallow import Schema, fields

from models.visitors import DemoVisitor, SignInMethod
from schemas.fields import Choice, Text


class WechatSignInSchema(Schema):
    """The code that `wx.login` gave; it works once."""

    code = Text(maximum=512, minimum=1, required=True)


class EmailSignInSchema(Schema):
    """The address that a one-time code is sent to."""

    email = Text(maximum=254, minimum=3, required=True)


class EmailChallengeSchema(Schema):
    """A code is on its way, whether or not the address has an account.

    `challenge` goes with the code into the confirmation.
    """

    challenge = fields.String(required=True)
    expires_at = fields.DateTime(required=True, metadata={"description": "UTC"})


class EmailConfirmationSchema(Schema):
    """The code that came by e-mail, and the challenge it belongs to."""

    challenge = Text(maximum=40, minimum=1, required=True)
    code = Text(maximum=20, minimum=1, required=True)


class DemoSignInSchema(Schema):
    """One of the fictitious visitors."""

    visitor = Choice(DemoVisitor, required=True)


class SignedInSchema(Schema):
    """A session: send `token` as `Authorization: Bearer`, in the request's header only.

    It ends when it is not used for a while, and at `expires_at` (UTC) at the latest.
    """

    token = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
    consent_due = fields.Boolean(
        required=True,
        metadata={"description": "The privacy notice in force was not agreed to yet."},
    )


class VisitorSessionSchema(Schema):
    """A session of the visitor; `current` is the one that asks."""

    id = fields.String(required=True)
    method = Choice(SignInMethod, required=True)
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(required=True)


class VisitorSessionListSchema(Schema):
    """The sessions that hold, the newest first."""

    items = fields.List(fields.Nested(VisitorSessionSchema), required=True)
