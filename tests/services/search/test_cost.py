"""What a search costs: every plan goes along an index, and no further than a bound."""

import pytest

from models.enums import Language
from models.search import SearchEntry
from models.snapshots import Snapshot
from services.search import lexicon, suggestions, synonyms
from services.search import query as search
from services.search.asked import Filters
from tests.api.profiling import profiled
from tests.factories import ACTOR
from tests.services.search.asking import BOUND, project, titles

QUERIES = {
    "a common word": ("共同词语", Filters()),
    "a common pair": ("常见", Filters()),
    "two common words": ("词语 摘要", Filters()),
    "three characters": ("同词语", Filters()),
    "one character": ("项", Filters()),
    "a word with a synonym": ("词组", Filters()),
    "a question": ("请问有哪些常见的词组摘要和共同项目", Filters()),
    "what is nowhere": ("从未见过的语词", Filters()),
    "pinyin": ("gongtongciyu", Filters()),
    "initials": ("gtcy", Filters()),
    "the beginning of a word": ("aut", Filters()),
    "a common word of a kind": ("共同词语", Filters(kind="films")),
    "a common word of a track": ("常见摘要", Filters(track="absent")),
}
# How many scans and counts a query may come to, each of them bounded.
WALKS_MAX = 80


def _cost(query: str, filters: Filters) -> tuple[int, int]:
    """Return how many keys and documents of entries a search looks at, along indexes only."""
    reads = profiled(
        lambda: search.search(query, Language.ZH_CN, filters, lexicon.load(), limit=20)
    )
    assert not [read for read in reads if "COLLSCAN" in read.stages]
    found = [read for read in reads if read.collection == "search_entries"]
    assert found
    return sum(one.keys for one in found), sum(one.documents for one in found)


def test_a_search_goes_along_an_index_and_costs_the_same_in_a_larger_collection(many: None) -> None:
    del many
    synonyms.add(ACTOR, ["词组", "词语"])
    before = {name: _cost(*asked) for name, asked in QUERIES.items()}
    entries = SearchEntry._get_collection()
    entries.insert_many([{**row, "_id": row["_id"] + "x"} for row in entries.find({})])
    for name, asked in QUERIES.items():
        keys, documents = _cost(*asked)
        assert keys <= before[name][0] * 1.1 <= WALKS_MAX * BOUND, name
        assert documents <= before[name][1] * 1.1 <= WALKS_MAX * BOUND, name


@pytest.mark.parametrize("typed", ["共", "共同词", "gong", "g", "gtcy", "a", "项目"])
def test_suggesting_goes_along_an_index_within_a_bound(many: None, typed: str) -> None:
    del many
    reads = profiled(lambda: suggestions.suggest(typed, Language.ZH_CN))
    assert reads
    for read in reads:
        assert "COLLSCAN" not in read.stages
        assert read.keys <= 10 * BOUND


def test_a_rare_phrase_of_common_characters_is_looked_at_alone(many: None) -> None:
    del many
    rare = project("语词同共", summary="要摘见常")
    for query in ("语词同共", "要摘见常"):
        reads = profiled(
            lambda query=query: search.search(  # type: ignore[misc]
                query, Language.ZH_CN, Filters(), lexicon.load(), limit=20
            )
        )
        found = [read for read in reads if read.collection == "search_entries"]
        assert titles(query) == [rare.title]
        assert sum(read.documents for read in found) <= 20


def test_what_stands_behind_many_is_found_by_its_own_words(many: None) -> None:
    del many
    last = project("共同词语项目青岛号")
    assert Snapshot.raw().count_documents({}) > BOUND
    for query in ("青岛", "共同词语 青岛", "项目青岛", "词语项目青岛", "qingdao"):
        assert titles(query)[0] == last.title, query
