"""The PDFs of editions: drawn from what is live, one for each language, kept until they change.

The object is put first, then one transaction names it and moves the content's version. What a
drawing that died left, and what a later one replaced, is an orphan for the sweep.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo.client_session import ClientSession

from core import logs
from core.canonical import digest
from core.clock import now
from core.db import transaction
from core.errors import Invalid
from media import books, keys, stores
from media.errors import ObjectMissing
from media.storage import fetch
from models.enums import Language
from models.handbook_files import HandbookFile, file_id
from models.versions import CONTENT
from services import handbook_book, handbook_changes, media_policy, outbox, versions
from services.handbook_changes import CHECK_JOB, DRAW_JOB

PICTURES_MAX = 400
PICTURE_BYTES_MAX = 8_000_000
PICTURES_BYTES_MAX = 400_000_000

Row = dict[str, Any]

logger = logs.get(__name__)


def draw(edition: str) -> None:
    """Bring the PDFs of an edition in line with what is live; nothing when they are.

    Those of an edition that is offline are given up. Raises `outbox.GivenUp` when the edition
    cannot be drawn as it is, `RenditionFailed`, `StoreUnavailable` and its like, `OSError`: the
    former file stays.
    """
    for language in Language:
        # Before it is read: what is read now is as new as this, or newer.
        seen = versions.current().number
        try:
            book = handbook_book.read(edition, language)
        except handbook_book.TooLong as long:
            raise outbox.GivenUp("the edition is too long to be drawn") from long
        if book is None:
            _forget(file_id(edition, language), seen)
        else:
            _bring_in_line(edition, language, book, seen)


def check(day: str) -> None:
    """Have the PDFs of all editions looked at; `day` makes their jobs unique."""
    known = set(HandbookFile._get_collection().distinct("edition"))
    for edition in sorted(handbook_changes.live_editions() | known):
        key = f"{CHECK_JOB}:{edition}:{day}"
        outbox.enqueue(DRAW_JOB, {"edition": edition}, dedupe_key=key)


def _bring_in_line(edition: str, language: Language, book: handbook_book.Book, seen: int) -> None:
    name = file_id(edition, language)
    wanted = digest([books.DESIGN, book.told])
    if _is_right(name, wanted, seen):
        return
    with media_policy.workspace() as folder:
        pictures, complete = _fetched(book.pictures, folder)
        try:
            pages = books.draw({**book.told, "pictures": pictures}, folder)
        except Invalid as refused:
            raise outbox.GivenUp(refused.code) from refused
        made = folder / books.RESULT
        with made.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        key = keys.content_key(keys.PUBLIC, sha256, "pdf")
        stores.current().put(key, made)
        size = made.stat().st_size
    row = {
        "edition": edition,
        "language": language.value,
        "digest": wanted,
        "seen": seen,
        "complete": complete,
        "key": key,
        "size": size,
        "sha256": sha256,
        "pages": pages,
        "drawn_at": now(),
    }
    if _record(name, row):
        logger.info("handbook_drawn", file=name, pages=pages, bytes=size)


def _fetched(wanted: Sequence[str], folder: Path) -> tuple[dict[str, str], bool]:
    """Copy pictures into a folder; return their names by key, and whether none was missing."""
    store, found, room, complete = stores.current(), {}, PICTURES_BYTES_MAX, True
    public = [key for key in wanted if keys.is_key(key) and keys.is_public(key)]
    for number, key in enumerate(public[:PICTURES_MAX]):
        try:
            size = store.stat(key).size
            if size > min(PICTURE_BYTES_MAX, room):
                logger.warning("picture_not_printed", key=key, bytes=size)
                continue
            name = f"picture-{number}"
            fetch(store, key, folder / name)
        except ObjectMissing:
            logger.warning("picture_not_printed", key=key, error="missing")
            complete = False
            continue
        room -= size
        found[key] = name
    return found, complete


def _is_right(name: str, wanted: str, seen: int) -> bool:
    """Tell whether a file is there and shows what is wanted.

    Its record then says so, so that nobody who read before `seen` replaces it.
    """
    files = HandbookFile._get_collection()
    same = {"_id": name, "digest": wanted, "complete": True}
    row = files.find_one(same, {"key": 1, "size": 1})
    if row is None:
        return False
    try:
        if stores.current().stat(row["key"]).size != row["size"]:
            return False
    except ObjectMissing:
        return False
    return bool(files.update_one(same, {"$max": {"seen": seen}}).matched_count)


def _record(name: str, row: Row) -> bool:
    """Make a file the one of its edition, unless somebody read later and was faster."""
    files = HandbookFile._get_collection()

    def work(session: ClientSession) -> bool:
        former = files.find_one({"_id": name}, session=session)
        if former is not None and former["seen"] > row["seen"]:
            return False
        if former is not None and former["key"] == row["key"]:
            told = {field: row[field] for field in ("digest", "seen", "complete")}
            files.update_one({"_id": name}, {"$set": told}, session=session)
            return False
        files.replace_one({"_id": name}, row, upsert=True, session=session)
        versions.bump(CONTENT, session)
        return True

    return transaction(work)


def _forget(name: str, seen: int) -> None:
    """Give up the file of an edition that is offline; the sweep removes the object."""
    HandbookFile._get_collection().delete_one({"_id": name, "seen": {"$lte": seen}})
