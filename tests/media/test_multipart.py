"""Uploads in parts, on each adapter: from a browser to the store, resumed, dropped, cleaned up."""

import datetime as dt

import pytest

from core import clock
from media.errors import ObjectMissing, PartsDiffer
from media.storage import PART_MIN_BYTES, Part, Storage
from tests.media.stores import Answer, Tried

KEY = "incoming/upload1"
FIRST, SECOND = b"1" * PART_MIN_BYTES, b"2" * PART_MIN_BYTES
LAST = b"the end"


def send(tried: Tried, upload: str, number: int, data: bytes) -> Answer:
    return tried.client.send(tried.store.sign_part(KEY, upload, number, 600), data)


def read(store: Storage, key: str) -> bytes:
    with store.open(key) as chunks:
        return b"".join(chunks)


def test_parts_become_one_object(tried: Tried) -> None:
    store = tried.store
    upload = store.begin(KEY)
    answers = [send(tried, upload, n, data) for n, data in ((1, FIRST), (2, LAST))]
    assert [answer.status for answer in answers] == [200, 200]
    parts = [Part(n, answer.headers["ETag"].strip('"')) for n, answer in enumerate(answers, 1)]
    with pytest.raises(ObjectMissing):
        store.stat(KEY)
    done = store.complete(KEY, upload, parts)
    assert done == store.stat(KEY)
    assert read(store, KEY) == FIRST + LAST


def test_an_upload_is_resumed_where_it_broke_off(tried: Tried) -> None:
    store = tried.store
    upload = store.begin(KEY)
    send(tried, upload, 1, FIRST)
    send(tried, upload, 3, LAST)
    held = store.list_parts(KEY, upload)
    assert [(part.number, part.size) for part in held] == [(1, len(FIRST)), (3, len(LAST))]
    send(tried, upload, 2, b"wrong" * 2**20)
    send(tried, upload, 2, SECOND)
    held = store.list_parts(KEY, upload)
    assert [(part.number, part.size) for part in held] == [
        (1, len(FIRST)),
        (2, len(SECOND)),
        (3, len(LAST)),
    ]
    store.complete(KEY, upload, held)
    assert read(store, KEY) == FIRST + SECOND + LAST


def test_only_the_named_parts_make_the_object(tried: Tried) -> None:
    store = tried.store
    upload = store.begin(KEY)
    send(tried, upload, 1, FIRST)
    send(tried, upload, 2, LAST)
    held = store.list_parts(KEY, upload)
    wrong: list[list[Part]] = [
        [],
        [Part(1, held[1].etag)],
        [held[0], Part(3, held[1].etag)],
        [held[0], held[0]],
    ]
    for parts in wrong:
        with pytest.raises(PartsDiffer):
            store.complete(KEY, upload, parts)
    with pytest.raises(ObjectMissing):
        store.stat(KEY)
    store.complete(KEY, upload, held[:1])
    assert read(store, KEY) == FIRST


def test_a_part_that_came_again_is_not_the_one_named(tried: Tried) -> None:
    upload = tried.store.begin(KEY)
    send(tried, upload, 1, FIRST)
    former = tried.store.list_parts(KEY, upload)
    send(tried, upload, 1, SECOND)
    with pytest.raises(PartsDiffer):
        tried.store.complete(KEY, upload, former)


def test_an_aborted_upload_leaves_nothing(tried: Tried) -> None:
    store = tried.store
    upload = store.begin(KEY)
    send(tried, upload, 1, FIRST)
    store.abort(KEY, upload)
    store.abort(KEY, upload)
    with pytest.raises(ObjectMissing):
        store.list_parts(KEY, upload)
    assert send(tried, upload, 2, LAST).status == 404
    with pytest.raises(ObjectMissing):
        store.complete(KEY, upload, [Part(1, "0")])
    assert list(store.list()) == []


def test_a_completed_upload_has_ended(tried: Tried) -> None:
    store = tried.store
    upload = store.begin(KEY)
    send(tried, upload, 1, LAST)
    held = store.list_parts(KEY, upload)
    store.complete(KEY, upload, held)
    with pytest.raises(ObjectMissing):
        store.complete(KEY, upload, held)
    store.abort(KEY, upload)
    assert read(store, KEY) == LAST


def test_an_upload_is_for_its_key_alone(tried: Tried) -> None:
    upload = tried.store.begin(KEY)
    send(tried, upload, 1, LAST)
    for key, name in (("incoming/other", upload), (KEY, "nothing"), (KEY, "../" + upload)):
        with pytest.raises(ObjectMissing):
            tried.store.list_parts(key, name)


def test_a_changed_or_foreign_address_takes_no_part(tried: Tried) -> None:
    upload = tried.store.begin(KEY)
    good = tried.store.sign_part(KEY, upload, 1, 600)
    last = "0" if good.url[-1] != "0" else "1"
    changed = type(good)(good.method, good.url[:-1] + last, good.expires_at)
    foreign = tried.impostor.sign_part(KEY, upload, 1, 600)
    assert [tried.client.send(each, LAST).status for each in (changed, foreign)] == [403, 403]
    assert list(tried.store.list_parts(KEY, upload)) == []
    assert dt.timedelta(0) < good.expires_at - clock.now() <= dt.timedelta(seconds=601)


def test_unfinished_uploads_are_listed_and_cleaned(tried: Tried) -> None:
    store = tried.store
    uploads = {key: store.begin(key) for key in (KEY, "incoming/upload2")}
    send(tried, uploads[KEY], 1, FIRST)
    later = clock.now() + dt.timedelta(minutes=5)
    earlier = clock.now() - dt.timedelta(minutes=5)
    assert list(store.list_unfinished(earlier)) == []
    assert store.clean(earlier) == 0
    found = {one.key: one.upload for one in store.list_unfinished(later)}
    assert found == uploads
    assert store.clean(later) == 2
    assert list(store.list_unfinished(later)) == []
    with pytest.raises(ObjectMissing):
        store.list_parts(KEY, uploads[KEY])
