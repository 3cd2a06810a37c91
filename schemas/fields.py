"""Fields that the wire needs and marshmallow does not have: clean text, choices, links, labels.

What is wrong with an input is told as a code of `core.messages`, so that it can be said in the
request's language.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from core.canonical import decimal_text
from core.texts import has_bad_characters
from models.enums import Kind
from models.snapshots import snapshot_key
from schemas.labels import label
from schemas.rendering import setting

INT64_MAX = 2**63 - 1
MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "required",
    "null": "null",
    "invalid": "type",
    "invalid_utf8": "bad_text",
    "too_large": "out_of_range",
    "unknown": "choice",
}


# Where Python ends a whole match.
END = r"\Z"


class Text(fields.String):
    """A string of limited length without NUL or lone surrogates."""

    def __init__(self, *, maximum: int, minimum: int = 0, **options: Any) -> None:
        rules = list(options.pop("validate", []))
        rules.append(validate.Length(max=maximum, error="too_long"))
        if minimum:
            rules.append(validate.Length(min=minimum, error="too_short"))
        for rule in rules:
            if isinstance(rule, validate.Regexp):
                # The end of a text is written in another way where the document is read.
                pattern = f"^{str(rule.regex.pattern).removesuffix(END)}$"
                options["metadata"] = {"pattern": pattern, **options.get("metadata", {})}
        super().__init__(validate=rules, error_messages=MESSAGES, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if has_bad_characters(text):
            raise ValidationError("bad_text")
        return text


class Number(fields.Integer):
    """A whole number within bounds; `true`, `1.0` and `"1"` are refused in bodies."""

    def __init__(self, *, low: int = -INT64_MAX, high: int = INT64_MAX, **options: Any) -> None:
        rule = validate.Range(min=low, max=high, error="out_of_range")
        strict = options.pop("strict", True)
        super().__init__(strict=strict, validate=rule, error_messages=MESSAGES, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> int:
        if isinstance(value, bool):
            raise ValidationError("type")
        number: int = super()._deserialize(value, attr, data, **options)
        return number


class Flag(fields.Boolean):
    """True or false in a body; `1` and `"true"` are refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(error_messages=MESSAGES, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("type")
        return value


class Choice(fields.Enum[StrEnum]):
    """One value of an enumeration."""

    def __init__(self, enumeration: type[StrEnum], **options: Any) -> None:
        metadata = {"type": "string", **options.pop("metadata", {})}
        super().__init__(
            enumeration, by_value=True, metadata=metadata, error_messages=MESSAGES, **options
        )


class Day(fields.Date):
    """A date, `2025-01-31`; a checked text for the models, which store it."""

    def __init__(self, **options: Any) -> None:
        messages = {**MESSAGES, "invalid": "format"}
        super().__init__(error_messages=messages, **options)

    def _deserialize(  # type: ignore[override] # what is stored is made by the model
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        return super()._deserialize(value, attr, data, **options).isoformat()


class Label(fields.String):
    """What people call the value of an enumeration, in the language of the answer."""

    def __init__(self, attribute: str, **options: Any) -> None:
        super().__init__(attribute=attribute, dump_only=True, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return None if value is None else label(value, setting().language)


class Exact(fields.String):
    """An exact decimal as text in plain digits, such as `27.9`; never a float."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return None if value is None else decimal_text(value)


class Link(fields.Nested):
    """The id of another item; on the wire the live card of that item, or null.

    Stored is a placeholder that is resolved when the answer is put together.
    """

    def __init__(self, card: type[Schema], kind: Kind, **options: Any) -> None:
        self.kind = kind
        super().__init__(card, allow_none=True, dump_only=True, **options)

    def _serialize(  # type: ignore[override] # marshmallow's own Nested names it so
        self, nested_obj: Any, attr: Any, obj: Any, **options: Any
    ) -> dict[str, str] | None:
        return {"$ref": snapshot_key(self.kind, nested_obj)} if nested_obj else None
