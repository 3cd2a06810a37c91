"""The same page by FastAPI, pymongo's asynchronous client and orjson."""
# FastAPI is installed for measuring only, not where types are checked.
# mypy: disable-error-code="import-not-found, untyped-decorator"

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Response
from pymongo import AsyncMongoClient

from cli.bench.peers.pages import CARDS, FIELDS, LIMIT, SORT, after, answer


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(os.environ["MONGODB_URI"])
    app.state.cards = client[os.environ["MONGODB_DATABASE"]][CARDS]
    yield
    await client.close()


app = FastAPI(lifespan=_connected)


@app.get(f"/{CARDS}")
async def page(order: float | None = None, key: str | None = None) -> Response:
    """Answer a page."""
    found = app.state.cards.find(after(order, key), FIELDS[CARDS]).sort(SORT).limit(LIMIT + 1)
    return Response(answer(await found.to_list()), media_type="application/json")
