"""The simulator's phone page in a browser: signing in, accepting, being told, scanning, writing.

The page signs visitors in and tells nobody their token: what they ask of the product is asked
with a second code, as by the mini-program, which is not part of this.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from models.staff import Role
from tests.e2e.browser import Browser, needs_chromium
from tests.e2e.colleague import Colleague, joined
from tests.e2e.installation import Installation
from tests.waiting import PATIENCE_S, eventually

VISITOR, OTHER = "测试访客 A", "测试访客 B"
TEMPLATE = '[data-template="sim-thing1-time2-thing3"]'
WIDTHS = {"phone": 390, "desktop": 1280}


@pytest.fixture
def demo(tmp_path: Path, own_connection: None) -> Iterator[Installation]:
    """The product as its first command serves it, and this process on its database."""
    needs_chromium()
    # At night it tells of what can wait in the morning only.
    always = {"QUIET_FROM": "0", "QUIET_UNTIL": "0"}
    installation = Installation(tmp_path / "data", "--workers", "1", **always)
    with joined(installation):
        yield installation


class MiniProgram:
    """What the mini-program of a visitor asks the product."""

    def __init__(self, base: str) -> None:
        self.url = f"{base}/api/v1"
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, f"{self.url}/{path}", json=body, headers=self.headers, timeout=PATIENCE_S
        )
        assert answer.ok, answer.text
        return answer.json()

    def sign_in(self, code: str) -> None:
        """Sign in, and agree to the notice."""
        told = self.ask("POST", "sessions", {"code": code})
        self.headers = {"Authorization": f"Bearer {told['token']}"}
        version = self.ask("GET", "me")["consent"]["current_version"]
        self.ask("PUT", "me/consent", {"version": version})

    def request_visit(self) -> dict[str, Any]:
        """Request seats on the first departure that staff decide about."""
        for card in self.ask("GET", "departures?limit=50")["items"]:
            found = self.ask("GET", f"departures/{card['id']}")
            if found["terms"]["confirmation"] == "staff" and card["availability"] == "bookable":
                break
        party = {"departure": found["id"], "party": found["terms"]["group_min"]}
        who = {"name": VISITOR, "phone": "13800138000"}
        return dict(self.ask("POST", "bookings", {**party, **who}))


def text(browser: Browser, selector: str) -> str:
    """Return the text of an element; nothing when there is none."""
    found = f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"
    return str(browser.evaluate(found))


def press(browser: Browser, selector: str) -> None:
    """Press a button that is there and can be pressed."""
    button = f"document.querySelector({json.dumps(selector)})"
    ready = f"!!{button} && !{button}.disabled && {button}.ariaDisabled !== 'true'"
    assert eventually(lambda: browser.evaluate(ready))
    browser.evaluate(f"{button}.click()")


def sign_in(browser: Browser) -> None:
    """Let the mini-program on the phone that is shown sign in, by keyboard."""
    browser.evaluate("document.querySelector('#signed').textContent = ''")
    browser.evaluate("document.querySelector('#sign-in').focus()")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    browser.call("Input.dispatchKeyEvent", type="keyDown", **enter)
    browser.call("Input.dispatchKeyEvent", type="keyUp", **enter)
    assert eventually(lambda: "已登录" in text(browser, "#signed"))
    assert browser.evaluate("document.activeElement.id") == "sign-in"


def check_width(browser: Browser, folder: Path, name: str) -> None:
    """Check that nothing is cut off at a width, and keep a picture of the page there."""
    size = {"width": WIDTHS[name], "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    browser.call("Emulation.setScrollbarsHidden", hidden=True)
    assert browser.evaluate("document.documentElement.scrollWidth") <= WIDTHS[name]
    browser.picture(folder / f"{name}.png")


def test_a_visitor_is_told_on_their_phone_what_became_of_a_booking(
    demo: Installation, tmp_path: Path
) -> None:
    base = f"http://127.0.0.1:{demo.port}"
    page = re.search(r"WeChat \(demo\)\s+(\S+)", demo.output)
    assert page, demo.output
    desk, visitor = Colleague(base, Role.BOOKING_DESK), MiniProgram(base)
    with Browser(tmp_path) as browser:
        browser.open(page.group(1))
        sign_in(browser)
        assert "尚未同意隐私说明" in text(browser, "#signed")
        press(browser, f'[data-visitor="{VISITOR}"]')
        assert eventually(lambda: text(browser, "#minted .code"))
        visitor.sign_in(text(browser, "#minted .code"))
        sign_in(browser)
        assert eventually(lambda: "已同意隐私说明" in text(browser, "#signed"))

        for credits in (1, 2):
            press(browser, f"{TEMPLATE} button")
            assert eventually(lambda n=credits: f"还可收 {n} 条" in text(browser, TEMPLATE))
        booking = visitor.request_visit()
        assert booking["state"] == "requested"
        desk.call("POST", f"bookings/{booking['id']}/decide", {"approved": True})
        assert eventually(lambda: text(browser, "#chat").count("订阅消息") == 2)
        told = text(browser, "#chat")
        assert told.index("预约已提交") < told.index("预约已确认"), told
        assert eventually(lambda: "还可收 0 条" in text(browser, TEMPLATE))

        (route,) = visitor.ask("GET", "routes?limit=1")["items"]
        wanted = {"place": "routes", "item": route["id"], "channel": "expo-2026"}
        code = desk.call("POST", "codes", wanted)
        assert requests.get(
            f"{desk.url}/codes/{code['id']}/image", headers=desk.headers, timeout=PATIENCE_S
        ).ok
        press(browser, "#scan:not([hidden]) button")
        assert eventually(lambda: "expo-2026" in text(browser, "#scanned"))
        assert "pages/route/detail" in text(browser, "#scanned")

        browser.evaluate("document.querySelector('#words').value = '怎样预约一次考察？'")
        press(browser, "#write button")
        assert eventually(lambda: "客服消息" in text(browser, "#chat"))
        for name in WIDTHS:
            check_width(browser, tmp_path, name)

        before = text(browser, "#chat")
        press(browser, f'[data-phone="{OTHER}"]')
        assert eventually(lambda: not text(browser, "#chat"))
        assert "尚未登录" in text(browser, "#signed")
        sign_in(browser)
        assert "尚未同意隐私说明" in text(browser, "#signed"), "it is another account"
        press(browser, f"{TEMPLATE} button")
        assert eventually(lambda: "还可收 1 条" in text(browser, TEMPLATE))
        assert text(browser, "#chat") == ""
        press(browser, f'[data-phone="{VISITOR}"]')
        assert eventually(lambda: text(browser, "#chat") == before)
        assert "已同意隐私说明" in text(browser, "#signed")
