"""Keeping ready answers: the least recently used go first when the room is full."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
# What an entry costs beyond its bytes: objects, headers, the place in the table.
OVERHEAD = 2_000


class Store(Generic[Key, Value]):
    """A mapping of limited size in bytes, safe for threads."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.used = 0
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """Return what is kept under `key`, and remember that it was used."""
        found = self._kept.get(key)
        if found is None:
            return None
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value; one that needs more than an eighth of the room is not kept."""
        cost = size + OVERHEAD
        with self._lock:
            replaced = self._kept.pop(key, None)
            if replaced is not None:
                self.used -= replaced[1]
            if cost > self.room // 8:
                return
            self._kept[key] = (value, cost)
            self.used += cost
            while self.used > self.room:
                _, (_, freed) = self._kept.popitem(last=False)
                self.used -= freed
