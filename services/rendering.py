"""Rendering: from a working copy to the JSON that is served, in each language.

The schemas do the work. They are handed in by the composition root, one renderer a kind, so that
what is stored at publishing and what the API documents come from one declaration.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from models.content import Content
from models.enums import Kind, Language
from models.rendering import RenderSetting
from services import media_items, translations


@dataclass(frozen=True)
class Rendering:
    """A document's two forms: the card that lists show, and the detail."""

    card: dict[str, Any]
    detail: dict[str, Any]


Renderer = Callable[[Content, RenderSetting], Rendering]

_renderers: dict[Kind, Renderer] = {}


def register(kind: Kind, renderer: Renderer) -> None:
    """Make `renderer` the one for a kind."""
    _renderers[kind] = renderer


def render(document: Content, today: dt.date) -> dict[str, dict[str, str]]:
    """Return language → {card, detail} as JSON text."""
    media = media_items.lookup(set(media_items.used_by(document).values()))
    body = {}
    for language in Language:
        localised, status = translations.localise(document, language)
        setting = RenderSetting(language, status, media, today)
        rendering = _renderers[document.KIND](localised, setting)
        body[language.value] = {
            "card": orjson.dumps(rendering.card).decode(),
            "detail": orjson.dumps(rendering.detail).decode(),
        }
    return body
