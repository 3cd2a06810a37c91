"""The APIs about content and users: a text that holds a marker is found at fault."""

from typing import Any

from werkzeug.wrappers import Request

from simulator.errors import ApiError
from simulator.people import Person
from simulator.requests import Body, authorised_body, text
from simulator.world import World

RISKY, REVIEW = "测试违规", "测试待审"
LABELS = {"pass": 100, "review": 20001, "risky": 20006}
TEXT_MAX = 2_500
SCENES = range(1, 5)
MEDIA_TYPES = (1, 2)


def msg_sec_check(world: World, request: Request) -> Body:
    """Check a text."""
    body = authorised_body(world, request)
    content = text(body, "content")
    if not content:
        raise ApiError(44002)
    if len(content) > TEXT_MAX:
        raise ApiError(47001)
    _checked(world, body)
    suggest = _suggestion(content)
    return {
        "errcode": 0,
        "errmsg": "ok",
        "result": {"suggest": suggest, "label": LABELS[suggest]},
        "trace_id": world.draws.rid(),
    }


def media_check_async(world: World, request: Request) -> Body:
    """Take a picture to be checked; the result is pushed later."""
    body = authorised_body(world, request)
    if body.get("media_type") not in MEDIA_TYPES:
        raise ApiError(40004)
    url = text(body, "media_url")
    if not url.startswith(("http://", "https://")):
        raise ApiError(87020)
    person = _checked(world, body)
    trace_id = world.draws.rid()
    world.media_checks[trace_id] = {
        **{"openid": person.openid, "media_url": url, "suggest": _suggestion(url)},
        "at": world.clock.now().isoformat(),
    }
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


def getuserriskrank(world: World, request: Request) -> Body:
    """Tell what risk a user is."""
    body = authorised_body(world, request)
    if body.get("appid") != world.appid:
        raise ApiError(40013)
    if body.get("scene") not in (0, 1):
        raise ApiError(40129)
    person = world.people.get(text(body, "openid"))
    world.people.require_seen(person)
    return {
        "errcode": 0,
        "errmsg": "ok",
        "risk_rank": person.risk,
        "unoin_id": world.draws.number(),
    }


def _suggestion(found: str) -> str:
    return "risky" if RISKY in found else "review" if REVIEW in found else "pass"


def _checked(world: World, body: dict[str, Any]) -> Person:
    """Return whose content it is, if all that such checks have in common is right."""
    if body.get("version") != 2:
        raise ApiError(47001)
    if body.get("scene") not in SCENES:
        raise ApiError(40129)
    person = world.people.get(text(body, "openid"))
    world.people.require_seen(person)
    return person
