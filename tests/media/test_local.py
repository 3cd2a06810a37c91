"""What only the store in a folder has: tokens, parts sent to ours, interrupted writes."""

import datetime as dt
import io
import os
import shutil
from pathlib import Path

import pytest

from core.clock import now
from media.errors import BadSignature, ObjectMissing, PartsDiffer, StoreUnavailable
from media.local import MEDIA_URL, PARTS_URL, TOKEN_PARAMETER, LocalStorage
from tests.clocks import Clock

KEY = "incoming/upload1"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> LocalStorage:
    """A store in a folder."""
    made = LocalStorage(tmp_path / "media", secret="s" * 32)
    made.prepare()
    return made


def part_token(store: LocalStorage, upload: str, number: int = 1) -> str:
    return store.sign_part(KEY, upload, number, 600).url.removeprefix(f"{PARTS_URL}/")


def link_token(store: LocalStorage, key: str, name: str = "") -> str:
    return store.signed_url(key, 600, name).partition(f"?{TOKEN_PARAMETER}=")[2]


def test_addresses_are_routes_of_this_server(store: LocalStorage, tmp_path: Path) -> None:
    assert store.public_url("public/a.png") == "/media/public/a.png"
    assert store.signed_url("internal/a.png", 60).startswith(f"{MEDIA_URL}/internal/a.png?token=")
    behind = LocalStorage(tmp_path, secret="s" * 32, cdn_url="https://cdn.example")
    assert behind.public_url("public/a.png") == "https://cdn.example/public/a.png"
    assert behind.signed_url("internal/a.png", 60).startswith(MEDIA_URL)


def test_a_token_holds_for_one_object_one_purpose_and_its_time(
    store: LocalStorage, clock: Clock
) -> None:
    upload = store.begin(KEY)
    link, part = link_token(store, "internal/a.png", "图.png"), part_token(store, upload)
    assert store.download_name_of("internal/a.png", link) == "图.png"
    for key, token in (("internal/b.png", link), ("internal/a.png", part)):
        with pytest.raises(BadSignature):
            store.download_name_of(key, token)
    with pytest.raises(BadSignature):
        store.put_part(link, io.BytesIO(b"x"), 1)
    clock.advance(minutes=11)
    with pytest.raises(BadSignature):
        store.download_name_of("internal/a.png", link)
    with pytest.raises(BadSignature):
        store.put_part(part, io.BytesIO(b"x"), 1)


@pytest.mark.parametrize(
    "token", ["", ".", "a.b", "é.ü", "\x00", "x" * 5_000, "W10.", "....", "=="]
)
def test_nonsense_is_no_token(store: LocalStorage, token: str) -> None:
    with pytest.raises(BadSignature):
        store.download_name_of("internal/a.png", token)
    with pytest.raises(BadSignature):
        store.put_part(token, io.BytesIO(b"x"), 1)


def test_a_part_that_breaks_off_leaves_the_former_one(store: LocalStorage) -> None:
    upload = store.begin(KEY)
    former = store.put_part(part_token(store, upload), io.BytesIO(b"whole"), 5)
    with pytest.raises(PartsDiffer):
        store.put_part(part_token(store, upload), io.BytesIO(b"half"), 8)
    assert list(store.list_parts(KEY, upload)) == [former]


@pytest.mark.parametrize("number", [0, 10_001])
def test_parts_have_numbers_that_s3_knows_too(store: LocalStorage, number: int) -> None:
    upload = store.begin(KEY)
    with pytest.raises(PartsDiffer):
        store.put_part(part_token(store, upload, number), io.BytesIO(b"x"), 1)


def test_an_upload_that_was_completed_by_a_killed_process_is_completed_again(
    store: LocalStorage, tmp_path: Path
) -> None:
    upload = store.begin(KEY)
    part = store.put_part(part_token(store, upload), io.BytesIO(b"whole"), 5)
    folder = store.root / ".uploads" / upload
    os.link(folder / "00001", tmp_path / "00001")
    shutil.copy(folder / "upload.json", tmp_path)
    store.complete(KEY, upload, [part])
    folder.mkdir()  # as if it had been killed before the folder went
    os.link(tmp_path / "00001", folder / "00001")
    shutil.copy(tmp_path / "upload.json", folder)
    store.complete(KEY, upload, store.list_parts(KEY, upload))
    with store.open(KEY) as chunks:
        assert b"".join(chunks) == b"whole"
    assert list(store.list_unfinished(now() + HOUR)) == []


def test_what_interrupted_writes_left_is_cleaned_up(store: LocalStorage) -> None:
    store.put("public/aa/a.png", b"whole")
    left = store.root / "public" / "aa" / ".b.png.0123.partial"
    left.write_bytes(b"half")
    assert [one.key for one in store.list()] == ["public/aa/a.png"]
    assert store.clean(now() - HOUR) == 0
    assert left.exists()
    assert store.clean(now() + HOUR) == 1
    assert not left.exists()
    assert store.stat("public/aa/a.png").size == 5


def test_a_folder_in_the_place_of_an_object_is_no_object(store: LocalStorage) -> None:
    store.put("public/aa/a.png", b"whole")
    for verb in (store.open, store.stat):
        with pytest.raises(ObjectMissing):
            verb("public/aa")
    store.remove("public/aa")
    assert [one.key for one in store.list()] == ["public/aa/a.png"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        LocalStorage(tmp_path / "none", secret="s" * 32).check()


def test_what_cannot_be_written_is_told(store: LocalStorage) -> None:
    (store.root / "public").write_bytes(b"a file where a folder should be")
    with pytest.raises(StoreUnavailable):
        store.put("public/a.png", b"bytes")
