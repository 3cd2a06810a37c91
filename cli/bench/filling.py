"""Writing the documents of a data set; run as a program, a share of them.

`python -m cli.bench.filling SHARE`, with a `Share` as JSON.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from pymongo import IndexModel, MongoClient

from cli.bench.load import Client
from cli.bench.peers.pages import CARDS
from cli.bench.projects import Recipe, copies, templates
from cli.bench.writing import Vocabulary
from models.enums import Kind, Language
from services.search import entries

BATCH = 1_000
# What the public reads are answered from.
LIVE = ("snapshots", "search_entries", "synonyms", "promotions", "versions")

Row = dict[str, Any]


@dataclass(frozen=True)
class Share:
    """Every `step`-th copy from the `first` on, and what to write of it.

    `content` names the database whose live projects are copied.
    """

    uri: str
    content: str
    database: str
    items: int
    short: bool
    searchable: bool
    for_peers: bool
    first: int = 0
    step: int = 1


def take_over(client: Client, content: str, database: str, *, for_peers: bool) -> None:
    """Copy what is live from one database to another."""
    present = set(client[content].list_collection_names())
    for name in LIVE:
        if name in present:
            client[content][name].aggregate([{"$out": {"db": database, "coll": name}}])
    if for_peers:
        rows = client[database].snapshots.find({"kind": Kind.PROJECTS})
        client[database][CARDS].create_index([("kind", 1), ("order", 1), ("_id", 1)])
        client[database][CARDS].insert_many([_card(row) for row in rows])


def fill(share: Share) -> None:
    """Write the copies of a share."""
    with MongoClient[Row](share.uri, w=1, journal=False, tz_aware=True) as client:
        database = client[share.database]
        real = client[share.content].snapshots.find({"kind": Kind.PROJECTS}).sort("order", 1)
        originals = templates(list(real), short=share.short)
        numbers = range(share.first, share.items, share.step)
        rows = copies(Recipe(share.items, share.short), originals, Vocabulary.make(), numbers)
        while batch := list(islice(rows, BATCH)):
            database.snapshots.insert_many(batch, ordered=False)
            if share.searchable:
                found = [entries.build(row) for row in batch]
                database.search_entries.insert_many(found, ordered=False)
            if share.for_peers:
                database[CARDS].insert_many([_card(row) for row in batch], ordered=False)


def index_alike(client: Client, content: str, database: str) -> None:
    """Give a database the indexes that the product made in another one.

    At the end of filling this is quicker than before it: each collection is read once and its
    keys are sorted.
    """
    for name in client[content].list_collection_names():
        wanted = []
        for index in client[content][name].list_indexes():
            options = {key: value for key, value in index.items() if key not in ("key", "v", "ns")}
            if index["name"] != "_id_":
                wanted.append(IndexModel(list(index["key"].items()), **options))
        if wanted:
            client[database][name].create_indexes(wanted)


def positions(client: Client, database: str) -> Iterator[tuple[float, str]]:
    """Yield (order, key) of all live projects, in the order of their list."""
    fields = {"order": 1}
    rows = client[database].snapshots.find({"kind": Kind.PROJECTS}, fields)
    for row in rows.sort([("order", 1), ("_id", 1)]):
        yield row["order"], row["_id"]


def _card(row: Row) -> Row:
    """Return the document that the peers read: the card with its fields, as one would keep it."""
    card = orjson.loads(row["body"][Language.ZH_CN]["card"])
    return {"_id": row["_id"], "kind": row["kind"], "order": row["order"], "card": card}


if __name__ == "__main__":
    fill(Share(**json.loads(sys.argv[1])))
