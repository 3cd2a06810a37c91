"""Every API that needs a token, over HTTP, as the platform's document has it."""

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.simulator.apis import APIS, DATA, SUBSCRIBE
from tests.simulator.calling import TEMPLATE, Platform, Sent, TestedApi, values
from tests.simulator.running import RunningSimulator
from tests.waiting import eventually

NAMES = [api.name for api in APIS]
CAUSED = [(api, *case) for api in APIS for case in api.caused]
DOCUMENTED = [(api, errcode) for api in APIS for errcode in api.documented]


@pytest.fixture
def platform(simulator: RunningSimulator) -> Platform:
    return Platform(simulator)


@pytest.mark.parametrize("api", APIS, ids=NAMES)
def test_a_call_that_is_right_works(platform: Platform, api: TestedApi) -> None:
    api.before(platform)
    answer = platform.call(api)
    assert answer.status == 200
    if api.name == "getwxacodeunlimit":
        assert answer.content.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", answer.content[16:24])
        assert (width, answer.headers["Content-Type"]) == (height, "image/png")
        assert 215 < width <= 430
    else:
        assert answer.body.get("errcode", 0) == 0, answer.body


@pytest.mark.parametrize(
    ("api", "what", "errcode", "sent"), CAUSED, ids=[f"{c[0].name}: {c[1]}" for c in CAUSED]
)
def test_what_is_wrong_is_told(
    platform: Platform, api: TestedApi, what: str, errcode: int, sent: Sent
) -> None:
    api.before(platform)
    sent.before(platform)
    answer = platform.call(api, sent.body)
    assert (answer.status, answer.body["errcode"]) == (200, errcode), what
    assert "rid: " in answer.body["errmsg"]


@pytest.mark.parametrize(
    ("api", "errcode"), DOCUMENTED, ids=[f"{api.name} {errcode}" for api, errcode in DOCUMENTED]
)
def test_each_error_of_the_document_can_be_had(
    platform: Platform, api: TestedApi, errcode: int
) -> None:
    platform.simulator.fail(api.name, errcode=errcode, times=1)
    answer = platform.call(api)
    assert (answer.status, answer.body["errcode"]) == (200, errcode)
    assert not answer.body["errmsg"].startswith("error,"), "it has its text"


@pytest.mark.parametrize("api", APIS, ids=NAMES)
def test_the_token_is_judged_before_anything_else(platform: Platform, api: TestedApi) -> None:
    wrong = "POST" if api.method == "GET" else "GET"
    ask = platform.simulator.ask
    assert ask(wrong, api.path).body["errcode"] == 41001
    assert ask(wrong, api.path, access_token="none").body["errcode"] == 40001
    right = {"access_token": platform.token}
    if api.method == "GET":
        assert ask("POST", api.path, {}, **right).body["errcode"] == 43001
    else:
        assert ask("GET", api.path, **right).body["errcode"] == 43002
        assert ask("POST", api.path, content=b"", **right).body["errcode"] == 44002
        assert ask("POST", api.path, content=b"{", **right).body["errcode"] == 47001
    platform.simulator.advance(7_201)
    assert ask(wrong, api.path, **right).body["errcode"] == 42001


def test_a_subscription_message_arrives_and_costs_one_credit(platform: Platform) -> None:
    for _ in range(2):
        platform.subscribe()
    assert [platform.call(SUBSCRIBE).body["errcode"] for _ in range(3)] == [0, 0, 43101]
    first, second = platform.received()
    assert first["data"] == second["data"] == DATA
    assert (first["template"], first["openid"]) == (TEMPLATE, platform.openid)
    assert first["kind"] == "subscription"


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("thing1", "字" * 20),
        ("thing1", "Meeting at 9 🙂"),
        ("phrase1", "已确认"),
        ("number1", "-12.5"),
        ("letter1", "ABC"),
        ("symbol1", "!"),
        ("character_string1", "BK-20260301-7"),
        ("time1", "09:30"),
        ("time1", "2026年3月1日 09:30~2026年3月1日 11:00"),
        ("date1", "2026年3月1日"),
        ("date1", "2026-03-01 09:30"),
        ("amount1", "¥100.50元"),
        ("phone_number1", "+86-532-00000000"),
        ("car_number1", "鲁B00000"),
        ("name1", "测试访客"),
        ("name1", "Test Visitor"),
    ],
)
def test_values_that_hold_the_rule_of_their_keyword_are_taken(
    platform: Platform, keyword: str, value: str
) -> None:
    template = f"sim-{keyword}"
    platform.simulator.control("POST", "subscriptions", visitor="测试访客 A", template=template)
    sent = {"template_id": template, "data": values({keyword: value})}
    assert platform.call(SUBSCRIBE, sent).body["errcode"] == 0


def test_two_messages_to_one_user_at_a_time_are_one_too_many(platform: Platform) -> None:
    for _ in range(2):
        platform.subscribe()
    platform.simulator.fail("subscribe_send", latency_s=2, times=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(platform.call, SUBSCRIBE)
        assert eventually(lambda: platform.simulator.calls("subscribe_send"))
        assert platform.call(SUBSCRIBE).body["errcode"] == 43108
        assert first.result().body["errcode"] == 0
    assert platform.call(SUBSCRIBE).body["errcode"] == 0


def test_a_user_who_refuses_has_no_credit_left(platform: Platform) -> None:
    platform.subscribe()
    refused = {"visitor": "测试访客 A", "template": TEMPLATE, "accept": False}
    assert platform.simulator.control("POST", "subscriptions", **refused)["credits"] == 0
    assert platform.call(SUBSCRIBE).body["errcode"] == 43101
    assert platform.received() == []


@pytest.mark.parametrize(
    ("word", "suggest"), [("", "pass"), ("测试待审", "review"), ("测试违规", "risky")]
)
def test_a_text_is_judged_by_its_markers(platform: Platform, word: str, suggest: str) -> None:
    check = next(api for api in APIS if api.name == "msg_sec_check")
    answer = platform.call(check, {"content": f"你好{word}"}).body
    assert (answer["result"]["suggest"], bool(answer["trace_id"])) == (suggest, True)


def test_a_new_message_opens_the_window_again(platform: Platform) -> None:
    custom = next(api for api in APIS if api.name == "custom_send")
    assert platform.call(custom).body["errcode"] == 45015, "nothing was written"
    for _ in range(2):
        platform.write()
        assert [platform.call(custom).body["errcode"] for _ in range(6)] == [0] * 5 + [45047]
    assert len(platform.received()) == 10


def test_a_reset_key_is_another_and_holds(platform: Platform) -> None:
    reset = next(api for api in APIS if api.name == "resetusersessionkey")
    check = next(api for api in APIS if api.name == "checksession")
    new = platform.call(reset).body["session_key"]
    assert platform.call(check).body["errcode"] == 87009, "the old one"
    assert platform.call(check, platform.signed(new)).body["errcode"] == 0


def test_pictures_wait_for_their_result(platform: Platform) -> None:
    check = next(api for api in APIS if api.name == "media_check_async")
    trace = platform.call(check).body["trace_id"]
    (waiting,) = platform.simulator.control("GET", "media-checks")["items"]
    assert (waiting["trace_id"], waiting["openid"]) == (trace, platform.openid)
