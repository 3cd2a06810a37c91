"""The APIs of the platform: what each checks, in the platform's order, and what it answers."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from werkzeug.wrappers import Request

from simulator.errors import ApiError
from simulator.world import World

Body = dict[str, object]
Endpoint = Callable[[World, Request], Body]


def jscode2session(world: World, request: Request) -> Body:
    """Exchange a login code for the user's identity."""
    if request.method != "GET":
        raise ApiError(43001)
    _credentials(world, request.args, grant_type="authorization_code")
    if not (code := request.args.get("js_code", "")):
        raise ApiError(41008)
    visitor = world.logins.redeem(code)
    answer: Body = {"session_key": world.draws.key(), "openid": visitor.openid}
    return answer | {"unionid": visitor.unionid} if visitor.unionid else answer


def stable_token(world: World, request: Request) -> Body:
    """Give the access token; a new one with `force_refresh`."""
    body = _json(request)
    _credentials(world, body, grant_type="client_credential")
    is_forced = body.get("force_refresh") is True
    value, seconds = world.tokens.forced() if is_forced else world.tokens.stable()
    return {"access_token": value, "expires_in": seconds}


def getuserphonenumber(world: World, request: Request) -> Body:
    """Exchange a phone code for the number."""
    world.tokens.check(request.args.get("access_token", ""))
    code = _json(request).get("code")
    if not isinstance(code, str) or not code:
        raise ApiError(40029)
    phone = world.phones.redeem(code)
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


ENDPOINTS: dict[str, Endpoint] = {
    "/sns/jscode2session": jscode2session,
    "/cgi-bin/stable_token": stable_token,
    "/wxa/business/getuserphonenumber": getuserphonenumber,
}
NAMES = tuple(endpoint.__name__ for endpoint in ENDPOINTS.values())


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


def _json(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        raise ApiError(43002)
    content = request.get_data()
    if not content.strip():
        raise ApiError(44002)
    try:
        body = orjson.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(47001)
    return body
