"""The whole life of content, for staff."""

from admin.content import drafts, history, kinds, life, links, previews, texts
from admin.content.space import namespace

__all__ = ["drafts", "history", "kinds", "life", "links", "namespace", "previews", "texts"]
