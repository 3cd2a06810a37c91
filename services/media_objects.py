"""The objects of the store that the database knows: of media items, of editions, and in texts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from models.drafts import Draft
from models.enums import Kind
from models.handbook_files import HandbookFile
from models.media_items import MediaItem
from models.registry import CONTENT
from models.revisions import Revision
from services import media_items

FILES = ("sources", "stream")

Row = dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """An object as an item or an edition names it: bytes, and the SHA-256 where it is known."""

    item: str
    key: str
    size: int
    sha256: str | None


def recorded() -> Iterator[Recorded]:
    """Return every object of every item, item by item; then the drawn PDFs of editions."""
    wanted = ("original", *FILES)
    for row in MediaItem._get_collection().find({}, dict.fromkeys(wanted, 1)).sort("_id", 1):
        for file in _files(row):
            yield Recorded(row["_id"], file["key"], file["size"], file.get("sha256"))
    for row in HandbookFile._get_collection().find({}).sort("_id", 1):
        yield Recorded(f"{Kind.HANDBOOK}:{row['_id']}", row["key"], row["size"], row["sha256"])


def used(keys: Iterable[str]) -> set[str]:
    """Return which of some objects an item or an edition names at this moment."""
    wanted = {"$in": list(keys)}
    places = [f"{name}.key" for name in ("original", *FILES)]
    query = {"$or": [{place: wanted} for place in places]}
    rows = MediaItem._get_collection().find(query, dict.fromkeys(places, 1))
    named = {file["key"] for row in rows for file in _files(row)}
    named |= set(HandbookFile.objects(key__in=wanted["$in"]).scalar("key"))
    return named & {*wanted["$in"]}


def in_texts() -> set[str]:
    """Return the keys in texts: of working copies, of all that was published, of drafts."""
    found: set[str] = set()
    documents: list[Any] = [*CONTENT.values(), Revision, Draft]
    for document in documents:
        for row in document._get_collection().find({}):
            found |= media_items.keys_in(row)
    return found


def _files(row: Row) -> list[Row]:
    original = [row["original"]] if row.get("original") else []
    return [*original, *(file for name in FILES for file in row.get(name, ()))]
