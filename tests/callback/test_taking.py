"""What the callback takes: each mode, each format, once; and what it answers."""

import itertools
from collections.abc import Callable

import pytest

from models.outbox import Job
from models.wechat_pushes import WechatPush
from services import wechat_pushes
from tests.callback.conftest import NewPlatform
from tests.callback.pushing import Platform

FORMATS, MODES = ("json", "xml"), ("plain", "compatible", "safe")
WAYS = list(itertools.product(FORMATS, MODES))
TEXT = "想了解 ]]> <新能源> & “项目” 😀"


@pytest.mark.parametrize(("form", "mode"), WAYS)
def test_a_message_is_kept_whole_with_one_job(
    new_platform: NewPlatform, form: str, mode: str
) -> None:
    platform = new_platform(form, mode)
    (answer,) = platform.push("text", fields={"Content": TEXT})
    assert (answer["status"], answer["text"]) == (200, "success")
    (kept,) = WechatPush.objects
    assert (kept.openid, kept.kind) == (platform.openid(), "text")
    assert wechat_pushes.opened(kept).text("Content") == TEXT
    (job,) = Job.objects
    assert (job.name, job.args) == (wechat_pushes.HANDLE_JOB, {"push": kept.id})


@pytest.mark.parametrize(("form", "mode"), WAYS)
def test_the_address_shows_that_it_is_ours(new_platform: NewPlatform, form: str, mode: str) -> None:
    platform = new_platform(form, mode)
    found = platform.simulator.control("POST", "push/check")
    assert found["is_ours"], found
    assert WechatPush.objects.count() == 0


def test_another_token_is_not_ours(platform: Platform) -> None:
    platform.simulator.control("POST", "push/target", token="anothertoken")
    found = platform.simulator.control("POST", "push/check")
    assert (found["status"], found["is_ours"]) == (400, False)


@pytest.mark.parametrize(("form", "mode"), WAYS)
def test_a_reply_is_encrypted_where_pushes_are(
    new_platform: NewPlatform, form: str, mode: str
) -> None:
    platform = new_platform(form, mode)
    (answer,) = platform.push("image")
    assert (answer["status"], answer["fault"]) == (200, None)
    assert answer["reply"]["MsgType"] == "transfer_customer_service"
    assert answer["reply"]["ToUserName"] == platform.openid()
    assert ("transfer_customer_service" in answer["text"]) is (mode == "plain")
    assert answer["text"].startswith("{" if form == "json" else "<xml>")


@pytest.mark.parametrize("pushed", FORMATS)
@pytest.mark.parametrize("form", FORMATS)
def test_the_other_format_is_read_too(new_platform: NewPlatform, form: str, pushed: str) -> None:
    """The console is changed at another moment than the settings."""
    (answer,) = new_platform(form).push("text", format=pushed)
    assert answer["status"] == 200


def test_in_safe_mode_what_compatible_mode_sends_is_taken(platform: Platform) -> None:
    (answer,) = platform.push("text", mode="compatible")
    assert answer["status"] == 200


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_what_is_not_encrypted_is_refused(new_platform: NewPlatform, mode: str) -> None:
    (answer,) = new_platform(mode=mode).push("text", mode="plain")
    assert answer["status"] == 400
    assert WechatPush.objects.count() == 0


@pytest.mark.parametrize("kind", ["text", "subscribe_msg_popup_event", "wxa_media_check"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_repetition_is_taken_and_kept_once(
    new_platform: NewPlatform, form: str, kind: str
) -> None:
    answers = new_platform(form).push(kind, times=4)
    assert [answer["status"] for answer in answers] == [200] * 4
    assert (WechatPush.objects.count(), Job.objects.count()) == (1, 1)


def test_two_messages_of_one_second_are_two(platform: Platform) -> None:
    for _ in range(2):
        platform.push("text", fields={"CreateTime": 1_795_000_000})
    assert WechatPush.objects.count() == 2


def test_two_checks_of_one_second_are_two(platform: Platform) -> None:
    for trace in ("one", "two"):
        platform.push("wxa_media_check", fields={"CreateTime": 1_795_000_000, "trace_id": trace})
    assert WechatPush.objects.count() == 2


def test_one_event_of_one_second_is_one(platform: Platform) -> None:
    for _ in range(2):
        platform.push("user_enter_tempsession", fields={"CreateTime": 1_795_000_000})
    assert WechatPush.objects.count() == 1


def test_what_somebody_wrote_is_not_in_the_database(platform: Platform) -> None:
    platform.push("text", fields={"Content": "测试密文内容"})
    row = WechatPush._get_collection().find_one()
    assert row is not None
    assert "测试密文内容" not in str(row)


def test_the_callback_does_not_wait_for_the_platform(
    platform: Platform, work: Callable[[], None]
) -> None:
    platform.simulator.fail("*", mode="hang")
    (answer,) = platform.push("text")
    platform.simulator.mend()
    assert answer["status"] == 200
    assert platform.simulator.calls("custom_send") == []
    work()
    assert platform.received()
