"""Reading the content files: YAML under `content/`, one file a kind.

Links are written as slugs there and sources as keys of `sources.yaml`; English texts stand under
`en` by their path. What is not part of a document (a film's slides) is kept apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from models.enums import Kind
from models.registry import CONTENT
from services import paths

FOLDER = Path(__file__).resolve().parent.parent.parent / "content"
# A kind comes after those that it links to.
ORDER = (
    *(Kind.TRACKS, Kind.SITES, Kind.PROJECTS, Kind.ROUTES, Kind.FILMS, Kind.VENUES),
    *(Kind.HANDBOOK, Kind.CHAPTERS, Kind.CLUSTERS, Kind.ARTICLES, Kind.FAQS),
)
Data = dict[str, Any]


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
    """Return all entries, in an order in which links come after their targets."""
    sources = _load(folder / "sources.yaml")
    entries = []
    for kind in ORDER:
        path = folder / f"{kind}.yaml"
        for position, item in enumerate(_load(path), start=1):
            try:
                entries.append(_entry(kind, item, position, sources))
            except (KeyError, TypeError) as error:
                message = f"{path.name}, item {position}: {error!r}"
                raise ContentError(message) from None
    return entries


def synonyms(folder: Path = FOLDER) -> list[list[str]]:
    """Return the groups of synonyms that the product ships with."""
    path = folder / "synonyms.yaml"
    return [[str(term) for term in group] for group in _load(path)] if path.exists() else []


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
    return Entry(kind, item["slug"], fields, item.get("en", {}), item.get("slides", []))


def _load(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text("utf-8")) or []
    except (OSError, yaml.YAMLError) as error:
        message = f"{path.name}: {error}"
        raise ContentError(message) from None


def _copy(value: Any) -> Any:
    """Copy containers; YAML anchors would otherwise share them between items."""
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value
