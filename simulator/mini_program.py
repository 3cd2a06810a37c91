"""What the mini-program does on a visitor's phone: signs in, opens at a code that was scanned.

All of it asks the product and waits for the answer: no lock then.
"""

import http.client
from urllib.parse import quote, urlsplit

import orjson
from werkzeug.wrappers import Request

from simulator.control import Answer, Control, ControlError, fields
from simulator.pushing import ANSWER_WITHIN_S
from simulator.world import World

ANSWER_MAX = 100_000
CREATED = 201


def sign_in(world: World, request: Request) -> Answer:
    """Let the mini-program of a `visitor` sign in: `wx.login`, and its code to the product.

    `consent_due` is the product's: whether the notice is still to be agreed to. When it signs
    nobody in, `error` is its code; `status` is 0 when it makes no sense, and `error` says why. The
    session's token is not told.
    """
    visitor = fields(request).text("visitor")
    with world.lock:
        product = _product(world)
        world.people.saw(world.person(visitor))
        code = world.logins.mint(world.visitor(visitor))
    status, answer = _ask(*product, "POST", "/api/v1/sessions", orjson.dumps({"code": code}))
    told = answer if isinstance(answer, dict) else {}
    if status == CREATED:
        return {"status": status, "consent_due": told.get("consent_due") is True}
    refused = told.get("error")
    reason = refused.get("code") if isinstance(refused, dict) else None
    return {"status": status, "error": reason if status else answer}


def list_codes(world: World, _request: Request) -> Answer:
    """Return the codes that were drawn, the newest first: `scene` and `page`."""
    with world.lock:
        drawn = list(world.codes.items())
    return {"items": [{"scene": scene, "page": page} for scene, page in reversed(drawn)]}


def scan(world: World, request: Request) -> Answer:
    """Let a `visitor` scan the code of a `scene`: the page opens and asks where it leads.

    `answer` is what the product says then, with its `status`; 0 when it says nothing.
    """
    given = fields(request)
    scene = given.text("scene", longest=32)
    with world.lock:
        if (page := world.codes.get(scene)) is None:
            raise ControlError("scene: no code of it was drawn")
        product = _product(world)
        world.people.saw(world.person(given.text("visitor")))
    status, answer = _ask(*product, "GET", f"/api/v1/scenes/{quote(scene, safe='')}")
    return {"page": f"{page}?scene={quote(scene)}", "status": status, "answer": answer}


MINI_PROGRAM: dict[tuple[str, str], Control] = {
    ("POST", "/__sim__/sessions"): sign_in,
    ("GET", "/__sim__/codes"): list_codes,
    ("POST", "/__sim__/scans"): scan,
}


def _product(world: World) -> tuple[str, int | None]:
    """Return the host and port of the product, which is where pushes go."""
    if world.target is None:
        raise ControlError("no callback is set")
    address = urlsplit(world.target.url)
    return address.hostname or "", address.port


def _ask(
    host: str, port: int | None, method: str, path: str, body: bytes | None = None
) -> tuple[int, object]:
    """Ask the product something, as the mini-program does."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, orjson.loads(response.read(ANSWER_MAX))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, type(error).__name__
    finally:
        connection.close()
