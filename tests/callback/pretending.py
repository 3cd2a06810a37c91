"""Pushes as the callback gets them from whoever made them."""

import time

from flask.testing import FlaskClient

from models.outbox import Job
from models.wechat_pushes import WechatPush
from simulator.crypto import signature
from tests.callback.pushing import TOKEN

URL = "/wechat/callback"
GOOD = {
    "ToUserName": "gh_0123456789ab",
    "FromUserName": "oTest0123456789",
    "CreateTime": 1_795_000_000,
    "MsgType": "text",
    "MsgId": 4711,
    "Content": "测试",
}


def query(*signed: str, name: str = "signature", at: int | None = None) -> dict[str, str]:
    moment = str(int(time.time()) if at is None else at)
    return {"timestamp": moment, "nonce": "n1", name: signature(TOKEN, moment, "n1", *signed)}


def send(client: FlaskClient, body: bytes | str, given: dict[str, str] | None = None) -> int:
    """Send a body; whatever is refused is refused with the same words."""
    given = query() if given is None else given
    answer = client.post(URL, data=body, query_string=given, content_type="text/xml")
    if answer.status_code != 200:
        assert answer.get_json()["error"]["code"] == "wechat_push"
        assert (WechatPush.objects.count(), Job.objects.count()) == (0, 0)
    return answer.status_code
