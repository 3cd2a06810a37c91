"""Synonyms: groups of terms that mean the same, kept by staff, read with each search."""

import functools
import re
from collections.abc import Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from models.search import Synonyms
from models.versions import CONTENT
from services import versions
from services.search.text import RUN, core, is_han, normalise

VARIANTS_MAX = 6
# A term is no longer than this (models.search.Synonyms).
TERM_MAX = 40


def add(terms: Sequence[str]) -> Synonyms:
    """Keep terms that mean the same; raise `Conflict` when one is in another group already."""
    cleaned = list(dict.fromkeys(" ".join(normalise(term).split()) for term in terms))
    cleaned = [term for term in cleaned if core(term)]
    if len(cleaned) < 2:
        raise Invalid(fields={"terms": "too_short"})
    group = Synonyms(terms=cleaned)
    group.validate()
    try:
        transaction(functools.partial(_insert, group.to_mongo()))
    except DuplicateKeyError:
        raise Conflict("synonym_taken") from None
    return group


def remove(group: str) -> None:
    """Forget a group."""
    transaction(functools.partial(_delete, group))


def listing() -> list[Synonyms]:
    """Return all groups."""
    return list(Synonyms.objects.order_by("terms", "id"))


def variants(query: str) -> list[str]:
    """Return a normalised query with a term replaced by each of its synonyms.

    The longest term of a group is replaced; a word is one only as a whole.
    """
    known = Synonyms._get_collection().find({"terms": {"$in": sorted(_parts(query))}})
    found: list[str] = []
    for group in sorted(known, key=lambda row: str(row["_id"])):
        present = [term for term in group["terms"] if _place(term).search(query)]
        if not present:
            continue
        term = max(present, key=len)
        others = [other for other in group["terms"] if other not in present]
        found += [other.join(_place(term).split(query)) for other in others]
    return list(dict.fromkeys(found))[:VARIANTS_MAX]


def _parts(query: str) -> set[str]:
    """Return every piece of a query that may be a term: it begins and ends with a run's cut."""
    cuts = {place for match in RUN.finditer(query) for place in _cuts(match)}
    return {query[i:j] for i in cuts for j in cuts if i < j <= i + TERM_MAX}


def _cuts(match: "re.Match[str]") -> Sequence[int]:
    """Return where a term may begin or end: anywhere among Chinese characters, around a word."""
    start, end = match.span()
    return range(start, end + 1) if is_han(match.group()) else (start, end)


@functools.lru_cache(maxsize=1_000)
def _place(term: str) -> "re.Pattern[str]":
    before = "" if is_han(term) else r"(?<![a-z0-9])"
    after = "" if is_han(term[-1]) else r"(?![a-z0-9])"
    return re.compile(before + re.escape(term) + after)


def _insert(group: Any, session: ClientSession) -> None:
    Synonyms._get_collection().insert_one(group, session=session)
    versions.bump(CONTENT, session)


def _delete(group: str, session: ClientSession) -> None:
    if not Synonyms._get_collection().delete_one({"_id": group}, session=session).deleted_count:
        raise NotFound
    versions.bump(CONTENT, session)
