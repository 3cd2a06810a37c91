"""Pushes that somebody changed or made up on the way, any bytes, and what the log tells of them."""

import json
import random

import hypothesis
import hypothesis.strategies as st
import pytest
from flask.testing import FlaskClient

from core import logs
from models.outbox import Job
from models.wechat_pushes import WechatPush
from simulator.crypto import PushCrypto
from simulator.pushing import FORGED, TAMPERINGS
from tests.callback.conftest import NewPlatform
from tests.callback.pretending import GOOD, query, send
from tests.callback.pushing import KEY, TOKEN
from tests.simulator.running import APPID


@pytest.mark.parametrize("form", ["json", "xml"])
def test_whoever_tampers_is_refused(new_platform: NewPlatform, form: str) -> None:
    platform = new_platform(form)
    for tampering in TAMPERINGS:
        (answer,) = platform.push("text", tampering=tampering)
        assert answer["status"] == 400, tampering
    assert WechatPush.objects.count() == 0


def test_whoever_forges_a_plain_push_is_refused(new_platform: NewPlatform) -> None:
    platform = new_platform(mode="plain")
    for tampering in FORGED:
        (answer,) = platform.push("text", tampering=tampering)
        assert answer["status"] == 400, tampering


@hypothesis.given(body=st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_random_bytes_are_refused(plain: FlaskClient, body: bytes | str) -> None:
    assert send(plain, body) == 400


@hypothesis.given(seed=st.integers(0, 2**32))
def test_a_push_with_bytes_changed_is_refused_or_taken(safe: FlaskClient, seed: int) -> None:
    """Whatever is changed, nothing fails in another way; what the signature covers is refused."""
    encrypted = PushCrypto(KEY, APPID).seal(json.dumps(GOOD))
    body = bytearray(json.dumps({"Encrypt": encrypted}).encode())
    draw = random.Random(seed)  # noqa: S311 - a test's
    for _ in range(draw.randint(1, 4)):
        body[draw.randrange(len(body))] = draw.randrange(256)
    status = send(safe, bytes(body), query(encrypted, name="msg_signature"))
    assert status == 400 or json.loads(body)["Encrypt"] == encrypted
    WechatPush.objects.delete()
    Job.objects.delete()


def test_the_log_tells_the_reason_and_nothing_else(
    plain: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    send(plain, json.dumps(GOOD), {**query(), "nonce": "other-nonce"})
    told = capsys.readouterr().err
    assert "wechat_push_refused" in told
    assert '"reason":"signature"' in told
    for hidden in (TOKEN, KEY, str(GOOD["Content"]), str(GOOD["FromUserName"]), "other-nonce"):
        assert hidden not in told
