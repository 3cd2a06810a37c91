"""Personal data at rest: fields encrypted in their documents, blind indexes, keys and rotation.

Every model with `SEALED` fields takes part. The keys come from the settings: one that seals, and
former ones that still open until `rotate` has replaced them.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mongoengine import Document

from core.clock import now
from core.environment import SettingsError
from core.sealing import Keyring, key_id
from models.data_keys import DataKey
from models.registry import DOCUMENTS
from services.staff import policy

SEALED_DOCUMENTS = tuple(document for document in DOCUMENTS if hasattr(document, "SEALED"))

Row = dict[str, Any]
Fields = Mapping[str, str | None]


def keyring() -> Keyring:
    """Return the keys of this process."""
    settings = policy.current().settings
    return _keyring(settings.personal_data_key, settings.personal_data_old_keys)


@functools.lru_cache(maxsize=4)
def _keyring(current: str, former: tuple[str, ...]) -> Keyring:
    return Keyring(current, former)


def sealed(document: type[Document], document_id: str, fields: Fields) -> Row:
    """Return plain values as the fields to store: encrypted, with their blind indexes.

    None stays None; `update` turns it into fields to remove.
    """
    keys = keyring()
    row: Row = {
        name: None if value is None else keys.seal(value, _place(document, document_id, name))
        for name, value in fields.items()
    }
    for index, name in document.INDEXED.items():
        if name in fields:
            value = fields[name]
            row[index] = None if value is None else keys.index(name, value)
    return row


def update(change: Mapping[str, Any]) -> Row:
    """Return the update that sets what has a value and removes what is None."""
    present = {name: value for name, value in change.items() if value is not None}
    absent = {name: "" for name, value in change.items() if value is None}
    return {"$set": present, **({"$unset": absent} if absent else {})}


def opened(found: Document, name: str) -> str | None:
    """Return the plain value of a sealed field; raise `SealingError`."""
    value: str | None = getattr(found, name)
    if value is None:
        return None
    return keyring().open(value, _place(type(found), str(found.pk), name))


def indexed(name: str, value: str) -> dict[str, list[str]]:
    """Return the condition that finds a value of the field `name` under any known key."""
    return {"$in": keyring().indexes(name, value)}


def check_keys() -> None:
    """Note the key in use; raise `SettingsError` when the database needs one that is missing."""
    keys = keyring()
    needed = {str(row["_id"]) for row in DataKey._get_collection().find({}, {"_id": 1})}
    missing = sorted(needed - keys.ids)
    if missing:
        message = (
            f"the personal data of this database is encrypted with other keys ({', '.join(missing)}"
            f"; PERSONAL_DATA_KEY is {keys.current_id}): set PERSONAL_DATA_KEY to the one that was "
            "used, or name it in PERSONAL_DATA_OLD_KEYS"
        )
        raise SettingsError(message)
    if keys.current_id not in needed:
        DataKey._get_collection().update_one(
            {"_id": keys.current_id}, {"$setOnInsert": {"first_used_at": now()}}, upsert=True
        )


def usage() -> dict[str, int]:
    """Return how many sealed values there are of each key, by its id."""
    counts = dict.fromkeys(sorted(keyring().ids), 0)
    for _, _, value in _values():
        used = key_id(value)
        counts[used] = counts.get(used, 0) + 1
    return counts


def rotate(tell: Callable[[int], None]) -> int:
    """Seal with the current key whatever is sealed with a former one; return how many documents.

    It may be stopped and run again: what is done is passed over, and a document that is changed
    meanwhile is left as it was changed. Former keys that nothing needs any more are forgotten.
    `tell` hears how many are done. Raises `SealingError` for a value that no key opens.
    """
    check_keys()
    done = 0
    for document in SEALED_DOCUMENTS:
        for row in _outdated(document):
            done += _renewed(document, row)
            tell(done)
    used = {name for name, count in usage().items() if count}
    keep = sorted(used | {keyring().current_id})
    DataKey._get_collection().delete_many({"_id": {"$nin": keep}})
    return done


def _values() -> Iterator[tuple[type[Document], str, str]]:
    """Yield (document, field, value) of every sealed value that is stored."""
    for document in SEALED_DOCUMENTS:
        fields = dict.fromkeys(document.SEALED, 1)
        for row in document._get_collection().find({}, fields):
            for name in document.SEALED:
                if row.get(name):
                    yield document, name, row[name]


def _outdated(document: type[Document]) -> Iterator[Row]:
    for row in document._get_collection().find({}, _names(document)).sort("_id", 1):
        if _is_outdated(document, row):
            yield row


def _is_outdated(document: type[Document], row: Row) -> bool:
    keys = keyring()
    return any(row.get(name) and not keys.is_current(row[name]) for name in _names(document))


def _names(document: type[Document]) -> dict[str, int]:
    return dict.fromkeys((*document.SEALED, *document.INDEXED), 1)


def _renewed(document: type[Document], row: Row | None) -> bool:
    """Seal a document's values anew; read it again when one of them was changed meanwhile."""
    keys, rows = keyring(), document._get_collection()
    while row is not None and _is_outdated(document, row):
        place = functools.partial(_place, document, row["_id"])
        held = {name: row[name] for name in document.SEALED if row.get(name)}
        plain = {name: keys.open(value, place(name)) for name, value in held.items()}
        change = {"$set": sealed(document, row["_id"], plain)}
        if rows.update_one({"_id": row["_id"], **held}, change).modified_count:
            return True
        row = rows.find_one({"_id": row["_id"]}, _names(document))
    return False


def _place(document: type[Document], document_id: str, name: str) -> str:
    return f"{document._get_collection_name()}:{document_id}:{name}"
