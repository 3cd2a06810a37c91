"""Reasons that staff give for what they do to others."""

from core.errors import Invalid


def require(reason: str) -> None:
    """Raise `Invalid("reason_needed")` where a reason says nothing."""
    if not reason.strip():
        raise Invalid("reason_needed")
