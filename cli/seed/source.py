"""Reading the content files: YAML under `content/`, one file a kind.

Links are written as slugs there and sources as keys of `sources.yaml`; English texts stand under
`en` by their path. What is not part of a document (a film's slides) is kept apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from models.enums import Kind
from models.registry import CONTENT
from services import paths

FOLDER = Path(__file__).resolve().parent.parent.parent / "content"
# A kind comes after those that it links to.
ORDER = (
    *(Kind.TRACKS, Kind.SITES, Kind.CLUSTERS, Kind.PROJECTS, Kind.ROUTES, Kind.FILMS),
    *(Kind.VENUES, Kind.HANDBOOK, Kind.CHAPTERS, Kind.ARTICLES, Kind.FAQS),
)
# What reading an item can raise that is not written as it should be.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
Data = dict[str, Any]
Form = TypeVar("Form", list[Any], dict[str, Any])


class ContentError(Exception):
    """A content file is wrong; the text names file and item."""


@dataclass(frozen=True)
class Entry:
    """An item as the files hold it: fields with slugs for links, English texts, film slides."""

    kind: Kind
    slug: str
    fields: Data
    english: Mapping[str, str]
    slides: list[Data] = field(default_factory=list)


def read(folder: Path = FOLDER) -> list[Entry]:
    """Return all entries, in an order in which links come after their targets.

    Raises `ContentError` for what cannot be read; what does not fit the models is found later.
    """
    sources = _load(folder / "sources.yaml", dict)
    entries: dict[tuple[Kind, str], Entry] = {}
    for kind in ORDER:
        path = folder / f"{kind}.yaml"
        for position, item in enumerate(_load(path, list), start=1):
            try:
                entry = _entry(kind, item, position, sources)
            except MALFORMED as error:
                message = f"{path.name}, item {position}: {error!r}"
                raise ContentError(message) from None
            if (kind, entry.slug) in entries:
                message = f"{path.name}, item {position}: the slug {entry.slug} is there twice"
                raise ContentError(message)
            entries[kind, entry.slug] = entry
    return list(entries.values())


def synonyms(folder: Path = FOLDER) -> list[list[str]]:
    """Return the groups of synonyms that the product ships with."""
    path = folder / "synonyms.yaml"
    return [[str(term) for term in group] for group in _load(path, list)] if path.exists() else []


def calendar(folder: Path = FOLDER) -> Data:
    """Return the guides, vehicles and schedules of the demo; nothing without a file."""
    path = folder / "calendar.yaml"
    return _load(path, dict) if path.exists() else {}


def linked(entry: Entry, ids: Mapping[tuple[Kind, str], str]) -> Data:
    """Return the entry's fields with ids in the place of slugs; raise `ContentError`."""
    data: Data = _copy(entry.fields)
    for pattern, kind in CONTENT[entry.kind].LINKS.items():
        for path, slug in list(paths.expand(data, pattern)):
            if (kind, slug) not in ids:
                message = f"{entry.kind}/{entry.slug}: {path} links to {kind}/{slug}, not there"
                raise ContentError(message)
            paths.put(data, path, ids[kind, slug])
    return data


def _entry(kind: Kind, item: Data, position: int, sources: Mapping[str, Data]) -> Entry:
    fields = {name: value for name, value in item.items() if name not in ("en", "slides")}
    fields.setdefault("order", float(position))
    fields["sources"] = [dict(sources[key]) for key in item.get("sources", [])]
    fields["figures"] = [
        {**figure, "source": sources[figure["source"]]["title"]}
        for figure in item.get("figures", [])
    ]
    slug, _title = item["slug"], item["title"]
    return Entry(kind, slug, fields, dict(item.get("en", {})), item.get("slides", []))


def _load(path: Path, form: type[Form]) -> Form:
    """Return what a file holds, a list or a mapping; an empty file holds nothing."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        message = f"{path.name}: {' '.join(str(error).split())}"
        raise ContentError(message) from None
    if data is None:
        return form()
    if not isinstance(data, form):
        message = f"{path.name}: {form.__name__} expected, not {type(data).__name__}"
        raise ContentError(message)
    return data


def _copy(value: Any) -> Any:
    """Copy containers; YAML anchors would otherwise share them between items."""
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value
