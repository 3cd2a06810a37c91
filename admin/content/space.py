"""What the routes of content share: their namespace, the kind of a path."""

from flask_restx import Namespace

from core.errors import NotFound
from models.content import Content
from models.enums import Kind
from services import content

namespace = Namespace("content", description="内容 content, from draft to archive")


def kind_of(text: str) -> Kind:
    """Return the kind that a path names; raise `NotFound`."""
    try:
        return Kind(text)
    except ValueError:
        raise NotFound from None


def item_of(kind: str, item: str) -> Content:
    """Return the working copy that a path names; raise `NotFound`."""
    return content.get(kind_of(kind), item)
