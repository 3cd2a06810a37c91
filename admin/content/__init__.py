"""The whole life of content, for staff."""

from admin.content import history, kinds, life, links, previews, texts
from admin.content.space import namespace

__all__ = ["history", "kinds", "life", "links", "namespace", "previews", "texts"]
