"""Versions of an item as plain data: what is compared, and what a collision answers."""

from typing import Any

from core.errors import NotFound
from models.content import Content
from schemas.working import editable, working
from services import drafts, internal, links, publishing
from services.actors import Actor

WORKING, LIVE, DRAFT = "working", "live", "draft"


def fields_of(document: Content, actor: Actor) -> dict[str, Any]:
    """Return what staff fill in of an item, as the actor sees it, with its translations."""
    names = editable(document.KIND) - set(internal.hidden(document, actor))
    dumped = working(document.KIND)(only=sorted(names)).dump(document)
    ordered = {name: dumped[name] for name in type(document)._fields if name in dumped}
    return {**ordered, "translations": _translations(document)}


def named(document: Content, name: str, actor: Actor) -> dict[str, Any]:
    """Return a version by name; raise `NotFound`. What is not live holds nothing."""
    if name == WORKING:
        return fields_of(document, actor)
    if name == DRAFT:
        unsaved = drafts.fields_of(drafts.get(document, actor))
        return {**fields_of(document, actor), **unsaved}
    if name == LIVE:
        if not links.is_live(document.KIND, document.id):
            return {}
        return _revision(document, document.published_revision or 0, actor)
    if not name.isdecimal():
        raise NotFound
    return _revision(document, int(name), actor)


def _revision(document: Content, number: int, actor: Actor) -> dict[str, Any]:
    return fields_of(publishing.content_of(document.KIND, document.id, number), actor)


def _translations(document: Content) -> dict[str, dict[str, str]]:
    """Return the translated texts by language and path."""
    found: dict[str, dict[str, str]] = {}
    for entry in document.translations:
        found.setdefault(entry.language.value, {})[entry.path] = entry.text
    return found
