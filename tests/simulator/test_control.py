"""The control API, the mailbox, the page, and who may speak to them."""

import pytest

from tests.simulator.running import RunningSimulator

MESSAGE = {"to": "guest-a@example.com", "subject": "登录验证码", "text": "482913"}


def test_mail_comes_back_with_the_newest_first(simulator: RunningSimulator) -> None:
    assert simulator.control("GET", "mail") == {"items": []}
    simulator.control("POST", "mail", **MESSAGE)
    simulator.control("POST", "mail", **(MESSAGE | {"to": "guest-b@example.com"}))
    items = simulator.control("GET", "mail")["items"]
    assert [item["to"] for item in items] == ["guest-b@example.com", "guest-a@example.com"]
    assert len({item["id"] for item in items}) == 2
    assert {name: items[1][name] for name in MESSAGE} == MESSAGE
    only = simulator.ask("GET", "/__sim__/mail", to="guest-a@example.com").body["items"]
    assert only == items[1:]


def test_a_message_that_is_sent_again_under_its_id_is_there_once(
    simulator: RunningSimulator,
) -> None:
    for message_id in ("first", "first", "second"):
        simulator.control("POST", "mail", **MESSAGE, message_id=message_id)
    items = simulator.control("GET", "mail")["items"]
    assert [mail["id"] for mail in items] == ["second", "first"]


def test_the_mailbox_keeps_the_newest_two_hundred(simulator: RunningSimulator) -> None:
    for number in range(203):
        simulator.control("POST", "mail", to="guest@example.com", subject=str(number))
    items = simulator.control("GET", "mail")["items"]
    assert [item["subject"] for item in items] == [str(n) for n in range(202, 2, -1)]


def test_reset_forgets_everything(simulator: RunningSimulator) -> None:
    code = simulator.login_code()
    simulator.control("POST", "mail", **MESSAGE)
    simulator.fail("*", mode="drop")
    simulator.advance(1_000)
    simulator.reset()
    assert simulator.control("GET", "mail") == {"items": []}
    assert simulator.control("GET", "calls") == {"items": []}
    assert simulator.login_code() == code, "the seed stays"
    assert simulator.ask("GET", "/sns/jscode2session").body["errcode"] == 41002, "mended"


def test_calls_are_listed_without_what_they_held(simulator: RunningSimulator) -> None:
    simulator.ask("GET", "/sns/jscode2session", appid="wx-held", secret="held", js_code="held")
    simulator.fail("stable_token", mode="text")
    simulator.ask("POST", "/cgi-bin/stable_token", {"secret": "held"})
    login, token = simulator.control("GET", "calls")["items"]
    assert (login["endpoint"], login["method"]) == ("jscode2session", "GET")
    assert login["parameters"] == ["appid", "js_code", "secret"]
    assert login["errcode"] == 40002
    assert (token["endpoint"], token["fault"], token["errcode"]) == ("stable_token", "text", None)
    assert "held" not in str([login, token])


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("faults", {"endpoint": "nowhere"}, "endpoint: one of jscode2session, stable_token, "),
        ("faults", {"endpoint": "*", "mode": "explode"}, "mode: one of drop, hang, "),
        ("faults", {"endpoint": "*", "latency_s": -1}, "latency_s: 0 to 60"),
        ("faults", {"endpoint": "*", "times": True}, "times: a number"),
        ("clock", {"seconds": -1}, "seconds: 0 to "),
        ("clock", {}, "seconds: a number"),
        ("login-codes", {}, "visitor: a text"),
        ("login-codes", {"visitor": "x" * 201}, "visitor: a text of 1 to 200 characters"),
        ("phone-codes", {"number": "+86138"}, "number, country_code: digits"),
        ("mail", {"subject": "nobody"}, "to: a text"),
        ("mail", {"to": "a@example.com", "text": 5}, "text: a text"),
        ("mail", [], "the body is not a JSON object"),
    ],
)
def test_wrong_control_requests_are_told(
    simulator: RunningSimulator, name: str, body: object, told: str
) -> None:
    answer = simulator.ask("POST", f"/__sim__/{name}", body)
    assert answer.status == 400
    assert answer.body["error"].startswith(told)


def test_unknown_paths_and_methods_are_not_found(simulator: RunningSimulator) -> None:
    assert simulator.ask("GET", "/cgi-bin/ticket/getticket").status == 404
    assert simulator.ask("DELETE", "/__sim__/mail").status == 404
    assert simulator.ask("GET", "/../app.py").status == 404


def test_huge_bodies_are_refused(simulator: RunningSimulator) -> None:
    assert simulator.ask("POST", "/__sim__/mail", content=b"x" * 1_000_001).status == 413
    assert simulator.ask("POST", "/cgi-bin/stable_token", content=b"x" * 1_000_001).status == 413


def test_pages_elsewhere_cannot_use_it(simulator: RunningSimulator) -> None:
    """A form needs no leave but cannot send JSON; a name that points here is not ours."""
    form = {"Content-Type": "text/plain"}
    assert simulator.ask("POST", "/__sim__/mail", MESSAGE, headers=form).status == 400
    for path in ("/", "/__sim__/mail", "/sns/jscode2session"):
        assert simulator.ask("GET", path, headers={"Host": "evil.example"}).status == 421
        assert simulator.ask("GET", path, headers={"Host": "localhost"}).status == 200


def test_the_page_and_its_files(simulator: RunningSimulator) -> None:
    page = simulator.ask("GET", "/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    text = page.content.decode()
    for expected in ("演示", "测试访客 A", "测试访客 B", "收件箱", "Mailbox"):
        assert expected in text
    assert "http" not in text.replace("http-equiv", ""), "nothing comes from elsewhere"
    files = {"page.css": "text/css", "page.js": "text/javascript"}
    for name, kind in files.items():
        assert f'"{name}"' in text
        assert simulator.ask("GET", f"/{name}").headers["Content-Type"].startswith(kind)
    script = simulator.ask("GET", "/page.js").content.decode()
    for name in ("phone.js", "shared.js"):
        assert f'"./{name}"' in script
        assert simulator.ask("GET", f"/{name}").status == 200
