"""The part of the control API that pushes. It waits for the product, so it holds no lock then."""

from dataclasses import replace
from functools import partial
from typing import Any

from werkzeug.wrappers import Request

from simulator import pushes, pushing
from simulator.control import Answer, Control, ControlError, Fields, fields
from simulator.pushes import Occasion
from simulator.pushing import Pusher, Target
from simulator.storm import Plan, Storm
from simulator.world import World

TIMES_MAX, THREADS_MAX, STORM_MAX = 100, 64, 100_000
LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


def set_target(world: World, request: Request) -> Answer:
    """Set where pushes go: `url`; and `token`, `aes_key`, `format`, `mode` where they change."""
    given = fields(request)
    with world.lock:
        known = world.target or Target("", "", "")
        url = given.text("url", known.url)
        if not url.startswith(LOOPBACK):
            raise ControlError("url: an address on this machine")
        world.target = Target(
            url,
            given.text("token", known.token),
            given.text("aes_key", known.aes_key),
            given.choice("format", pushes.FORMATS, known.form),
            given.choice("mode", pushing.MODES, known.mode),
        )
    return {}


def push(world: World, request: Request) -> Answer:
    """Push something about a `visitor`: `kind`, with `fields` beside or in place of the usual.

    `times` sends it again, `tampering` says what is wrong with it, `format` and `mode` are of
    this one push.
    """
    given = fields(request)
    kind, tampering = given.choice("kind", pushes.KINDS), None
    pusher, sent = _prepared(world, given, kind)
    if "tampering" in given.values:
        tampering = given.choice("tampering", pusher.tamperings)
    times = int(given.number("times", 1, TIMES_MAX, 1))
    at = int(sent["CreateTime"]) if "at" in given.values else _seconds(world)
    answers = [pusher.send(pusher.letter(sent, at, tampering)) for _ in range(times)]
    return {"openid": sent["FromUserName"], "answers": [one.as_json() for one in answers]}


def check_address(world: World, request: Request) -> Answer:
    """Check the callback's address as the console does: what is sent must come back."""
    given = fields(request)
    with world.lock:
        pusher, echo = Pusher(_target(world, given), world.appid), world.draws.text(19)
    answer = pusher.echo(echo, _seconds(world))
    return {**answer.as_json(), "is_ours": answer.status == 200 and answer.text == echo}


def begin_storm(world: World, request: Request) -> Answer:
    """Push `count` messages of so many `visitors`, texts and pictures, from `threads` at a time.

    `repeated` and `tampered` are shares of them; the order follows from `seed`.
    """
    given = fields(request)
    with world.lock:
        numbers = range(1, int(given.number("visitors", 1, 10_000, 10)) + 1)
        people = [world.person(f"测试访客 {number}") for number in numbers]
        plan = Plan(
            count=int(given.number("count", 1, STORM_MAX)),
            visitors=tuple(person.openid for person in people),
            repeated=given.number("repeated", 0, 1, 0.3),
            tampered=given.number("tampered", 0, 1, 0.05),
            threads=int(given.number("threads", 1, THREADS_MAX, 8)),
            seed=given.text("seed", "storm"),
            text=given.text("text", "测试"),
        )
        pusher = Pusher(_target(world, given), world.appid)
        at = _seconds(world)
        first = Occasion(plan.visitors[0], world.appid, at, message_id=at * 1_000_000)
        world.storm = Storm(plan, pusher, first, partial(_heard, world))
        world.storm.start()
    return {}


def watch_storm(world: World, _request: Request) -> Answer:
    """Return how far the storm is, how it was answered, and how many messages phones received."""
    with world.lock:
        storm = world.storm
    if storm is None:
        raise ControlError("there is no storm")
    with world.lock:
        return {**storm.report(), "received": world.people.delivered}


PUSHES: dict[tuple[str, str], Control] = {
    ("POST", "/__sim__/push/target"): set_target,
    ("POST", "/__sim__/push/check"): check_address,
    ("POST", "/__sim__/push"): push,
    ("POST", "/__sim__/push/storm"): begin_storm,
    ("GET", "/__sim__/push/storm"): watch_storm,
}


def _prepared(world: World, given: Fields, kind: str) -> tuple[Pusher, dict[str, Any]]:
    """Return what pushes, and the fields of the push."""
    beside = given.values.get("fields", {})
    if not isinstance(beside, dict):
        raise ControlError("fields: an object")
    with world.lock:
        person = world.person(given.text("visitor"))
        if kind in pushes.MESSAGES:
            world.people.heard(person)
        elif kind == pushes.COMES:
            world.people.came(person)
        at = int(given.number("at", 0, 9_999_999_999, _seconds(world)))
        message_id = int.from_bytes(world.draws.text(8).encode(), "big") >> 1
        occasion = Occasion(person.openid, world.appid, at, message_id)
        pusher = Pusher(_target(world, given), world.appid)
    return pusher, pushes.fields_of(kind, occasion, beside)


def _heard(world: World, openid: str) -> None:
    with world.lock:
        world.people.heard(world.people.get(openid))


def _target(world: World, given: Fields) -> Target:
    if world.target is None:
        raise ControlError("no callback is set")
    return replace(
        world.target,
        form=given.choice("format", pushes.FORMATS, world.target.form),
        mode=given.choice("mode", pushing.MODES, world.target.mode),
    )


def _seconds(world: World) -> int:
    return int(world.clock.now().timestamp())
