"""Editions of the handbook as tests write them."""

from typing import Any

from models.content import Content
from models.enums import Kind
from services import content
from tests.factories import ACTOR, create_live


def chapter(edition: Content, title: str, **fields: Any) -> Content:
    """Write a live chapter of an edition."""
    return create_live(Kind.CHAPTERS, edition=edition.id, title=title, **fields)


def change(document: Content, **fields: Any) -> Content:
    """Change the working copy of an item."""
    current = content.get(document.KIND, document.id)
    return content.update(
        document.KIND, document.id, fields, revision=current.revision, actor=ACTOR
    )
