"""Working copies on the wire, for staff: derived from the models, where each field is declared.

One schema a kind serves reading, creating and changing. `services.validation` has the last word.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any

import mongoengine as me
from marshmallow import Schema, fields, validate

from models.enums import ContentState, Kind
from models.parts import ExactField
from models.registry import CONTENT
from models.reviews import ReviewStage
from schemas.fields import MESSAGES, Choice, Day, Exact, Flag, Number, Text

STRING_MAX = 300
FLOAT_MAX = 1e15
# What verbs keep, staff read and nobody writes; each has its schema below.
KEPT = frozenset(
    {
        *("id", "state", "revision", "published_revision", "publish_at", "expire_at", "authors"),
        *("changed_by", "owner", "review", "created_at", "updated_at", "order", "translations"),
    }
)

Field = fields.Field[Any]


class VerdictSchema(Schema):
    """What one reviewer said; `by` is the id of a member of staff."""

    step = Choice(ReviewStage)
    by = fields.String()
    by_name = fields.String()
    approved = fields.Boolean()
    note = fields.String(allow_none=True)
    at = fields.DateTime()


class ReviewSchema(Schema):
    """The review of the text at `revision`: 初审 first, 复审 second, 终审 final, then approved."""

    revision = fields.Integer()
    stage = Choice(ReviewStage)
    submitted_by = fields.String()
    submitted_by_name = fields.String()
    submitted_at = fields.DateTime()
    note = fields.String(allow_none=True)
    verdicts = fields.List(fields.Nested(VerdictSchema))


class KeptSchema(Schema):
    """What is kept about an item and cannot be written as a field.

    `live_revision` is what the public reads, null while it is offline. `authors` are the ids of
    who wrote what is not published yet.
    """

    id = fields.String(dump_only=True)
    kind = fields.Function(lambda item: item.KIND.value, metadata={"type": "string"})
    state = Choice(ContentState, dump_only=True)
    revision = Number(low=1, metadata={"description": "A change needs the one that it began from."})
    published_revision = fields.Integer(dump_only=True, allow_none=True)
    live_revision = fields.Function(
        lambda item: item.published_revision if item.state is ContentState.PUBLISHED else None,
        metadata={"type": "integer"},
    )
    publish_at = fields.DateTime(dump_only=True, allow_none=True)
    expire_at = fields.DateTime(dump_only=True, allow_none=True)
    order = fields.Float(dump_only=True)
    authors = fields.List(fields.String(), dump_only=True)
    changed_by = fields.String(dump_only=True, allow_none=True)
    owner = fields.String(
        dump_only=True, allow_none=True, metadata={"description": "The department it belongs to."}
    )
    review = fields.Nested(ReviewSchema, dump_only=True, allow_none=True)
    created_at = fields.DateTime(dump_only=True)
    updated_at = fields.DateTime(dump_only=True)


class WorkingCardSchema(KeptSchema):
    """A working copy in lists, and after each step of its life."""

    slug = fields.String()
    title = fields.String()
    tracks = fields.List(fields.String())
    featured = fields.Boolean()


@functools.cache
def working(kind: Kind) -> type[Schema]:
    """Return the schema of a kind: what is kept, and every field that staff fill in."""
    model = CONTENT[kind]
    names = [name for name in model._fields if name not in KEPT]
    made = type(f"Working{model.__name__}Schema", (KeptSchema,), _fields(model, names))
    made.__doc__ = (model.__doc__ or "").split("\n")[0]
    return made


def editable(kind: Kind) -> frozenset[str]:
    """Return the names of the fields that staff fill in."""
    return frozenset(CONTENT[kind]._fields.keys() - KEPT)


Maker = Callable[[Any, dict[str, Any]], Field]


def _fields(model: Any, names: Iterable[str]) -> dict[str, Field]:
    """Return the fields of a schema from those of a model or of one of its parts."""
    return {name: _field(model._fields[name]) for name in names}


def _field(field: Any) -> Field:
    options: dict[str, Any] = {"allow_none": not field.required}
    if field.required and field.default is None:
        options["required"] = True
    if isinstance(field, me.ListField):
        inner = _field(field.field)
        inner.allow_none = False
        rule = validate.Length(max=field.max_length, error="too_long")
        return fields.List(inner, validate=rule, error_messages=MESSAGES, **options)
    if isinstance(field, me.EmbeddedDocumentField):
        return fields.Nested(_part(field.document_type), error_messages=MESSAGES, **options)
    return _scalar(field, options)


class PartSchema(Schema):
    """An object inside of an item; another thing in its place is a wrong type."""

    error_messages = {"type": "type"}  # noqa: RUF012 - marshmallow declares it so


@functools.cache
def _part(model: Any) -> type[Schema]:
    """Return the schema of a part: the same one wherever the part stands."""
    made = PartSchema.from_dict(
        _fields(model, model._fields), name=f"Working{model.__name__}Schema"
    )
    made.__doc__ = (model.__doc__ or "").split("\n")[0]
    return made


def _scalar(field: Any, options: dict[str, Any]) -> Field:
    """Return the field of a scalar with the limits that the model declares."""
    for kind, make in SCALARS.items():
        if isinstance(field, kind):
            return make(field, options)
    message = f"no wire format for {type(field).__name__}"
    raise TypeError(message)


def _text(field: Any, options: dict[str, Any]) -> Field:
    limits = {"maximum": field.max_length or STRING_MAX, "minimum": field.min_length or 0}
    if field.regex is None:
        return Text(**limits, **options)
    pattern = field.regex.pattern
    return Text(
        **limits,
        validate=[validate.Regexp(pattern, error="format")],
        **options,
    )


def _real(field: Any, options: dict[str, Any]) -> Field:
    low = -FLOAT_MAX if field.min_value is None else field.min_value
    high = FLOAT_MAX if field.max_value is None else field.max_value
    rule = validate.Range(min=low, max=high, error="out_of_range")
    return fields.Float(validate=rule, error_messages=MESSAGES, **options)


def _whole(field: Any, options: dict[str, Any]) -> Field:
    limits = {"low": field.min_value, "high": field.max_value}
    given = {name: value for name, value in limits.items() if value is not None}
    return Number(**given, **options)


SCALARS: dict[type[Any], Maker] = {
    me.EnumField: lambda field, options: Choice(field._enum_cls, **options),
    me.URLField: lambda field, options: Text(maximum=field.max_length or STRING_MAX, **options),
    me.StringField: _text,
    me.BooleanField: lambda _field, options: Flag(**options),
    me.IntField: _whole,
    me.FloatField: _real,
    me.DateField: lambda _field, options: Day(**options),
    ExactField: lambda _field, options: Exact(error_messages=MESSAGES, **options),
}
