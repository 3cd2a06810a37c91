"""The APIs that make codes and links into the mini-program."""

import io
import re
from typing import Any

import segno
from werkzeug.wrappers import Request

from simulator.draws import letters
from simulator.errors import ApiError
from simulator.requests import PAGE, Body, authorised_body, text
from simulator.world import World

VERSIONS = ("release", "trial", "develop")
SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%`]{0,1024}")
WIDTHS = range(280, 1_281)
DAYS = range(1, 31)
BORDER = 2


def getwxacodeunlimit(world: World, request: Request) -> bytes:
    """Draw a code: a QR code here, which says what a scan would open."""
    body = authorised_body(world, request)
    scene, page = text(body, "scene"), text(body, "page")
    width = body.get("width", 430)
    if not SCENE.fullmatch(scene):
        raise ApiError(40169)
    if body.get("env_version", "release") not in VERSIONS or width not in WIDTHS:
        raise ApiError(40097)
    if page.startswith("/") or (body.get("check_path", True) and not PAGE.fullmatch(page)):
        raise ApiError(41030)
    world.drew(scene, page)
    code = segno.make_qr(f"weixin://simulator/{world.appid}/{page}?scene={scene}", error="m")
    modules = code.symbol_size(scale=1, border=BORDER)[0]
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=max(1, width // modules), border=BORDER)
    return drawn.getvalue()


def generatescheme(world: World, request: Request) -> Body:
    """Make a `weixin://` address."""
    body = authorised_body(world, request)
    jump = body.get("jump_wxa", {})
    if not isinstance(jump, dict):
        raise ApiError(47001)
    _check_target(jump, body)
    link = f"weixin://dl/business/?t={letters(world.draws.text(20), 11)}"
    return {"errcode": 0, "errmsg": "ok", "openlink": link}


def generate_urllink(world: World, request: Request) -> Body:
    """Make an address for browsers."""
    body = authorised_body(world, request)
    _check_target(body, body)
    link = f"https://wxaurl.cn/{letters(world.draws.text(20), 11)}"
    return {"errcode": 0, "errmsg": "ok", "url_link": link}


def _check_target(target: dict[str, Any], body: dict[str, Any]) -> None:
    path = text(target, "path")
    if path and not PAGE.fullmatch(path):
        raise ApiError(40165)
    if not QUERY.fullmatch(text(target, "query")):
        raise ApiError(40212)
    if target.get("env_version", "release") not in VERSIONS:
        raise ApiError(85402)
    if body.get("expire_type") != 1:
        raise ApiError(85401)
    if body.get("expire_interval") not in DAYS:
        raise ApiError(85407)
