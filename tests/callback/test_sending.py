"""What becomes of a customer message that fails: surely not sent, or nobody knows; the credit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.notifications import DeliveredBy
from models.outbox import Job, JobState
from models.questions import Question
from models.staff import Role
from models.wechat_pushes import WechatWindow
from services import customer_service
from services.customer_service import NotSent, PerhapsSent
from tests.callback.pushing import Platform
from tests.factories import staff_client
from tests.waiting import PATIENCE_S, eventually

Work = Callable[[], None]
# Of the five of a window, one went for the word that staff will answer.
LEFT = 4


@pytest.fixture
def openid(platform: Platform, work: Work) -> str:
    """Somebody who wrote, and got one of the five messages; there is no token now."""
    platform.write("园区停车方便吗？")
    work()
    assert left() == LEFT
    platform.simulator.control("DELETE", "tokens")
    return platform.openid()


def left() -> int:
    return int(WechatWindow.objects.get().left)


def sent(platform: Platform) -> int:
    return [one["content"] for one in platform.received()].count("测试答复")


@pytest.mark.parametrize("fault", [{"mode": "hang"}, {"mode": "drop"}, {"errcode": -1}], ids=str)
def test_without_a_token_nothing_was_sent_and_it_is_tried_later(
    platform: Platform, openid: str, fault: dict[str, Any]
) -> None:
    platform.simulator.fail("stable_token", **fault)
    with pytest.raises(NotSent) as failed:
        customer_service.send(openid, "测试答复")
    assert failed.value.for_now
    assert left() == LEFT
    platform.simulator.mend()
    customer_service.send(openid, "测试答复")
    assert (left(), sent(platform)) == (LEFT - 1, 1)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_that_never_works_is_tried_later(
    platform: Platform, openid: str, errcode: int
) -> None:
    platform.simulator.fail("custom_send", errcode=errcode)
    with pytest.raises(NotSent) as failed:
        customer_service.send(openid, "测试答复")
    assert failed.value.for_now
    assert (left(), sent(platform)) == (LEFT, 0)


@pytest.mark.parametrize(
    ("api", "errcode", "for_now"),
    [
        *(("custom_send", errcode, True) for errcode in (-1, 45009, 45011, 43108)),
        *(("custom_send", errcode, False) for errcode in (40003, 40013, 45168, 48001, 99_999)),
        ("stable_token", 40125, False),
    ],
)
def test_a_refusal_gives_the_message_back(
    platform: Platform, openid: str, api: str, errcode: int, *, for_now: bool
) -> None:
    platform.simulator.fail(api, errcode=errcode)
    with pytest.raises(NotSent) as failed:
        customer_service.send(openid, "测试答复")
    assert failed.value.for_now is for_now
    assert (left(), sent(platform)) == (LEFT, 0)


@pytest.mark.parametrize("errcode", [45015, 45047])
def test_a_window_that_wechat_finds_closed_has_nothing_left(
    platform: Platform, openid: str, errcode: int
) -> None:
    platform.simulator.fail("custom_send", errcode=errcode)
    with pytest.raises(NotSent) as failed:
        customer_service.send(openid, "测试答复")
    assert not failed.value.for_now
    assert left() == 0


@pytest.mark.parametrize("mode", ["hang", "drop", "hollow"])
def test_without_an_answer_nobody_knows_and_the_message_counts(
    platform: Platform, openid: str, mode: str
) -> None:
    platform.simulator.fail("custom_send", mode=mode)
    with pytest.raises(PerhapsSent):
        customer_service.send(openid, "测试答复")
    assert left() == LEFT - 1


def test_a_message_goes_back_to_its_own_window_only(platform: Platform, openid: str) -> None:
    """While a message that is refused is under way, they write again: five are left, not six."""
    platform.simulator.fail("custom_send", errcode=48001, latency_s=1.0)
    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(customer_service.send, openid, "测试答复")
        assert eventually(lambda: len(platform.simulator.calls("custom_send")) > 1)
        opened = WechatWindow.objects.update(set__push="another", left=5)
        failed = refused.exception(PATIENCE_S)
    assert opened == 1
    assert isinstance(failed, NotSent)
    assert left() == 5


def test_an_answer_of_staff_that_found_no_token_goes_out_later(
    platform: Platform, work: Work, openid: str
) -> None:
    del openid
    platform.simulator.fail("stable_token", mode="drop")
    question = Question.objects.get()
    answer = f"/admin/api/v1/questions/{question.id}/answer"
    desk = staff_client(platform.app, Role.BOOKING_DESK)
    assert desk.post(answer, json={"text": "测试答复"}).status_code == 200
    work()
    (job,) = Job.objects(state=JobState.PENDING)
    assert Question.objects.get().told_by is None
    platform.simulator.mend()
    Job.objects(id=job.id).update(run_at=job.created_at)
    work()
    assert Question.objects.get().told_by is DeliveredBy.WECHAT
    assert sum("测试答复" in one["content"] for one in platform.received()) == 1
    assert left() == LEFT - 1
