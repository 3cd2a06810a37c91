"""The APIs of the platform: what each checks, in the platform's order, and what it answers."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request

from simulator import checks, figures, links, messages
from simulator.errors import ApiError
from simulator.people import Person
from simulator.requests import Body, Endpoint, authorised_body, json_body
from simulator.world import World


def jscode2session(world: World, request: Request) -> Body:
    """Exchange a login code for the user's identity."""
    if request.method != "GET":
        raise ApiError(43001)
    _credentials(world, request.args, grant_type="authorization_code")
    if not (code := request.args.get("js_code", "")):
        raise ApiError(41008)
    visitor = world.logins.redeem(code)
    person = world.people.meet(visitor.openid, visitor.name)
    world.people.saw(person)
    person.session_key = world.draws.key()
    answer: Body = {"session_key": person.session_key, "openid": visitor.openid}
    return answer | {"unionid": visitor.unionid} if visitor.unionid else answer


def stable_token(world: World, request: Request) -> Body:
    """Give the access token; a new one with `force_refresh`."""
    body = json_body(request)
    _credentials(world, body, grant_type="client_credential")
    is_forced = body.get("force_refresh") is True
    value, seconds = world.tokens.forced() if is_forced else world.tokens.stable()
    return {"access_token": value, "expires_in": seconds}


def token(world: World, request: Request) -> Body:
    """Give a new access token, each time; the one before it works for five minutes more."""
    if request.method != "GET":
        raise ApiError(43001)
    _credentials(world, request.args, grant_type="client_credential")
    value, seconds = world.tokens.fetched()
    return {"access_token": value, "expires_in": seconds}


def getuserphonenumber(world: World, request: Request) -> Body:
    """Exchange a phone code for the number; with an `openid`, only if the code is that user's."""
    body = authorised_body(world, request)
    code, openid = body.get("code"), body.get("openid")
    if not isinstance(code, str) or not code:
        raise ApiError(40029)
    phone = world.phones.redeem(
        code, lambda phone: openid is None or phone.openid in (None, openid)
    )
    is_chinese = phone.country_code == "86"
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": phone.number if is_chinese else f"{phone.country_code}{phone.number}",
            "purePhoneNumber": phone.number,
            "countryCode": phone.country_code,
            "watermark": {
                "timestamp": int(world.clock.now().timestamp()),
                "appid": world.appid,
            },
        },
    }


def checksession(world: World, request: Request) -> Body:
    """Tell whether a user's session_key holds: 87009 when not."""
    _signed_for(world, request, wrong=87009)
    return {"errcode": 0, "errmsg": "ok"}


def resetusersessionkey(world: World, request: Request) -> Body:
    """Replace a user's session_key: 87007 when the former one does not hold."""
    person = _signed_for(world, request, wrong=87007)
    person.session_key = world.draws.key()
    told = {"openid": person.openid, "session_key": person.session_key}
    return {"errcode": 0, "errmsg": "ok", **told}


ENDPOINTS: dict[str, Endpoint] = {
    "/sns/jscode2session": jscode2session,
    "/cgi-bin/stable_token": stable_token,
    "/cgi-bin/token": token,
    "/wxa/business/getuserphonenumber": getuserphonenumber,
    "/wxa/checksession": checksession,
    "/wxa/resetusersessionkey": resetusersessionkey,
    "/wxa/getwxacodeunlimit": links.getwxacodeunlimit,
    "/wxa/generatescheme": links.generatescheme,
    "/wxa/generate_urllink": links.generate_urllink,
    messages.SUBSCRIBE_PATH: messages.subscribe_send,
    "/cgi-bin/message/custom/send": messages.custom_send,
    "/cgi-bin/message/custom/business/typing": messages.custom_typing,
    "/wxa/msg_sec_check": checks.msg_sec_check,
    "/wxa/media_check_async": checks.media_check_async,
    "/wxa/getuserriskrank": checks.getuserriskrank,
    **{
        f"/datacube/getweanalysisappid{endpoint.__name__}": endpoint
        for endpoint in (
            figures.dailysummarytrend,
            figures.dailyvisittrend,
            figures.visitpage,
            figures.dailyretaininfo,
        )
    },
}
NAMES = tuple(endpoint.__name__ for endpoint in ENDPOINTS.values())


def _signed_for(world: World, request: Request, *, wrong: int) -> Person:
    """Return the user whose session_key signed nothing, which proves that the caller has it."""
    world.tokens.check(request.args.get("access_token", ""))
    if request.method != "GET":
        raise ApiError(43001)
    given = request.args
    if not (given.get("openid") and given.get("signature")):
        raise ApiError(40097)
    if given.get("sig_method") != "hmac_sha256":
        raise ApiError(87008)
    person = world.people.find(given["openid"])
    key = (person and person.session_key) or ""
    right = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
    if person is None or not key or not hmac.compare_digest(right, given["signature"]):
        raise ApiError(wrong)
    return person


def _credentials(world: World, given: Mapping[str, Any], *, grant_type: str) -> None:
    if not (appid := given.get("appid")):
        raise ApiError(41002)
    if not (secret := given.get("secret")):
        raise ApiError(41004)
    if given.get("grant_type") != grant_type:
        raise ApiError(40002)
    if appid != world.appid:
        raise ApiError(40013)
    if secret != world.secret:
        raise ApiError(40125)
