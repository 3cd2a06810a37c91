"""Writing the entries: drafts, translations, publishing.

Safe to repeat and to interrupt. What staff changed since it was loaded is theirs and stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cli.seed import pictures, source
from cli.seed.source import Entry
from core.canonical import digest
from core.clock import now
from core.errors import NotFound
from models.content import Content
from models.enums import ContentState, Kind, Language
from models.seeds import Seed
from services import content, links, publishing

ACTOR = "content files"
# Part of every digest: raise it when the way entries are loaded changes.
LOADER_VERSION = 1


class Outcome(StrEnum):
    """What became of an entry."""

    LOADED = "loaded"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


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
        # Written first, so that a loading that dies here is known to be ours next time.
        seed = Seed(
            id=key, kind=entry.kind, item="-", digest="-", revision=0, loaded_at=now()
        ).save()
    if existing is None:
        if seed.revision:
            message = f"{key} was loaded and is gone"
            raise source.ContentError(message)
        existing = content.create(entry.kind, fields, actor=ACTOR)
        return _publish(entry, existing, seed, fingerprint), Outcome.LOADED
    if seed.digest == fingerprint:
        return existing, Outcome.UNCHANGED
    if not _is_ours(existing, seed):
        return existing, Outcome.KEPT
    outcome = Outcome.UPDATED if seed.revision else Outcome.LOADED
    changed = content.update(entry.kind, existing.id, fields, revision=existing.revision)
    return _publish(entry, changed, seed, fingerprint), outcome


def _existing(entry: Entry) -> Content | None:
    try:
        return content.get(entry.kind, entry.slug)
    except NotFound:
        return None


def _is_ours(document: Content, seed: Seed) -> bool:
    """Tell whether nobody touched the item since it was loaded, or its loading did not end."""
    if seed.revision == 0:
        return document.published_revision is None or links.is_live(document.KIND, document.id)
    return document.revision == seed.revision and document.state is ContentState.PUBLISHED


def _publish(entry: Entry, document: Content, seed: Seed, fingerprint: str) -> Content:
    if entry.english:
        texts = {**entry.english, **pictures.english(entry)}
        document = content.translate(
            entry.kind, document.id, Language.EN, texts, revision=document.revision
        )
    document = publishing.publish(entry.kind, document.id, actor=ACTOR, revision=document.revision)
    seed.item, seed.digest = document.id, fingerprint
    seed.revision, seed.loaded_at = document.revision, now()
    seed.save()
    return document
