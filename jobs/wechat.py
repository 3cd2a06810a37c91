"""What is fetched from WeChat in the background."""

from typing import Any

from services import outbox, usage
from wechat.errors import WechatRefused, WechatUnavailable

PAUSE_S = 600


def pull_usage(*, day: str) -> None:
    """Fetch figures of all days that are missing. `day` makes the job unique."""
    del day
    try:
        usage.pull()
    except WechatUnavailable as away:
        raise outbox.Later(away.retry_after_s or PAUSE_S, f"WeChat: {away.reason}") from None
    except WechatRefused as refused:
        raise outbox.GivenUp(f"WeChat refuses: {refused.errcode}") from None


HANDLERS: dict[str, Any] = {usage.PULL_JOB: pull_usage}
