"""A page of a list: `{"items": [...], "next_cursor": "…" | null}`."""

import functools

from marshmallow import Schema, fields


@functools.cache
def page_of(card: type[Schema]) -> type[Schema]:
    """Return the schema of a page of `card`s."""
    name = card.__name__.removesuffix("CardSchema")
    page = Schema.from_dict(
        {
            "items": fields.List(fields.Nested(card), required=True),
            "next_cursor": fields.String(allow_none=True, required=True),
        },
        name=f"{name}PageSchema",
    )
    page.__doc__ = "A page; `next_cursor` is null on the last one."
    return page
