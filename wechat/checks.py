"""Content safety: texts and pictures that users bring, and what risk a user is."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from wechat import answers
from wechat.authorised import Authorised, Body
from wechat.calls import Api

TEXT_CHECK = Api("msg_sec_check", "POST", "/wxa/msg_sec_check", is_repeatable=True)
MEDIA_CHECK = Api("media_check_async", "POST", "/wxa/media_check_async")
RISK_RANK = Api("getuserriskrank", "POST", "/wxa/getuserriskrank", is_repeatable=True)
TEXT_MAX = 2_500
CHECK_VERSION = 2
IMAGE = 2


class Scene(IntEnum):
    """Where a text or picture comes from."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL_LOG = 4


class Suggestion(StrEnum):
    """What WeChat suggests to do with a text."""

    PASS = "pass"  # noqa: S105 # no password
    REVIEW = "review"
    RISKY = "risky"


class RiskScene(IntEnum):
    """For what a user's risk is asked."""

    SIGN_UP = 0
    MARKETING = 1


@dataclass(frozen=True)
class Verdict:
    """The result of a check. `label` is the platform's number of what it found; 100 is nothing."""

    suggestion: Suggestion
    label: int
    trace_id: str


class Checks(Authorised):
    """The part of the client that asks WeChat about content and users."""

    def check_text(self, openid: str, content: str, scene: Scene = Scene.COMMENT) -> Verdict:
        """Have a text checked, 2500 characters at most.

        Raises `UserAway` (the user has to be in the mini-program, or was within two hours),
        `UnknownUser`, `WechatUnavailable`, `WechatRefused`.
        """
        body: Body = {
            **{"content": content, "version": CHECK_VERSION, "scene": scene.value},
            "openid": openid,
        }
        found, label, trace_id = self._call_with_token(TEXT_CHECK, body, answers.suggestion)
        return Verdict(Suggestion(found), label, trace_id)

    def check_picture(self, openid: str, url: str, scene: Scene = Scene.COMMENT) -> str:
        """Have a picture checked; return the trace_id with which the result is pushed later.

        Raises what `check_text` does, and `MediaNotTaken`.
        """
        body: Body = {
            **{"media_url": url, "media_type": IMAGE, "version": CHECK_VERSION},
            **{"scene": scene.value, "openid": openid},
        }
        return self._call_with_token(MEDIA_CHECK, body, answers.trace_id)

    def risk_rank(self, openid: str, scene: RiskScene, address: str) -> int:
        """Return the risk that a user is, 0 to 4; `address` is the network address they use.

        Raises `UserAway`, `UnknownUser`, `WechatUnavailable`, `WechatRefused`.
        """
        body: Body = {
            **{"appid": self._appid, "openid": openid},
            **{"scene": scene.value, "client_ip": address},
        }
        return self._call_with_token(RISK_RANK, body, answers.risk_rank)
