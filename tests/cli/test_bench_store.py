"""The collections of `scripts/bench`: built once, anew when their sources changed, or refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.bench import filling, store
from cli.bench.filling import Share
from cli.bench.load import BenchError, Client
from cli.bench.peers.pages import CARDS
from cli.bench.projects import item_id
from cli.bench.store import CONTENT, MARKS, Dataset, Store, fingerprint
from cli.bench.writing import PLANTED, RARE_PHRASES, Vocabulary
from models.enums import Kind

SMALL = Dataset(40, short=True, searchable=True, for_peers=True)
STALE = "bench_1_stale"


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def opened(bench_folder: Path, said: list[str]) -> Iterator[Store]:
    with Store(bench_folder, said.append) as opened:
        yield opened


@pytest.fixture
def client(opened: Store) -> Client:
    return opened.client


def rows_of(client: Client, name: str) -> dict[str, object]:
    return {row["_id"]: row for row in client[name].snapshots.find({"kind": Kind.PROJECTS})}


def test_names_tell_what_a_collection_holds() -> None:
    assert Dataset(5, short=False).name == "bench_5"
    assert SMALL.name == "bench_40_short_search_peers"


def test_a_collection_is_built_once(opened: Store, client: Client, said: list[str]) -> None:
    place = opened.place(SMALL)
    assert place.database == SMALL.name
    assert said[-2] == f"Building {SMALL.name} …"
    count = len(said)
    assert opened.place(SMALL) == place
    assert len(said) == count
    found = rows_of(client, SMALL.name)
    assert len(found) == SMALL.items + 1  # and the real one
    assert {item_id(number) for number in range(SMALL.items)} <= {
        str(key).rpartition(":")[2] for key in found
    }
    database = client[SMALL.name]
    assert database[CARDS].count_documents({}) == len(found)
    entries = database.search_entries.count_documents({"kind": Kind.PROJECTS})
    assert entries == len(found)
    for name in ("snapshots", "search_entries"):
        wanted = client[CONTENT][name].index_information()
        assert database[name].index_information() == wanted
        assert len(wanted) > 1


def test_each_rare_phrase_is_planted_as_often_as_there_is_room(
    opened: Store, client: Client
) -> None:
    opened.place(SMALL)
    entries = client[SMALL.name].search_entries
    counts = [
        entries.count_documents({"texts.zh-CN.body": {"$regex": phrase}})
        for phrase in Vocabulary.make().rare_phrases
    ]
    assert len(counts) == RARE_PHRASES
    assert set(counts) == {SMALL.items // RARE_PHRASES}
    assert SMALL.items < PLANTED * RARE_PHRASES


def test_shares_in_processes_of_their_own_write_the_same(
    opened: Store, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = opened.place(SMALL).uri
    alone = rows_of(client, SMALL.name)
    monkeypatch.setattr(store, "MANY", 1)
    store.build(client, uri, CONTENT, SMALL)
    assert rows_of(client, SMALL.name) == alone


def test_a_share_is_what_its_program_is_told(opened: Store, client: Client) -> None:
    place = opened.place(SMALL)
    whole = rows_of(client, SMALL.name)
    share = Share(place.uri, CONTENT, "bench_share", 40, True, False, False, first=1, step=3)
    filling.fill(Share(**json.loads(json.dumps(share.__dict__))))
    part = rows_of(client, "bench_share")
    assert len(part) == 13
    assert part.items() <= whole.items()
    client.drop_database("bench_share")


def test_a_share_that_cannot_be_written_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MANY", 1)
    nowhere = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100"
    with pytest.raises(BenchError, match="filling a collection failed with exit code 1"):
        store.build(client, nowhere, CONTENT, Dataset(3, short=True))


def test_what_came_from_other_sources_makes_room(opened: Store, client: Client) -> None:
    opened.place(SMALL)
    client[STALE].snapshots.insert_one({"_id": "old"})
    client[MARKS].marks.insert_one({"_id": STALE, "fingerprint": "old"})
    client["theirs"].things.insert_one({"_id": "kept"})
    opened.place(Dataset(3, short=True))
    names = set(client.list_database_names())
    assert names >= {SMALL.name, CONTENT, MARKS, "theirs", "bench_3_short"}
    assert STALE not in names
    assert client[MARKS].marks.find_one({"_id": STALE}) is None
    client.drop_database("theirs")


def test_without_live_projects_there_is_nothing_to_copy(client: Client) -> None:
    with pytest.raises(BenchError, match="bench_nothing holds no live project to copy"):
        store.build(client, "unused", "bench_nothing", SMALL)


def test_a_full_disk_is_told_before_anything_is_built(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"GB free; bench_1000000000000_short needs [0-9.]+$"):
        store.check_room(tmp_path, Dataset(10**12, short=True))


def test_content_that_cannot_be_loaded_is_told_by_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "click.py").write_text("raise SystemExit('no click here')")
    said: list[str] = []
    with Store(tmp_path, said.append) as opened:
        monkeypatch.setenv("PYTHONPATH", str(broken))
        with pytest.raises(BenchError, match=r"^“db prepare” failed: no click here$"):
            opened.place(SMALL)
        assert opened.client[MARKS].marks.find_one() is None
    assert [line.partition(" (")[0] for line in said] == ["Loading the real content"]
    with pytest.raises(RuntimeError, match="not open"):
        _ = Store(tmp_path, said.append).client


def test_the_fingerprint_depends_on_the_sources_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint()
    assert fingerprint() == first
    monkeypatch.setattr(store, "SOURCES", store.SOURCES[1:])
    assert fingerprint() != first
