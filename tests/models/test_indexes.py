"""Indexes: what the models declare is what the database has, and making them can be repeated."""

from typing import Any

import pytest
from mongoengine import Document
from pymongo.errors import DuplicateKeyError

from cli.database import create_indexes
from core.clock import now
from models.enums import Kind
from models.outbox import Job
from models.registry import CONTENT, DOCUMENTS
from models.revisions import Revision
from models.snapshots import Snapshot

Index = tuple[tuple[tuple[str, int], ...], bool, bool, int | None]
OPTIONS = ("unique", "sparse")


def declared(document: type[Document]) -> set[Index]:
    """Return what the model declares, in the terms of the database."""
    found: set[Index] = set()
    for spec in document._meta["index_specs"]:
        unique, sparse = (bool(spec.get(option, False)) for option in OPTIONS)
        keys = tuple((name, direction) for name, direction in spec["fields"])
        found.add((keys, unique, sparse, spec.get("expireAfterSeconds")))
    return found


def present(document: type[Document]) -> set[Index]:
    """Return the indexes of the collection but the one on the id."""
    found: set[Index] = set()
    for name, index in document._get_collection().index_information().items():
        if name != "_id_":
            unique, sparse = (bool(index.get(option, False)) for option in OPTIONS)
            keys = tuple((key, int(direction)) for key, direction in index["key"])
            found.add((keys, unique, sparse, index.get("expireAfterSeconds")))
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_the_collection_has_exactly_the_declared_indexes(document: type[Document]) -> None:
    assert present(document) == declared(document)


def test_making_them_again_changes_nothing() -> None:
    before = {document: present(document) for document in DOCUMENTS}
    create_indexes()
    create_indexes()
    assert {document: present(document) for document in DOCUMENTS} == before


def test_a_dropped_index_comes_back() -> None:
    Snapshot.raw().drop_indexes()
    assert present(Snapshot) == set()
    create_indexes()
    assert present(Snapshot) == declared(Snapshot)


def test_every_kind_of_content_has_one_collection_of_its_own() -> None:
    assert set(CONTENT) == set(Kind)
    names = [document._get_collection_name() for document in DOCUMENTS]
    assert len(set(names)) == len(DOCUMENTS)


@pytest.mark.parametrize("kind", Kind)
def test_no_model_writes_indexes_by_itself(kind: Kind) -> None:
    assert CONTENT[kind]._meta["auto_create_index"] is False
    assert CONTENT[kind]._meta["collection"]


def twice(document: type[Document], **fields: Any) -> None:
    for number in range(2):
        document._get_collection().insert_one({"_id": f"id-{number}", **fields})


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        *((model, {"slug": "same"}) for model in CONTENT.values()),
        (Snapshot, {"kind": "tracks", "slug": "same"}),
        (Revision, {"kind": "tracks", "item": "same", "number": 1}),
        (Job, {"dedupe_key": "same"}),
    ],
)
def test_the_database_itself_refuses_doubles(
    document: type[Document], fields: dict[str, Any]
) -> None:
    with pytest.raises(DuplicateKeyError):
        twice(document, **fields)


def test_jobs_without_a_dedupe_key_do_not_collide() -> None:
    twice(Job, name="a", run_at=now())
    assert Job.objects.count() == 2
