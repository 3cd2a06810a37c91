"""Codes that were drawn, and phones that scan them. A scan waits for the product: no lock then."""

import http.client
from urllib.parse import quote, urlsplit

import orjson
from werkzeug.wrappers import Request

from simulator.control import Answer, Control, ControlError, fields
from simulator.pushing import ANSWER_WITHIN_S
from simulator.world import World

LEADS_TO_MAX = 100_000


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
        if world.target is None:
            raise ControlError("no callback is set")
        world.people.saw(world.person(given.text("visitor")))
        product = urlsplit(world.target.url)
    status, answer = _ask(product.hostname or "", product.port, scene)
    return {"page": f"{page}?scene={quote(scene)}", "status": status, "answer": answer}


SCANS: dict[tuple[str, str], Control] = {
    ("GET", "/__sim__/codes"): list_codes,
    ("POST", "/__sim__/scans"): scan,
}


def _ask(host: str, port: int | None, scene: str) -> tuple[int, object]:
    """Ask the product what a scene stands for, as the mini-program does when it opens."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("GET", f"/api/v1/scenes/{quote(scene, safe='')}")
        response = connection.getresponse()
        return response.status, orjson.loads(response.read(LEADS_TO_MAX))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, type(error).__name__
    finally:
        connection.close()
