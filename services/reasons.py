"""Reasons for what is done to others: written by staff, or given by the product itself.

All are stored as they were given, in Chinese; the product's own are said in English, too.
"""

from collections.abc import Mapping

from core.errors import Invalid
from models.enums import Language

TOO_FEW = "报名人数未达到最低成团人数。"
_ENGLISH: Mapping[str, str] = {TOO_FEW: "Too few people registered."}


def require(reason: str) -> None:
    """Raise `Invalid("reason_needed")` where a reason says nothing."""
    if not reason.strip():
        raise Invalid("reason_needed")


def english(reason: str | None) -> str | None:
    """Return one of the product's own reasons in English, None for any other."""
    return None if reason is None else _ENGLISH.get(reason)


def said(reason: str | None, language: Language) -> str | None:
    """Return a reason for who reads the language; what staff wrote, as they wrote it."""
    own = english(reason) if language is Language.EN else None
    return own or reason
