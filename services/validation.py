"""Checking stored fields against their model, so that nothing else is ever written.

What is wrong is told by path (`figures.0.metric`) as a code of `core.messages`.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from bson.decimal128 import Decimal128
from mongoengine import (
    BooleanField,
    EmbeddedDocumentField,
    ListField,
)
from mongoengine.errors import InvalidDocumentError, ValidationError

from core.errors import Invalid
from core.texts import has_bad_characters
from models.content import RESERVED_SLUGS, Content

# What mongoengine says, and the code for it.
CODES = {
    "required": "required",
    "too long": "too_long",
    "too short": "too_short",
    "regex": "format",
    "cannot parse date": "format",
    "Invalid": "format",
    "must be one of": "choice",
    "too large": "out_of_range",
    "too small": "out_of_range",
}
MISFITS = (InvalidDocumentError, TypeError, ValueError, AttributeError, ArithmeticError)

Problem = tuple[str, str]
Data = Mapping[str, Any]


def build(model: type[Content], stored: Data) -> Content:
    """Return the document that `stored` describes; raise `Invalid` with the fields at fault."""
    _refuse(_misplaced(model, stored))
    try:
        document = model.from_stored(dict(stored))
        document.validate()
        kept = document.stored()
    except ValidationError as error:
        raise Invalid(fields=dict(_said(error.to_dict()))) from None
    except MISFITS:
        _refuse((name, "type") for name, value in stored.items() if not _fits(model, name, value))
        raise
    _refuse(_unfit(kept))
    _refuse(_repeated(kept))
    if document.slug in RESERVED_SLUGS:
        raise Invalid(fields={"slug": "slug_reserved"})
    return document


def check_unfinished(model: type[Content], fields: Data) -> None:
    """Raise `Invalid` for what no field of the model could ever hold: names, shapes, bad text.

    Lengths, formats and what is missing may still be mended by who is typing.
    """
    _refuse(_misplaced(model, fields))
    _refuse(_unfit(fields))


def _refuse(found: Iterator[Problem]) -> None:
    if fields := dict(found):
        raise Invalid(fields=dict(fields))


def _fields(model: Any) -> dict[str, Any]:
    return {field.db_field: field for field in model._fields.values()}


def _misplaced(model: Any, data: Data, path: str = "") -> Iterator[Problem]:
    """Find names that the model does not have, and values of another shape than their field."""
    known = _fields(model)
    for name, value in data.items():
        if field := known.get(name):
            yield from _misfits(field, value, f"{path}{name}")
        else:
            yield f"{path}{name}", "unknown_field"


def _misfits(field: Any, value: Any, where: str) -> Iterator[Problem]:
    if value is None:
        return
    if isinstance(field, ListField) and isinstance(value, list):
        for position, element in enumerate(value):
            yield from _misfits(field.field, element, f"{where}.{position}")
    elif isinstance(field, EmbeddedDocumentField) and isinstance(value, Mapping):
        yield from _misplaced(field.document_type, value, f"{where}.")
    elif (
        isinstance(field, (ListField, EmbeddedDocumentField))
        or isinstance(value, (list, Mapping))
        or isinstance(value, bool) is not isinstance(field, BooleanField)
    ):
        yield where, "type"


def _fits(model: Any, name: str, value: Any) -> bool:
    try:
        _fields(model)[name].to_mongo(_fields(model)[name].to_python(value))
    except MISFITS:
        return False
    return True


def _unfit(value: Any, path: str = "") -> Iterator[Problem]:
    """Find what the database or the wire cannot hold: broken text, what is not a number."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _unfit(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _unfit(inner, f"{path}.{position}")
    elif isinstance(value, str) and has_bad_characters(value):
        yield path, "bad_text"
    elif not _is_finite(value):
        yield path, "type"


def _is_finite(value: Any) -> bool:
    if isinstance(value, Decimal128):
        return value.to_decimal().is_finite()
    return not isinstance(value, float) or math.isfinite(value)


def _repeated(kept: Data) -> Iterator[Problem]:
    """Find two parts of one list with the same key: translations could not tell them apart."""
    for name, value in kept.items():
        if isinstance(value, list):
            keys = [part["key"] for part in value if isinstance(part, Mapping) and "key" in part]
            if len(keys) != len(set(keys)):
                yield name, "not_unique"


def _said(found: Any, path: str = "") -> Iterator[Problem]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _said(inner, f"{path}.{name}" if path else str(name))
    else:
        codes = (code for words, code in CODES.items() if words in str(found))
        yield path, next(codes, "type")
