"""What differs between two versions of an item, field by field, as a reader wants to see it."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Change = Literal["added", "removed", "changed", "moved"]
Data = Mapping[str, Any]

# Texts are compared sentence by sentence; markup and line ends divide them too.
SENTENCE = re.compile(r"(?<=[。！？；.!?;\n])|(?=<[^/])")
# Beyond so many sentences only the whole texts are shown. What difflib takes for junk, sentences
# that stand everywhere, keeps the cost low whatever the texts are.
SENTENCES_MAX = 2_000


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: in both versions, only in the later, or only in the earlier."""

    op: Literal["equal", "insert", "delete"]
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that differs.

    A part of a list is named by its key: `stops.<key>.note`. `moved` tells the order of keys of
    a list, before and after. `pieces` shows where two texts differ.
    """

    path: str
    change: Change
    before: Any
    after: Any
    pieces: tuple[Piece, ...] = ()


def between(before: Data, after: Data) -> list[Difference]:
    """Return what differs, in the order of the fields; both hold plain JSON values."""
    return list(_inside("", before, after))


def _inside(path: str, before: Data, after: Data) -> Iterator[Difference]:
    for name in [*before, *(name for name in after if name not in before)]:
        yield from _compare(f"{path}{name}", before.get(name), after.get(name))


def _compare(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if _is_empty(before) and _is_empty(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _inside(f"{path}.", before, after)
    elif (old := _parts(before)) is not None and (new := _parts(after)) is not None:
        yield from _inside(f"{path}.", old, new)
        yield from _moved(path, list(old), list(new))
    elif before != after:
        yield _difference(path, before, after)


def _difference(path: str, before: Any, after: Any) -> Difference:
    if _is_empty(before):
        return Difference(path, "added", before, after)
    if _is_empty(after):
        return Difference(path, "removed", before, after)
    texts = isinstance(before, str) and isinstance(after, str)
    return Difference(path, "changed", before, after, _pieces(before, after) if texts else ())


def _parts(value: Any) -> dict[str, Any] | None:
    """Return the parts of a list by key, or by place where they have none; None for no such list.

    A list of plain values is one value: what was added to it is seen at a glance.
    """
    if _is_empty(value):
        return {}
    if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
        return None
    return {str(part.get("key") or place): part for place, part in enumerate(value)}


def _moved(path: str, before: list[str], after: list[str]) -> Iterator[Difference]:
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield Difference(path, "moved", before, after)


def _pieces(before: str, after: str) -> tuple[Piece, ...]:
    old, new = ([part for part in SENTENCE.split(text) if part] for text in (before, after))
    if max(len(old), len(new)) > SENTENCES_MAX:
        return ()
    found: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, old, new)
    for op, i, j, k, m in matcher.get_opcodes():
        if op == "equal":
            found.append(Piece("equal", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("delete", "".join(old[i:j])))
        if k < m:
            found.append(Piece("insert", "".join(new[k:m])))
    return tuple(found)


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or value == "" or value == {}
