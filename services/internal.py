"""What is internal to an item: 拟招商名录, notes among colleagues. Only some staff ever see it."""

from typing import Any

from models.content import Content
from services import permissions
from services.actors import Actor


class Seen:
    """A working copy as one reader sees it: fields that are not for them do not exist."""

    def __init__(self, document: Content, hidden: tuple[str, ...]) -> None:
        self._document, self._hidden = document, hidden

    def __getattr__(self, name: str) -> Any:
        if name in self._hidden:
            raise AttributeError(name)
        return getattr(self._document, name)


def seen(document: Content, actor: Actor) -> Seen:
    """Return the working copy as the actor sees it."""
    return Seen(document, hidden(document, actor))


def hidden(document: Content, actor: Actor) -> tuple[str, ...]:
    """Return the names of the fields that the actor does not see."""
    may = permissions.may(actor, "content", "read_internal")
    return () if may else type(document).INTERNAL
