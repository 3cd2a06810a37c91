"""Pushing by the control API: what is pushed, how it is rendered and encrypted, what is refused."""

import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import xmltodict

from core.clock import now
from simulator import media, pushes
from simulator.crypto import CryptoError, PushCrypto
from simulator.pushes import Occasion
from simulator.pushing import Target
from simulator.world import World
from tests.simulator.running import APPID, RunningSimulator
from tests.waiting import eventually

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OCCASION = Occasion("oTest0123456789", APPID, 1_795_000_000, 4711)
LISTED = "subscribe_msg_popup_event"
ENTRY = {"TemplateId": "one", "SubscribeStatusString": "accept", "PopupScene": "2"}


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes pushes and answers what it is told to."""

    taken: list[tuple[str, bytes]]
    answer: bytes
    target: Target

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_words: Any) -> None:
        """Do nothing."""


@pytest.fixture
def receiver(simulator: RunningSimulator) -> Iterator[type[Receiver]]:
    """A server that the simulator pushes to."""
    handler = type("Taking", (Receiver,), {"taken": [], "answer": b"success"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/callback"
    known = {"token": "token4711", "aes_key": KEY, "format": "json", "mode": "safe"}
    simulator.control("POST", "push/target", url=url, **known)
    handler.target = Target(url, known["token"], KEY)
    yield handler
    server.shutdown()
    server.server_close()


def rendered(form: str, entries: list[dict[str, str]]) -> dict[str, Any]:
    fields = pushes.fields_of(LISTED, OCCASION, {"List": entries})
    text = pushes.render(fields, form)
    found: dict[str, Any] = json.loads(text) if form == "json" else xmltodict.parse(text)["xml"]
    return found


def test_lists_lie_at_the_top_in_json_and_one_is_an_object() -> None:
    assert rendered("json", [ENTRY])["List"] == ENTRY
    assert rendered("json", [ENTRY, ENTRY])["List"] == [ENTRY, ENTRY]


def test_lists_are_nested_in_xml() -> None:
    assert rendered("xml", [ENTRY])["SubscribeMsgPopupEvent"] == {"List": ENTRY}
    assert rendered("xml", [ENTRY, ENTRY])["SubscribeMsgPopupEvent"] == {"List": [ENTRY, ENTRY]}


@pytest.mark.parametrize("form", pushes.FORMATS)
@pytest.mark.parametrize("kind", pushes.KINDS)
def test_every_kind_can_be_written_in_both_formats(kind: str, form: str) -> None:
    text = pushes.render(pushes.fields_of(kind, OCCASION, {}), form)
    found = json.loads(text) if form == "json" else xmltodict.parse(text)["xml"]
    assert found["FromUserName"] == OCCASION.openid
    assert kind in (found["MsgType"], found.get("Event"))


@pytest.mark.parametrize("text", ["", "a", "测试 😀", "]]>", "a" * 5_000])
def test_what_is_sealed_opens(text: str) -> None:
    crypto = PushCrypto(KEY, APPID)
    assert crypto.open(crypto.seal(text)) == text


@pytest.mark.parametrize("options", [{"appid": "wxother"}, {"bad_padding": True}])
def test_what_is_sealed_wrongly_does_not_open(options: dict[str, Any]) -> None:
    crypto = PushCrypto(KEY, APPID)
    with pytest.raises(CryptoError):
        crypto.open(crypto.seal("测试", **options))


def test_times_repeats_the_same_message(
    simulator: RunningSimulator, receiver: type[Receiver]
) -> None:
    found = simulator.control("POST", "push", visitor="测试访客 A", kind="text", times=3)
    assert [one["status"] for one in found["answers"]] == [200] * 3
    crypto = PushCrypto(KEY, APPID)
    opened = {crypto.open(json.loads(body)["Encrypt"]) for _, body in receiver.taken}
    assert len(receiver.taken) == 3
    assert len(opened) == 1
    assert len({path for path, _ in receiver.taken}) == 3, "each is signed anew"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b'{"MsgType": "text"}', "Encrypt"),
        (b"<xml/>", "JSONDecodeError"),
        (b"[]", "TypeError"),
        (b'{"Encrypt": "x", "TimeStamp": 1, "Nonce": "n", "MsgSignature": "0"}', "signature"),
    ],
)
def test_a_wrong_reply_is_told(
    simulator: RunningSimulator, receiver: type[Receiver], answer: bytes, told: str
) -> None:
    receiver.answer = answer
    (found,) = simulator.control("POST", "push", visitor="测试访客 A", kind="text")["answers"]
    assert found["reply"] is None
    assert told in found["fault"]


def test_the_lock_is_not_held_while_the_product_thinks(
    simulator: RunningSimulator, receiver: type[Receiver]
) -> None:
    receiver.answer = b""
    simulator.control("POST", "push/storm", count=20, threads=2)
    assert simulator.ask("GET", "/__sim__/health").status == 200
    assert eventually(lambda: simulator.control("GET", "push/storm")["done"])
    found = simulator.control("GET", "push/storm")
    assert (found["lost"], found["planned"]) == (0, 27), "20, 6 again, 1 forged"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "text"},
        {"visitor": "测试访客 A", "kind": "letter"},
        {"visitor": "测试访客 A", "kind": "text", "fields": []},
        {"visitor": "测试访客 A", "kind": "text", "times": 0},
        {"visitor": "测试访客 A", "kind": "text", "tampering": "politeness"},
        {"visitor": "测试访客 A", "kind": "text", "mode": "plain", "tampering": "padding"},
    ],
)
def test_what_cannot_be_pushed_is_told(
    simulator: RunningSimulator, receiver: type[Receiver], body: dict[str, Any]
) -> None:
    answer = simulator.ask("POST", "/__sim__/push", body)
    assert (answer.status, set(answer.body)) == (400, {"error"})
    assert receiver.taken == []


def test_pushes_stay_on_this_machine(simulator: RunningSimulator) -> None:
    answer = simulator.ask("POST", "/__sim__/push/target", {"url": "https://example.org/"})
    assert (answer.status, answer.body["error"]) == (400, "url: an address on this machine")


def test_results_of_pictures_are_pushed_by_themselves(receiver: type[Receiver]) -> None:
    world = World(APPID, "secret", target=receiver.target)
    held = {"openid": OCCASION.openid, "media_url": "https://picture.invalid/1.jpg"}
    soon = {**held, "suggest": "pass", "at": (now() + dt.timedelta(days=1)).isoformat()}
    world.media_checks = {"due": {**soon, "at": now().isoformat()}, "soon": soon}
    world.clock.advance(media.RESULT_AFTER.total_seconds())
    ended = media.start(world)
    try:
        assert eventually(lambda: len(receiver.taken) == 1)
    finally:
        ended.set()
    assert list(world.media_checks) == ["soon"]
    world.target = None
    world.clock.advance(2 * 86_400)
    assert (media.push_due(world), list(world.media_checks)) == (0, ["soon"]), "nowhere to push"
