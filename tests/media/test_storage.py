"""What every store does, on each adapter with the real thing behind it: objects and addresses."""

import datetime as dt
import hashlib
import io
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from core import clock
from media.errors import ObjectMissing
from media.keys import content_key
from media.storage import CHUNK_BYTES, Storage, fetch
from tests.media.stores import SOON_S, Tried
from tests.waiting import eventually

BYTES = b"0123456789" * 1_000


def key_of(data: bytes, area: str = "public", suffix: str = "mp4") -> str:
    return content_key(area, hashlib.sha256(data).hexdigest(), suffix)


def read(store: Storage, key: str, offset: int = 0, length: int | None = None) -> bytes:
    with store.open(key, offset, length) as chunks:
        return b"".join(chunks)


def test_what_is_put_is_got_and_told(store: Storage) -> None:
    key = key_of(BYTES)
    before = clock.now() - dt.timedelta(minutes=5)
    put = store.put(key, BYTES)
    assert read(store, key) == BYTES
    told = store.stat(key)
    assert (told.key, told.size, told.content_type) == (key, len(BYTES), "video/mp4")
    assert told.etag == put.etag != ""
    assert before < told.modified < clock.now() + dt.timedelta(minutes=5)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 6 * 2**20])
def test_bytes_files_and_streams_of_any_size_are_taken(
    store: Storage, tmp_path: Path, size: int
) -> None:
    data = (b"abcdefg" * (size // 7 + 1))[:size]
    path = tmp_path / "given"
    path.write_bytes(data)
    store.put("internal/a/bytes.pdf", data)
    store.put("internal/a/file.pdf", path)
    store.put("internal/a/stream.pdf", io.BytesIO(data + b"more"), size)
    for name in ("bytes", "file", "stream"):
        assert read(store, f"internal/a/{name}.pdf") == data


def test_a_stream_that_ends_early_leaves_what_was_there(store: Storage) -> None:
    store.put("public/a.png", b"first")
    with pytest.raises(EOFError):
        store.put("public/a.png", io.BytesIO(b"short"), 6)
    assert read(store, "public/a.png") == b"first"


def test_a_stream_needs_its_size(store: Storage) -> None:
    with pytest.raises(ValueError, match="size"):
        store.put("public/a.png", io.BytesIO(b"bytes"))


def test_putting_again_replaces_and_changes_the_tag(store: Storage) -> None:
    first = store.put("public/a.png", b"first")
    second = store.put("public/a.png", b"other")
    assert first.etag != second.etag
    assert read(store, "public/a.png") == b"other"


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [
        (0, 10, BYTES[:10]),
        (9_990, None, BYTES[9_990:]),
        (9_990, 100, BYTES[9_990:]),
        (5, 0, b""),
        (len(BYTES), None, b""),
        (len(BYTES) + 5, 3, b""),
    ],
)
def test_ranges_are_read(store: Storage, offset: int, length: int | None, expected: bytes) -> None:
    store.put("public/a.mp4", BYTES)
    assert read(store, "public/a.mp4", offset, length) == expected


def test_reading_can_be_given_up_half_way(store: Storage) -> None:
    store.put("public/a.mp4", BYTES * 100)
    for _ in range(30):  # more than there are connections
        chunks = store.open("public/a.mp4")
        assert next(chunks)
        chunks.close()


def test_an_object_is_fetched_into_a_file(store: Storage, tmp_path: Path) -> None:
    store.put("public/a.mp4", BYTES)
    fetch(store, "public/a.mp4", tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == BYTES
    with pytest.raises(ObjectMissing):
        fetch(store, "public/b.mp4", tmp_path / "none.mp4")
    assert [path.name for path in tmp_path.glob("*none*")] == []


@pytest.mark.parametrize("key", ["public/none.png", "nowhere/a.png", "public/../a", "", "public/"])
def test_what_is_not_there_is_missing(store: Storage, key: str) -> None:
    with pytest.raises(ObjectMissing):
        store.stat(key)
    with pytest.raises(ObjectMissing):
        store.open(key)
    with pytest.raises(ObjectMissing):
        store.copy(key, "public/b.png")


@pytest.mark.parametrize(
    "key", ["public/../../x", "/etc/x", "public/.x", "public/a b", "elsewhere/a", "public/视频.mp4"]
)
def test_names_that_are_no_keys_are_never_written(store: Storage, key: str) -> None:
    with pytest.raises(ObjectMissing):
        store.put(key, b"bytes")
    with pytest.raises(ObjectMissing):
        store.begin(key)
    with pytest.raises(ObjectMissing):
        store.signed_url(key, 60)


def test_a_list_is_sorted_and_knows_sizes_and_types(store: Storage) -> None:
    names = ["public/aa/2.png", "public/aa/1.mp4", "public/ab/1.pdf", "internal/aa/1.png"]
    for number, name in enumerate(names):
        store.put(name, b"x" * number)
    found = list(store.list("public/a"))
    assert [one.key for one in found] == sorted(names[:3])
    assert [one.size for one in found] == [1, 0, 2]
    assert [one.content_type for one in found] == ["video/mp4", "image/png", "application/pdf"]
    assert found[0] == store.stat("public/aa/1.mp4")
    assert [one.key for one in store.list()] == sorted(names)
    assert list(store.list("incoming/")) == []


def test_a_long_list_is_whole(store: Storage) -> None:
    names = [f"public/{number:04}.png" for number in range(1_005)]
    for name in names:
        store.put(name, b"x")
    assert [one.key for one in store.list("public/")] == names
    store.remove_many(names)
    assert list(store.list()) == []


def test_removing_twice_is_no_error(store: Storage) -> None:
    store.put("public/a.png", b"a")
    for _ in range(2):
        store.remove("public/a.png")
    with pytest.raises(ObjectMissing):
        store.stat("public/a.png")


def test_many_are_removed_and_no_other(store: Storage) -> None:
    names = [f"public/{letter}.png" for letter in "abc"]
    for name in names:
        store.put(name, b"x")
    store.remove_many([*names[:2], "public/none.png"])
    assert [one.key for one in store.list()] == names[2:]
    store.remove_many([])


def test_a_copy_has_the_type_of_its_own_name(store: Storage) -> None:
    store.put("incoming/upload1", BYTES)
    assert store.stat("incoming/upload1").content_type == "application/octet-stream"
    copied = store.copy("incoming/upload1", key_of(BYTES))
    assert (copied.key, copied.size, copied.content_type) == (
        key_of(BYTES),
        len(BYTES),
        "video/mp4",
    )
    assert store.stat(key_of(BYTES)) == copied
    store.remove("incoming/upload1")
    assert read(store, key_of(BYTES)) == BYTES


def test_only_public_objects_have_an_address_for_ever(store: Storage) -> None:
    assert store.public_url("public/aa/1.mp4") == store.public_url("public/aa/1.mp4")
    assert store.public_url("public/aa/1.mp4").endswith("/public/aa/1.mp4")
    for key in ("internal/a.mp4", "incoming/a"):
        with pytest.raises(ValueError, match="not public"):
            store.public_url(key)


def test_a_signed_address_shows_the_object_and_ranges_of_it(tried: Tried) -> None:
    tried.store.put("internal/a.mp4", BYTES)
    url = tried.store.signed_url("internal/a.mp4", 600)
    whole = tried.client.get(url)
    assert (whole.status, whole.body) == (200, BYTES)
    part = tried.client.get(url, {"Range": "bytes=10-29"})
    assert (part.status, part.body) == (206, BYTES[10:30])


def test_a_signed_address_tells_under_which_name_to_save(tried: Tried) -> None:
    tried.store.put("internal/a.pdf", BYTES)
    name = '手册 "2026"; 第1版\\.pdf'
    answer = tried.client.get(tried.store.signed_url("internal/a.pdf", 600, name))
    assert answer.status == 200
    assert name in unquote(answer.headers["Content-Disposition"])


def test_a_changed_address_is_refused(tried: Tried) -> None:
    for name in ("a", "b"):
        tried.store.put(f"internal/{name}.mp4", BYTES)
    url = tried.store.signed_url("internal/a.mp4", 600, "a.mp4")
    last = url[-1]
    changed = [
        url.replace("internal/a.mp4", "internal/b.mp4", 1),
        url[:-1] + ("0" if last != "0" else "1"),
        url.partition("?")[0],
        re.sub(r"([?&][\w-]+=)[^&]+", r"\1x", url),
    ]
    assert {tried.client.get(other).status for other in changed} <= {400, 403}
    assert tried.client.get(url).status == 200


def test_an_address_ends(tried: Tried) -> None:
    tried.store.put("internal/a.mp4", BYTES)
    url = tried.store.signed_url("internal/a.mp4", 2)
    assert eventually(lambda: tried.client.get(url).status == 403, SOON_S)
    upload = tried.store.begin("incoming/a")
    target = tried.store.sign_part("incoming/a", upload, 1, 2)
    assert eventually(lambda: tried.client.send(target, BYTES).status == 403, SOON_S)


def test_another_secret_signs_nothing(tried: Tried) -> None:
    tried.store.put("internal/a.mp4", BYTES)
    assert tried.client.get(tried.impostor.signed_url("internal/a.mp4", 600)).status == 403


def test_a_store_tells_that_it_lives(store: Storage) -> None:
    store.check()
