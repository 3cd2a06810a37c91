"""A bare WSGI application that answers a page with one pymongo query and orjson.

`/bench_cards?order=…&key=…` reads documents, `/snapshots?…` the product's rendered text.
"""

import os
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from pymongo import MongoClient

from cli.bench.peers.pages import FIELDS, LIMIT, SORT, after, answer

_client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGODB_URI"])
_database = _client[os.environ["MONGODB_DATABASE"]]


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request."""
    name = environ["PATH_INFO"].removeprefix("/")
    if name not in FIELDS:
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    given = parse_qs(environ["QUERY_STRING"])
    order = float(given["order"][0]) if "order" in given else None
    query = after(order, given.get("key", [None])[0])
    rows = list(_database[name].find(query, FIELDS[name]).sort(SORT).limit(LIMIT + 1))
    body = answer(rows)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
