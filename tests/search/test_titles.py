"""Every title of the real content finds its item, as it is, in pinyin and by its beginning."""

import itertools
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from models.enums import Language
from models.snapshots import Snapshot
from services.search import pinyin, text
from tests.api.surface import API

FIRST, STEP = 3, 4
QUERY_MAX = 60


def _live(language: Language) -> list[tuple[str, str]]:
    """Return (key, title) of every so many live items."""
    rows = Snapshot.raw().find({}, {f"body.{language}.card": 1}).sort("_id", 1)
    cards = [(row["_id"], orjson.loads(row["body"][language]["card"])) for row in rows]
    return [(key, card["title"]) for key, card in itertools.islice(cards, 0, None, STEP)]


def _first(client: FlaskClient, path: str, query: str, language: Language) -> list[str]:
    asked: dict[str, Any] = {"q": query[:QUERY_MAX], "lang": language.value}
    answer = client.get(f"{API}/{path}", query_string=asked)
    assert answer.status_code == 200, (query, answer.text)
    return [f"{hit['kind']}:{hit['id']}" for hit in answer.get_json()["items"]]


@pytest.mark.parametrize("language", Language)
def test_a_title_finds_its_item(
    client: FlaskClient, real_content: None, language: Language
) -> None:
    live = _live(language)
    assert len(live) > 20
    missed = [
        title for key, title in live if key not in _first(client, "search", title, language)[:FIRST]
    ]
    assert missed == []


@pytest.mark.parametrize("language", Language)
def test_a_title_is_found_in_pinyin_and_suggested(
    client: FlaskClient, real_content: None, language: Language
) -> None:
    missed = []
    for key, title in _live(Language.ZH_CN):
        run = next((one for one, chinese in text.runs(text.normalise(title)) if chinese), "")
        spelt = "".join(one[0] for one in pinyin.readings(run[:8]))
        if len(run) >= 4 and key not in _first(client, "search", spelt, language):
            missed.append((title, spelt))
        if len(run) >= 4 and key not in _first(client, "search/suggest", run, language):
            missed.append((title, run))
    assert missed == []
