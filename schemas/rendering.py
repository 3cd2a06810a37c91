"""Dumping a document for one language: the setting reaches nested fields through a context."""

from typing import Any

from marshmallow import Schema
from marshmallow.experimental.context import Context

from models.rendering import RenderSetting


def render(schema: Schema, document: object, setting: RenderSetting) -> dict[str, Any]:
    """Dump a localised document for `setting`."""
    with Context(setting):
        dumped: dict[str, Any] = schema.dump(document)
    return dumped


def setting() -> RenderSetting:
    """Return the setting of the dump under way; `LookupError` outside `render`."""
    current: RenderSetting = Context[RenderSetting].get()
    return current
