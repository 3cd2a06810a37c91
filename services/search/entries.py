"""Writing search entries, in the transaction that publishes, and rebuilding them."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from pymongo.client_session import ClientSession

from core.db import transaction
from models.enums import Kind, Language
from models.search import SearchEntry
from models.snapshots import Snapshot
from models.versions import CONTENT
from services import media_items, versions
from services.search import extract, grams, pinyin, syllables, text

Row = dict[str, Any]
Texts = dict[str, dict[str, str]]
# Staff's order counts from 1 up. News have days instead, negative: they come after.
AFTER_ORDERED = 1_000_000.0
# How often an entry is made again while its item changes at the same moment.
ATTEMPTS = 5


def build(snapshot: Mapping[str, Any], documents: Sequence[str] = ()) -> Row:
    """Return the entry of a snapshot as it is stored.

    `documents` are the texts of PDFs that the item refers to: found like the rest of its body,
    in whatever language they are.
    """
    kind = Kind(snapshot["kind"])
    details = {
        language: orjson.loads(body["detail"]) for language, body in snapshot["body"].items()
    }
    texts = {
        language: extract.texts(detail, kind, Language(language))
        for language, detail in details.items()
        if language == Language.ZH_CN or detail["language"] == language
    }
    original = texts[Language.ZH_CN]
    original["body"] = extract.joined(original["body"], documents)
    heads = {language: extract.parts(text.lower(one["head"])) for language, one in texts.items()}
    spelt = {part: pinyin.of_text(heads[Language.ZH_CN][part]) for part in ("title", "names")}
    keys = _of_heads(heads) | _of_bodies(texts, heads) | _of_starts(heads, spelt["title"])
    for part, found in spelt.items():
        for run in found:
            keys.update(grams.of_readings(run, is_title=part == "title"))
    keys.add(grams.KIND + kind)
    keys.update(grams.TRACK + track for track in snapshot["tracks"])
    return {
        "_id": snapshot["_id"],
        "kind": kind.value,
        "tracks": snapshot["tracks"],
        "expire_at": snapshot["expire_at"],
        "rank": rank(snapshot["order"]),
        "keys": sorted(keys),
        "texts": texts,
        "words": _words(texts),
        "spelt": {part: syllables.written(found) for part, found in spelt.items()},
    }


def write(snapshot: Mapping[str, Any], session: ClientSession) -> None:
    """Write the entry of a snapshot within the transaction that publishes it.

    The texts of documents are on record, as what is published has all its renditions: no store is
    asked here.
    """
    entry = build(snapshot, media_items.texts(snapshot["media"], session))
    SearchEntry._get_collection().replace_one(
        {"_id": entry["_id"]}, entry, upsert=True, session=session
    )


def rank(order: float) -> float:
    """Return what sorts an entry before anything is known of the query.

    Staff's order, with all kinds in turn, so that a bounded look at what is common sees each.
    """
    return order if order >= 0 else AFTER_ORDERED + order


def remove(key: str, session: ClientSession) -> None:
    """Remove the entry of a snapshot that goes offline."""
    SearchEntry._get_collection().delete_one({"_id": key}, session=session)


def rebuild() -> Iterator[str]:
    """Write every entry anew while searches and publishing go on; yield the key of each.

    Each is a transaction of its own: when an item is published or goes offline at the same
    moment, MongoDB lets one of the two go first and repeats the other.
    """
    keys = {row["_id"] for row in SearchEntry._get_collection().find({}, {"_id": 1})}
    keys |= {row["_id"] for row in Snapshot.raw().find({}, {"_id": 1})}
    for key in sorted(keys):
        _rebuild(key)
        yield key
    transaction(functools.partial(versions.bump, CONTENT))


def _rebuild(key: str) -> None:
    """Write an entry from its snapshot, again when that changed meanwhile.

    Only an entry that is there makes two transactions conflict: without one, an item that goes
    offline in between would leave it behind.
    """
    for _ in range(ATTEMPTS):
        used = transaction(functools.partial(_write_anew, key))
        if Snapshot.raw().find_one({"_id": key}) == used:
            return


def _write_anew(key: str, session: ClientSession) -> Row | None:
    snapshot = Snapshot.raw().find_one({"_id": key}, session=session)
    if snapshot is None:
        remove(key, session)
    else:
        write(snapshot, session)
    return snapshot


def _words(texts: Texts) -> str:
    """Return every word that stands in an entry, once, with spaces around it."""
    parts = [part.lower() for one in texts.values() for part in one.values()]
    found = {word for part in parts for word in text.WORD.findall(part)}
    return f" {' '.join(sorted(found))} "


def _of_heads(heads: Mapping[str, Mapping[str, str]]) -> set[str]:
    found: set[str] = set()
    for head in heads.values():
        found.update(grams.of_heading(head["title"], is_title=True))
        found.update(grams.of_heading(head["names"], is_title=False))
        found.add(grams.exact(text.core(head["title"])))
    return found


def _of_bodies(texts: Texts, heads: Mapping[str, Mapping[str, str]]) -> set[str]:
    found: set[str] = set()
    for language, head in heads.items():
        for part in (head["summary"], text.lower(texts[language]["body"])):
            found.update(grams.of_body(part))
    return found


def _of_starts(
    heads: Mapping[str, Mapping[str, str]], readings: list[syllables.Readings]
) -> set[str]:
    """Return beginnings of the titles, of their runs and words, and of how they are read."""
    starts: set[str] = set()
    for head in heads.values():
        pieces = [piece for piece, _ in text.runs(head["title"])]
        starts.update(text.core(" ".join(pieces[i:])) for i in range(len(pieces)))
    for run in readings:
        starts.update(pinyin.spellings(run))
        starts.add("".join(one[0][0] for one in run))
    return {gram for start in starts for gram in grams.of_start(start)}
