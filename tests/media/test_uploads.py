"""Uploads through the API of staff: parts, breaks, what is refused, what becomes an item."""

from typing import Any

import pytest
from flask import Flask

from core.settings import Settings
from media import stores
from models.media_items import MediaItem, MediaState
from models.outbox import Job
from models.staff import Role
from models.uploads import Upload, UploadState
from tests.factories import staff_client
from tests.media.uploading import VTT, Sender, document, picture, sha256, work_off

LARGE = 20 * 2**20


def keys_of(prefix: str) -> list[str]:
    return [one.key for one in stores.current().list(prefix)]


def test_a_picture_becomes_an_item_with_renditions(sender: Sender, settings: Settings) -> None:
    data = picture()
    done = sender.upload(data, sha256=sha256(data), type="image/jpeg", alt="测试", rights="自摄")
    assert done["state"] == "done"
    item = sender.item(done["item"])
    assert (item["state"], item["kind"], item["size"]) == ("processing", "image", len(data))
    assert item["files"] == []
    work_off(settings)
    item = sender.item(done["item"])
    assert (item["state"], item["progress"], item["fault"]) == ("ready", 1.0, None)
    assert (item["alt"], item["rights"], item["name"]) == ("测试", "自摄", "测试.jpg")
    assert [one["width"] for one in item["files"]] == [375, 640]
    assert item["placeholder"].startswith("data:image/")
    for one in item["files"]:
        assert stores.current().stat(one["key"]).size == one["size"]
        assert one["key"].startswith("public/")
    assert keys_of("incoming/") == []


@pytest.mark.parametrize(
    ("make", "name", "roles"),
    [
        (document, "手册.pdf", {"page", "page_thumbnail", "text", "document"}),
        (lambda: VTT, "字幕.vtt", {"subtitles"}),
    ],
)
def test_documents_and_subtitles_become_items(
    sender: Sender, settings: Settings, make: Any, name: str, roles: set[str]
) -> None:
    done = sender.upload(make(), name)
    work_off(settings)
    item = sender.item(done["item"])
    assert item["state"] == "ready"
    assert {one["role"] for one in item["files"]} == roles


def test_an_upload_goes_on_after_a_break(sender: Sender, settings: Settings) -> None:
    data = picture() + bytes(LARGE)  # what follows a picture is looked at by nobody
    begun = sender.begin(data)
    assert begun["parts"] == 3
    sender.send(begun["id"], data, [2])
    assert sender.call("GET", f"uploads/{begun['id']}")["arrived"] == [2]
    refused = sender.call("POST", f"uploads/{begun['id']}/finish", code=409)["error"]
    assert (refused["code"], refused["details"]) == ("parts_differ", {"missing": [1, 3]})
    sender.send(begun["id"], data, [1, 3])
    done = sender.call("POST", f"uploads/{begun['id']}/finish")
    assert done["state"] == "done"
    assert sender.item(done["item"])["sha256"] == sha256(data)
    again = sender.call("POST", f"uploads/{begun['id']}/finish")
    assert again["item"] == done["item"]
    assert MediaItem.objects.count() == 1
    work_off(settings)


def test_the_same_bytes_twice_are_one_item(sender: Sender, app: Flask, settings: Settings) -> None:
    data = picture()
    first = sender.upload(data)
    other = Sender(staff_client(app, Role.FIRST_REVIEWER))
    assert other.upload(data, "另一个名字.jpg")["item"] == first["item"]
    assert MediaItem.objects.count() == 1
    assert work_off(settings) == 1
    assert keys_of("incoming/") == []


@pytest.mark.parametrize(
    ("data", "told", "code"),
    [
        (picture(), {"sha256": "0" * 64}, "media_hash"),
        (picture(), {"type": "image/png"}, "media_declared"),
        (picture(), {"kind": "document"}, "media_declared"),
        (picture()[:3000], {}, "media_broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", {}, "media_type"),
        (b"<!doctype html><script>alert(1)</script>", {"type": "image/jpeg"}, "media_type"),
        (picture() + b"<script>alert(1)</script>", {}, "media_mixed"),
        (b"MZ" + bytes(500), {}, "media_type"),
    ],
)
def test_what_is_not_taken_leaves_nothing(
    sender: Sender, settings: Settings, data: bytes, told: dict[str, Any], code: str
) -> None:
    begun = sender.begin(data, "../../图.jpg", **told)
    sender.send(begun["id"], data, [1])
    for _ in range(2):
        refused = sender.call("POST", f"uploads/{begun['id']}/finish", code=400)
        assert refused["error"]["code"] == code
    after = sender.call("GET", f"uploads/{begun['id']}")
    assert (after["state"], after["fault"]["code"]) == ("refused", code)
    assert MediaItem.objects.count() == 0
    assert keys_of("incoming/") == []
    assert keys_of("internal/") == []
    work_off(settings)


@pytest.mark.parametrize(
    ("size", "told", "code"),
    [
        (0, {}, "media_empty"),
        (5 * 2**30, {}, "media_too_large"),
        (31 * 2**20, {"type": "image/jpeg"}, "media_too_large"),
        (101 * 2**20, {"kind": "document"}, "media_too_large"),
        (2 * 2**20, {"type": "text/vtt"}, "media_too_large"),
    ],
)
def test_a_size_out_of_bounds_is_refused_before_anything_is_sent(
    sender: Sender, size: int, told: dict[str, Any], code: str
) -> None:
    body = {"name": "x", "size": size, **told}
    assert sender.call("POST", "uploads", body, 400)["error"]["code"] == code
    assert Upload.objects.count() == 0


def test_a_part_of_another_length_is_no_part(sender: Sender) -> None:
    data = picture()
    begun = sender.begin(data + b"more")
    signed = sender.call("POST", f"uploads/{begun['id']}/parts", {"parts": [1]})
    assert sender.client.put(signed["items"][0]["url"], data=data).status_code == 200
    assert sender.call("GET", f"uploads/{begun['id']}")["arrived"] == []
    sender.call("POST", f"uploads/{begun['id']}/finish", code=409)
    assert sender.call("POST", f"uploads/{begun['id']}/parts", {"parts": [2]}, 400)


def test_addresses_of_parts_are_good_for_nothing_else(sender: Sender, app: Flask) -> None:
    begun = sender.begin(picture())
    signed = sender.call("POST", f"uploads/{begun['id']}/parts", {"parts": [1]})
    url = signed["items"][0]["url"]
    stranger = app.test_client()
    assert stranger.put(url[:-1] + ("0" if url[-1] != "0" else "1"), data=b"x").status_code == 403
    assert stranger.put(url, data=bytes(9 * 2**20)).status_code == 413
    assert stranger.put(url, data=b"", headers={"Content-Length": ""}).status_code in (400, 411)
    assert stranger.put(url, data=bytes(7)).status_code == 200  # more than JSON may have, here
    assert stranger.get(url).status_code == 404


def test_an_upload_given_up_ends(sender: Sender) -> None:
    data = picture()
    begun = sender.begin(data)
    sender.send(begun["id"], data, [1])
    for _ in range(2):
        sender.call("DELETE", f"uploads/{begun['id']}", code=204)
    for path in ("parts", "finish"):
        body = {"parts": [1]} if path == "parts" else None
        refused = sender.call("POST", f"uploads/{begun['id']}/{path}", body, 409)
        assert refused["error"]["code"] == "upload_ended"
    assert list(stores.current().list("incoming/")) == []
    done = sender.upload(data)
    assert sender.call("DELETE", f"uploads/{done['id']}", code=409)
    assert Job.objects.count() == 2


def test_uploads_are_ones_own(sender: Sender, app: Flask) -> None:
    begun = sender.begin(picture())
    other = Sender(staff_client(app, Role.EDITOR))
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/finish")):
        other.call(method, f"uploads/{begun['id']}{path}", code=404)
    assert Upload.objects.get(id=begun["id"]).state is UploadState.OPEN


def test_so_many_uploads_can_be_open(sender: Sender) -> None:
    for _ in range(20):
        sender.begin(b"x")
    refused = sender.begin(b"x", code=409)
    assert refused["error"]["code"] == "uploads_open"


def test_beginning_twice_with_one_key_begins_once(sender: Sender) -> None:
    body = {"name": "x", "size": 9}
    headers = {"Idempotency-Key": "upload-12345"}
    first, again = (
        sender.client.post("/admin/api/v1/uploads", json=body, headers=headers).get_json()
        for _ in range(2)
    )
    assert first["id"] == again["id"]
    assert Upload.objects.count() == 1


def test_internal_media_lie_where_nobody_reads(sender: Sender, settings: Settings) -> None:
    done = sender.upload(picture(), audience="internal")
    work_off(settings)
    item = MediaItem.objects.get(id=done["item"])
    assert item.state is MediaState.READY
    assert all(source.key.startswith("internal/") for source in item.sources)
