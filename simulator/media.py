"""The results of pictures that are checked: pushed after a moment, by the simulator's clock."""

import datetime as dt
import threading

from werkzeug.wrappers import Request

from simulator import pushes
from simulator.control import Answer, Control, ControlError, fields
from simulator.pushes import Occasion
from simulator.pushing import Pusher
from simulator.world import World

RESULT_AFTER = dt.timedelta(seconds=3)
LOOKS_EVERY_S = 0.5
SUGGESTIONS = {"pass": 100, "review": 20001, "risky": 20006}


def push_results(world: World, request: Request) -> Answer:
    """Push the result of the check `trace_id`, as `suggest` says if given; without one, all due."""
    given = fields(request)
    if "trace_id" not in given.values:
        return {"pushed": push_due(world)}
    trace_id = given.text("trace_id")
    with world.lock:
        if trace_id not in world.media_checks:
            raise ControlError("trace_id: no picture waits under this name")
        known = world.media_checks[trace_id]["suggest"]
        world.media_checks[trace_id]["suggest"] = given.choice("suggest", tuple(SUGGESTIONS), known)
    return {"pushed": _push(world, [trace_id])}


def push_due(world: World) -> int:
    """Push the results whose moment has come, where a callback is set; return how many."""
    with world.lock:
        latest = (world.clock.now() - RESULT_AFTER).isoformat()
        due = [one for one, held in world.media_checks.items() if held["at"] <= latest]
    return _push(world, due)


def start(world: World) -> threading.Event:
    """Push results by themselves from now on, until the event that is returned is set."""
    ended = threading.Event()
    threading.Thread(target=_keep_pushing, args=(world, ended), daemon=True).start()
    return ended


def _keep_pushing(world: World, ended: threading.Event) -> None:
    while not ended.wait(LOOKS_EVERY_S):
        push_due(world)


def _push(world: World, traces: list[str]) -> int:
    """Push results, each once; the lock is not held while the product answers."""
    pushed = 0
    for trace_id in traces:
        with world.lock:
            if world.target is None:
                break
            held = world.media_checks.pop(trace_id, None)
            at = int(world.clock.now().timestamp())
            pusher = Pusher(world.target, world.appid)
        if held is None:
            continue
        suggest = held["suggest"]
        result = {"suggest": suggest, "label": SUGGESTIONS[suggest]}
        detail = [{"strategy": "content_model", "errcode": 0, "suggest": suggest}]
        told = {"trace_id": trace_id, "result": result, "detail": detail}
        about = Occasion(held["openid"], world.appid, at, message_id=0)
        pusher.send(pusher.letter(pushes.fields_of("wxa_media_check", about, told), at))
        pushed += 1
    return pushed


RESULTS: dict[tuple[str, str], Control] = {("POST", "/__sim__/media-checks"): push_results}
