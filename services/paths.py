"""Paths into stored content, such as `title`, `meeting_point.note` or `stops.<key>.site`.

A list's elements are named by their `key`, or by their position where they have none. A pattern
has `*` for every element.
"""

from collections.abc import Iterator
from typing import Any

Data = dict[str, Any]


def _name(element: Any, position: int) -> str:
    key = element.get("key") if isinstance(element, dict) else None
    return str(key) if key else str(position)


def expand(data: Any, pattern: str) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of everything in `data` that `pattern` names; skips what is absent."""
    head, _, rest = pattern.partition(".")
    if head == "*":
        found = [(_name(element, i), element) for i, element in enumerate(data or [])]
    elif isinstance(data, dict) and data.get(head) is not None:
        found = [(head, data[head])]
    else:
        found = []
    for name, value in found:
        if rest:
            for path, inner in expand(value, rest):
                yield f"{name}.{path}", inner
        else:
            yield name, value


def put(data: Data, path: str, value: Any) -> None:
    """Set the value at a concrete `path`; raise `KeyError` when its parent does not exist."""
    *parents, last = path.split(".")
    node: Any = data
    for name in parents:
        node = _step(node, name)
    if isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value


def _step(node: Any, name: str) -> Any:
    if isinstance(node, list):
        for position, element in enumerate(node):
            if _name(element, position) == name:
                return element
        raise KeyError(name)
    return node[name]
