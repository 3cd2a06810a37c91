"""Ways into the mini-program from outside: codes to scan, links and schemes."""

from dataclasses import dataclass
from functools import partial

from wechat import answers
from wechat.authorised import Authorised, Body
from wechat.calls import Api

UNLIMITED_CODE = Api(
    "getwxacodeunlimit", "POST", "/wxa/getwxacodeunlimit", is_repeatable=True, gives_image=True
)
SCHEME = Api("generatescheme", "POST", "/wxa/generatescheme", is_repeatable=True)
URL_LINK = Api("generate_urllink", "POST", "/wxa/generate_urllink", is_repeatable=True)


@dataclass(frozen=True)
class CodeRequest:
    """A code to ask for. `scene` has 32 characters at most, `page` no leading slash.

    `width` in pixels, 280 to 1280. `check_page`: the page must be published; `version` is
    release, trial or develop.
    """

    scene: str
    page: str
    width: int = 430
    check_page: bool = True
    version: str = "release"


class Links(Authorised):
    """The part of the client that makes codes and links."""

    def unlimited_code(self, wanted: CodeRequest) -> bytes:
        """Return a mini-program code as JPEG or PNG. Raises `BadTarget`, `WechatUnavailable`."""
        body: Body = {
            "scene": wanted.scene,
            "page": wanted.page,
            "check_path": wanted.check_page,
            "env_version": wanted.version,
            "width": wanted.width,
        }
        return self._call_with_token(UNLIMITED_CODE, body, answers.image)

    def scheme(self, page: str, query: str, *, days: int, version: str = "release") -> str:
        """Return a `weixin://` address that opens a page, for so many days, 30 at most.

        Raises `BadTarget`, `WechatUnavailable`, `WechatRefused`.
        """
        jump = {"path": page, "query": query, "env_version": version}
        body: Body = {"jump_wxa": jump, "expire_type": 1, "expire_interval": days}
        return self._call_with_token(SCHEME, body, partial(answers.link, name="openlink"))

    def url_link(self, page: str, query: str, *, days: int, version: str = "release") -> str:
        """Return an `https://wxaurl.cn` address that does the same in any browser."""
        body: Body = {
            **{"path": page, "query": query, "env_version": version},
            **{"expire_type": 1, "expire_interval": days},
        }
        return self._call_with_token(URL_LINK, body, partial(answers.link, name="url_link"))
