"""Synonyms: groups of terms that mean the same, kept by staff, read with each search."""

import functools
import re
from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from core.errors import Conflict, Invalid
from models.search import TERM_MAX, TERMS_MAX, Synonyms
from services import kept
from services.actors import Actor
from services.search.lexicon import Lexicon
from services.search.text import RUN, core, is_han, normalise

TERMS_MIN = 2
VARIANTS_MAX = 6


def add(actor: Actor, terms: Sequence[str]) -> Synonyms:
    """Keep terms that mean the same.

    Raises `Invalid`, and `Conflict` when a term is in another group.
    """
    kept.require(actor, Synonyms)
    group = Synonyms(terms=_cleaned(terms))
    try:
        kept.insert(actor, group)
    except DuplicateKeyError:
        raise Conflict("synonym_taken") from None
    return group


def change(actor: Actor, group: str, terms: Sequence[str], *, revision: int) -> Synonyms:
    """Replace the terms of a group that was seen at `revision`.

    Raises `NotFound`, `Invalid`, and `Conflict` for another revision or a term of another group.
    """
    kept.require(actor, Synonyms, group)
    kept.get(Synonyms, group)
    fields = {"terms": _cleaned(terms)}
    try:
        return kept.replace(actor, Synonyms, group, fields, revision=revision)
    except DuplicateKeyError:
        raise Conflict("synonym_taken") from None


def remove(actor: Actor, group: str) -> None:
    """Forget a group; raise `NotFound`."""
    kept.require(actor, Synonyms, group)
    kept.delete(actor, Synonyms, group)


def variants(query: str, lexicon: Lexicon) -> list[str]:
    """Return a normalised query with a term replaced by each of its synonyms.

    The longest term of a group is replaced; a word is one only as a whole.
    """
    found: list[str] = []
    for group in lexicon.groups_of(_parts(query)):
        present = [term for term in group if _place(term).search(query)]
        if not present:
            continue
        term = max(present, key=len)
        others = [other for other in group if other not in present]
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


def _cleaned(terms: Sequence[str]) -> list[str]:
    """Return terms as searches compare them, each once; raise `Invalid`."""
    normal = dict.fromkeys(" ".join(normalise(term).split()) for term in terms)
    cleaned = [term for term in normal if core(term)]
    if len(cleaned) < TERMS_MIN:
        raise Invalid(fields={"terms": "too_short"})
    if len(cleaned) > TERMS_MAX or any(len(term) > TERM_MAX for term in cleaned):
        raise Invalid(fields={"terms": "too_long"})
    return cleaned
