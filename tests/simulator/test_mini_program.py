"""What the phone page does: signs in, accepts templates of the setting, scans codes."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from simulator import __main__ as program
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.waiting import PATIENCE_S, free_port

VISITOR = "测试访客 A"


class Product(http.server.BaseHTTPRequestHandler):
    """Answers whoever asks where a scene leads, or signs in."""

    asked: list[str]
    codes: list[str]
    answers: list[tuple[int, object]]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answer = json.dumps({"channel": "expo-2026"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer if "known" in self.path else b"no JSON")

    def do_POST(self) -> None:
        self.asked.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.codes.append(body["code"])
        status, answer = self.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_words: Any) -> None:
        """Do nothing."""


@pytest.fixture
def product(simulator: RunningSimulator) -> Iterator[type[Product]]:
    """A server that the phones ask."""
    handler = type("Asked", (Product,), {"asked": [], "codes": [], "answers": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/wechat/callback"
    simulator.control("POST", "push/target", url=url, token="token4711")
    yield handler
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE_S)


def whose(simulator: RunningSimulator, code: str) -> Any:
    """Return whose login code it is, as the platform tells the product."""
    asked = {"appid": APPID, "secret": SECRET, "grant_type": "authorization_code"}
    return simulator.ask("GET", "/sns/jscode2session", **asked, js_code=code).body.get("openid")


def test_each_visitor_signs_in_with_a_code_of_their_own(
    simulator: RunningSimulator, product: type[Product]
) -> None:
    product.answers += [(201, {"token": "hush", "consent_due": due}) for due in (True, False)]
    told = [
        simulator.control("POST", "sessions", visitor=visitor)
        for visitor in (VISITOR, "测试访客 B")
    ]
    assert told == [{"status": 201, "consent_due": due} for due in (True, False)]
    assert product.asked == ["/api/v1/sessions"] * 2
    openids = [
        simulator.control("POST", "visits", visitor=visitor)["openid"]
        for visitor in (VISITOR, "测试访客 B")
    ]
    assert [whose(simulator, code) for code in product.codes] == openids


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ((503, {"error": {"code": "wechat_unavailable", "message": "…"}}), "wechat_unavailable"),
        ((502, "gone"), None),
        ((500, {"error": {}}), None),
        ((500, {"error": "words"}), None),
        ((200, {"token": "hush"}), None),
    ],
)
def test_a_product_that_signs_nobody_in_is_told_as_such(
    simulator: RunningSimulator, product: type[Product], given: tuple[int, object], error: object
) -> None:
    product.answers.append(given)
    told = simulator.control("POST", "sessions", visitor=VISITOR)
    assert told == {"status": given[0], "error": error}


def test_who_signs_in_needs_a_name_and_a_product(simulator: RunningSimulator) -> None:
    for body in ({"visitor": ""}, {}):
        assert simulator.ask("POST", "/__sim__/sessions", body).status == 400
    url = f"http://127.0.0.1:{free_port()}/wechat/callback"
    simulator.control("POST", "push/target", url=url, token="token4711")
    told = simulator.control("POST", "sessions", visitor=VISITOR)
    assert told == {"status": 0, "error": "ConnectionRefusedError"}


def draw(simulator: RunningSimulator, scene: str) -> None:
    """Draw a code as the product does."""
    client = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    token = simulator.ask("POST", "/cgi-bin/stable_token", client).body["access_token"]
    wanted = {"scene": scene, "page": "pages/route/detail", "check_path": False}
    drawn = simulator.ask("POST", "/wxa/getwxacodeunlimit", wanted, access_token=token)
    assert drawn.content.startswith(b"\x89PNG")


def test_a_scan_opens_the_page_and_asks_the_product(
    simulator: RunningSimulator, product: type[Product]
) -> None:
    draw(simulator, "other")
    draw(simulator, "known")
    codes = simulator.control("GET", "codes")["items"]
    assert [code["scene"] for code in codes] == ["known", "other"], "the newest first"
    told = simulator.control("POST", "scans", visitor=VISITOR, scene="known")
    assert told == {
        "page": "pages/route/detail?scene=known",
        "status": 200,
        "answer": {"channel": "expo-2026"},
    }
    assert product.asked == ["/api/v1/scenes/known"]


def test_a_product_that_makes_no_sense_is_told_as_such(
    simulator: RunningSimulator, product: type[Product]
) -> None:
    draw(simulator, "other")
    told = simulator.control("POST", "scans", visitor=VISITOR, scene="other")
    assert (told["status"], told["answer"]) == (0, "JSONDecodeError")
    assert len(product.asked) == 1


def test_what_nobody_drew_cannot_be_scanned(simulator: RunningSimulator) -> None:
    for body in ({"visitor": VISITOR, "scene": "absent"}, {"visitor": VISITOR}, {"scene": 1}):
        assert simulator.ask("POST", "/__sim__/scans", body).status == 400


def test_the_newest_two_hundred_codes_are_kept(simulator: RunningSimulator) -> None:
    for number in range(203):
        draw(simulator, f"code-{number}")
    draw(simulator, "code-3")
    codes = simulator.control("GET", "codes")["items"]
    assert [code["scene"] for code in codes[:2]] == ["code-3", "code-202"]
    assert len(codes) == 200


@pytest.mark.parametrize(
    ("setting", "known"),
    [
        ('{"a": {"template": "x"}, "b": {"template": "x"}}', {"x": ["a", "b"]}),
        *((wrong, {}) for wrong in ("", "{", "[]", '{"a": 1}', '{"a": {}}')),
    ],
)
def test_templates_are_those_of_the_setting(
    setting: str, known: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECHAT_TEMPLATES", setting)
    assert program._templates() == known


def test_the_credits_of_a_visitor_are_told(simulator: RunningSimulator) -> None:
    told = simulator.control("GET", "templates")
    assert told == {"items": []}, "this one has no setting"
