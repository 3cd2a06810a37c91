"""Errors that services raise and the edge maps to one JSON shape.

Every code has its text in both languages in `core.messages`; `docs/api.md` lists them, and a
test keeps the three in step.
"""

from typing import ClassVar


class AppError(Exception):
    """An expected failure. `code` is stable; `params` fill the message; `fields` name inputs.

    `fields` maps a field's path to what is wrong with it: texts, or codes of `core.messages`.
    `details` is for what a caller needs to go on, as JSON values; the edge may fill it in.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal"

    def __init__(
        self,
        code: str | None = None,
        *,
        fields: dict[str, object] | None = None,
        retry_after_s: int | None = None,
        **params: object,
    ) -> None:
        self.code = code or self.default_code
        self.fields = fields or {}
        self.retry_after_s = retry_after_s
        self.params = params
        self.details: dict[str, object] = {}
        super().__init__(self.code, self.params, self.fields)


class Invalid(AppError):
    """The input is wrong (400)."""

    status = 400
    default_code = "invalid"


class Unauthenticated(AppError):
    """Nobody is signed in, or the sign-in did not succeed (401)."""

    status = 401
    default_code = "unauthenticated"


class NotFound(AppError):
    """No such thing, or not for this caller (404)."""

    status = 404
    default_code = "not_found"


class Forbidden(AppError):
    """The caller is known and may not do this (403)."""

    status = 403
    default_code = "forbidden"


class Conflict(AppError):
    """The state does not allow it, or somebody else was faster (409)."""

    status = 409
    default_code = "conflict"


class Unprocessable(AppError):
    """Well-formed, yet a rule of the domain refuses it (422)."""

    status = 422
    default_code = "refused"


class RateLimited(AppError):
    """Too many tries (429)."""

    status = 429
    default_code = "rate_limited"


class Unavailable(AppError):
    """Something that we depend on does not answer; try again (503)."""

    status = 503
    default_code = "unavailable"
