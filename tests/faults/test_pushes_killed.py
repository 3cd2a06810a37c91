"""WeChat pushes a storm while workers are killed: each genuine message is handled, and once.

Some are repeated, all are out of order, some are tampered with. Who killed a worker between noting
that it sends a message and sending it has kept that message from a phone; nobody gets two.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from models.outbox import Job, JobState
from models.questions import Question
from models.wechat_pushes import WechatPush
from services import personal_data
from services.wechat_pushes import HANDLE_JOB
from tests.callback.conftest import OURS
from tests.faults.harness import Product, by_form, children
from tests.simulator.running import RunningSimulator
from tests.waiting import eventually, kept

COUNT = by_form(short=1_000, long=10_000)
KILLS = by_form(short=2, long=20)
DONE_WITHIN_S = by_form(short=240.0, long=3_600.0)
# Nobody writes more often than the platform lets us answer.
VISITORS = COUNT // 5
# The platform gives an answer five seconds; we promise one.
PROMISED_MS = 1_000


@pytest.fixture
def platform(product: Product, tmp_path: Path) -> Iterator[RunningSimulator]:
    """A simulator that pushes to the product, which knows it for WeChat."""
    simulator = RunningSimulator(tmp_path / "simulator.log")
    simulator.start()
    product.environ |= {**OURS, "WECHAT_API_BASE": simulator.url}
    url = f"http://127.0.0.1:{product.port}/wechat/callback"
    known = {"token": OURS["WECHAT_TOKEN"], "aes_key": OURS["WECHAT_ENCODING_AES_KEY"]}
    simulator.control("POST", "push/target", url=url, **known)
    yield simulator
    simulator.end()


def report(platform: RunningSimulator) -> dict[str, Any]:
    return platform.control("GET", "push/storm")


def asked(number: int) -> str:
    """Return what staff are asked by a message of the storm."""
    return f"[图片] https://picture.invalid/{number}.jpg" if number % 2 else f"测试 {number}"


def handled() -> int:
    return int(WechatPush.objects(handled_at__ne=None).count())


def test_each_genuine_message_is_handled_once(product: Product, platform: RunningSimulator) -> None:
    product.start_web()
    worker = product.start_worker()
    storm = {"count": COUNT, "visitors": VISITORS, "repeated": 0.3, "tampered": 0.05}
    platform.control("POST", "push/storm", **storm)
    for kill in range(1, KILLS + 1):
        due = COUNT * kill // (KILLS + 1)
        assert eventually(lambda due=due: handled() >= due, DONE_WITHIN_S), product.log("worker")
        worker.kill()
        with suppress(ProcessLookupError, IndexError):
            os.kill(sorted(children(product.web.pid))[0], signal.SIGKILL)
        worker = product.start_worker()
    assert eventually(lambda: report(platform)["done"], DONE_WITHIN_S)
    assert eventually(lambda: handled() == COUNT, DONE_WITHIN_S), product.log("worker")
    found = report(platform)
    assert (found["lost"], WechatPush.objects.count()) == (0, COUNT)
    assert set(found["tampered"]) <= {"400", "0"}, found
    assert found["genuine"]["200"] == COUNT + round(COUNT * 0.3), found
    assert Job.objects(name=HANDLE_JOB, state=JobState.DONE).count() >= COUNT - KILLS
    texts = [personal_data.opened(one, "text") for one in Question.objects]
    assert sorted(texts) == sorted(map(asked, range(COUNT)))
    assert found["reply_faults"] == 0
    told = report(platform)["received"]
    assert COUNT - KILLS <= told <= COUNT, "whoever was told was told once"


def test_the_callback_answers_while_the_platform_hangs(
    product: Product, platform: RunningSimulator
) -> None:
    """Every call of WeChat's APIs hangs; the worker waits for them, the callback does not."""
    product.start_web()
    product.start_worker()
    platform.fail("*", mode="hang")

    def keeps_it() -> bool:
        platform.control("POST", "push/storm", count=100, threads=4, seed=os.urandom(4).hex())
        assert eventually(lambda: report(platform)["done"])
        found = report(platform)
        assert set(found["genuine"]) == {"200"}, found
        return bool(found["slowest_ms"] < PROMISED_MS)

    assert kept(keeps_it), report(platform)
