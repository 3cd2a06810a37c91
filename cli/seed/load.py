"""Writing the entries: drafts, translations, publishing.

Safe to repeat and to interrupt. What staff changed since it was loaded is theirs and stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cli.seed import pictures, source
from cli.seed.source import Entry
from core.canonical import digest
from core.clock import now
from core.errors import NotFound, Unprocessable
from models.content import Content
from models.enums import ContentState, Kind, Language
from models.search import Synonyms
from models.seeds import Seed
from services import changes, content, kept, publishing, translations
from services.actors import system
from services.search import synonyms

ACTOR = system("content files")
UNKNOWN = "-"
# Digests of entries whose writing began and did not end, and of those that cannot go live yet.
UNDER_WAY, HELD_BACK = "-", "held back"
# How many revisions one loading adds: the fields, the English texts.
WRITES = 2
# Part of every digest: raise it when the way entries are loaded changes.
LOADER_VERSION = 1


class Outcome(StrEnum):
    """What became of an entry.

    `KEPT`: it is staff's, or they changed it. `HELD_BACK`: it is written and goes live with a
    later loading, because staff took something offline that it links to.
    """

    LOADED = "loaded"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    HELD_BACK = "held back"


@dataclass(frozen=True)
class Result:
    """An entry and what became of it."""

    entry: Entry
    outcome: Outcome


def is_pristine() -> bool:
    """Tell whether no content exists, or only what an earlier loading left unfinished."""
    return Seed.objects.first() is not None or not any(
        content.listing(kind, limit=1) for kind in Kind
    )


def load_synonyms(groups: list[list[str]]) -> int:
    """Write the groups of synonyms when staff keep none; return how many were written."""
    if kept.listing(Synonyms, limit=1):
        return 0
    for group in groups:
        synonyms.add(ACTOR, group)
    return len(groups)


def load(entries: list[Entry]) -> Iterator[Result]:
    """Write and publish the entries one by one, yielding what became of each."""
    ids: dict[tuple[Kind, str], str] = {}
    for entry in entries:
        fields = {**source.linked(entry, ids), **pictures.references(entry)}
        document, outcome = _load_one(entry, fields)
        ids[entry.kind, entry.slug] = document.id
        yield Result(entry, outcome)


def _load_one(entry: Entry, fields: dict[str, Any]) -> tuple[Content, Outcome]:
    fingerprint = digest([LOADER_VERSION, fields, dict(entry.english)])
    key = f"{entry.kind}:{entry.slug}"
    seed = Seed.objects(id=key).first()
    existing = _existing(entry)
    if seed is None and existing is not None:
        return existing, Outcome.KEPT  # staff made it
    if seed is None:
        seed = Seed(id=key, kind=entry.kind, item=UNKNOWN, revision=0)
    if existing is None:
        if seed.item != UNKNOWN:
            message = f"{key} was loaded and is gone"
            raise source.ContentError(message)
        _begin(seed, revision=0)
        existing = content.create(entry.kind, fields, actor=ACTOR)
        return _publish(entry, existing, seed, fingerprint)
    if seed.digest == fingerprint:
        return existing, Outcome.UNCHANGED
    if not _is_ours(existing, seed):
        return existing, Outcome.KEPT
    _begin(seed, revision=existing.revision)
    complete = {**_emptied(existing, fields), **fields}
    changed = content.update(
        entry.kind, existing.id, complete, revision=existing.revision, actor=ACTOR
    )
    return _publish(entry, changed, seed, fingerprint)


def _existing(entry: Entry) -> Content | None:
    try:
        return content.get(entry.kind, entry.slug)
    except NotFound:
        return None


def _begin(seed: Seed, *, revision: int) -> None:
    """Note that an item at `revision` is about to be written.

    A loading that dies before its end is then known to be ours next time.
    """
    seed.digest, seed.revision, seed.loaded_at = UNDER_WAY, revision, now()
    seed.save()


def _is_ours(document: Content, seed: Seed) -> bool:
    """Tell whether nobody touched the item since it was loaded, or its loading did not end."""
    if seed.digest in (UNDER_WAY, HELD_BACK):
        latest = seed.revision + (WRITES if seed.digest == UNDER_WAY else 0)
        fit = document.state in (ContentState.DRAFT, ContentState.PUBLISHED)
        return fit and bool(document.revision <= latest)
    live = document.published_revision if document.state is ContentState.PUBLISHED else None
    return bool(seed.revision == document.revision == live)


def _emptied(document: Content, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return empty values for what an earlier version of the entry had and it has no more."""
    model = type(document)
    gone = document.stored().keys() - fields.keys() - changes.BOOKKEEPING - {"translations"}
    defaults = {name: model._fields[name].default for name in gone}
    return {name: value() if callable(value) else value for name, value in defaults.items()}


def _publish(
    entry: Entry, document: Content, seed: Seed, fingerprint: str
) -> tuple[Content, Outcome]:
    texts = _english(entry, document)
    if texts:
        document = content.translate(
            entry.kind, document.id, Language.EN, texts, revision=document.revision, actor=ACTOR
        )
    outcome = Outcome.LOADED if seed.item == UNKNOWN else Outcome.UPDATED
    try:
        document = publishing.publish(
            entry.kind, document.id, actor=ACTOR, revision=document.revision
        )
    except Unprocessable as refused:
        if not _waits_for_links(refused):
            raise
        outcome, fingerprint = Outcome.HELD_BACK, HELD_BACK
    else:
        seed.item = document.id
    seed.digest, seed.revision, seed.loaded_at = fingerprint, document.revision, now()
    seed.save()
    return document, outcome


def _english(entry: Entry, document: Content) -> dict[str, str | None]:
    """Return the English texts, None for those that the entry has no more."""
    present = translations.texts(document, Language.EN)
    texts: dict[str, str | None] = {
        text.path: None for text in present if text.translated is not None
    }
    if entry.english:
        texts |= {**entry.english, **pictures.english(entry)}
    return texts


def _waits_for_links(refused: Unprocessable) -> bool:
    """Tell whether all that is wrong is that staff took something offline that it links to."""
    return all(
        isinstance(problem, tuple) and problem[0] == "link_not_live"
        for problem in refused.fields.values()
    )
