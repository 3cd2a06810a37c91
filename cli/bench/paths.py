"""What is asked of the servers: paths of the public API, and of the peers for the same pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from cli.bench.load import BenchError
from cli.bench.peers.pages import LIMIT
from cli.bench.projects import item_id
from cli.bench.servers import Answer, Server
from cli.bench.writing import ENGLISH, Vocabulary
from services.search import pinyin

HOME, PROJECTS, SEARCH = "/api/v1/home", "/api/v1/projects", "/api/v1/search"
# What a list takes at most.
LIMIT_MAX = 50


@dataclass(frozen=True)
class Query:
    """What a visitor types, and which sort of query that is."""

    sort: str
    text: str

    @property
    def path(self) -> str:
        """Return the path that searches for it."""
        return f"{SEARCH}?{urlencode({'q': self.text})}"


def projects(cursor: str | None = None, limit: int = LIMIT) -> str:
    """Return the path of a page of projects."""
    given: dict[str, str | int] = {} if limit == LIMIT else {"limit": limit}
    if cursor:
        given["cursor"] = cursor
    return f"{PROJECTS}?{urlencode(given)}" if given else PROJECTS


def peer_page(collection: str, position: tuple[float, str] | None) -> str:
    """Return the path at which a peer answers the page after a position."""
    if position is None:
        return f"/{collection}"
    return f"/{collection}?{urlencode({'order': position[0], 'key': position[1]})}"


def details(items: int, count: int) -> list[str]:
    """Return the paths of some copies, evenly spread over all."""
    step = max(1, items // count)
    return [f"{PROJECTS}/{item_id(number)}" for number in range(0, items, step)][:count]


def walk(server: Server, pages: int, *, limit: int = LIMIT, cursor: str | None = None) -> list[str]:
    """Return the cursors of up to `pages` pages in a row after `cursor`, by following them."""
    found: list[str] = []
    while len(found) < pages:
        cursor = page_of(server.get(projects(cursor, limit)))["next_cursor"]
        if cursor is None:
            break
        found.append(cursor)
    return found


def page_of(answer: Answer) -> dict[str, Any]:
    """Return the JSON of an answer; raise `BenchError` when it is a failure."""
    if answer.status != 200:
        message = f"{answer.status}: {answer.body[:200].decode(errors='replace')}"
        raise BenchError(message)
    page: dict[str, Any] = orjson.loads(answer.body)
    return page


def serves_search(server: Server) -> bool:
    """Tell whether the product has a search at all; raise `BenchError` when it fails."""
    answer = server.get(Query("", ENGLISH[0]).path)
    return answer.status != 404 and bool(page_of(answer))


def queries(vocabulary: Vocabulary) -> list[Query]:
    """Return queries of each sort, some forty in all."""
    words, phrases = vocabulary.words, vocabulary.rare_phrases
    texts: dict[str, Sequence[str]] = {
        "common word": words[:8],
        "rare phrase of common characters": phrases[:8],
        "common words in a row": [words[i] + words[i + 3] + words[i + 1] for i in range(4)],
        "two words": [f"{words[10 + i]} {words[200 + 37 * i]}" for i in range(8)],
        "pinyin": [_spelt(word) for word in words[60:64] + words[300:304]],
        "English": ENGLISH[::12],
    }
    return [Query(sort, text) for sort, found in texts.items() for text in found]


def _spelt(word: str) -> str:
    return "".join(readings[0] for readings in pinyin.readings(word))
