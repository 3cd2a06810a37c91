"""The control API under `/__sim__/`: for tests, for the demo's page and for its mail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from werkzeug.wrappers import Request

from simulator import keywords
from simulator.draws import letters
from simulator.endpoints import NAMES
from simulator.faults import LONGEST_S, MODES, Fault
from simulator.world import Phone, World

LONGEST_ADVANCE_S = 10 * 366 * 86_400.0

Answer = dict[str, object]
Control = Callable[[World, Request], Answer]


class ControlError(Exception):
    """A request of the control API is wrong; the text says what."""


@dataclass(frozen=True)
class Fields:
    """The fields of a JSON body, each asked for by name and type."""

    values: Mapping[str, Any]

    def text(self, name: str, default: str | None = None, *, longest: int = 200) -> str:
        """Return a text; without a default it must be there and not be empty."""
        value = self.values.get(name, default)
        if not isinstance(value, str) or len(value) > longest or (default is None and not value):
            message = f"{name}: a text of 1 to {longest} characters"
            raise ControlError(message)
        return value

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number within bounds."""
        value = self.values.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            message = f"{name}: a number"
            raise ControlError(message)
        if not low <= value <= high:
            message = f"{name}: {low:g} to {high:g}"
            raise ControlError(message)
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the choices."""
        value = self.text(name, default)
        if value not in choices:
            message = f"{name}: one of {', '.join(choices)}"
            raise ControlError(message)
        return value


def health(_world: World, _request: Request) -> Answer:
    """Say that the simulator lives."""
    return {"status": "ok"}


def reset(world: World, request: Request) -> Answer:
    """Forget everything; with `seed`, draw from it from now on."""
    given = fields(request)
    world.reset(given.text("seed", "") or None)
    return {}


def set_fault(world: World, request: Request) -> Answer:
    """Break an endpoint (`*`: all): `errcode`, `mode` (with `status`), `latency_s`, `times`."""
    given = fields(request)
    endpoint = given.choice("endpoint", (*NAMES, "*"))
    fault = Fault(latency_s=given.number("latency_s", 0, LONGEST_S, 0))
    if "errcode" in given.values:
        fault.errcode = int(given.number("errcode", -1, 99_999_999))
    if "mode" in given.values:
        fault.mode = given.choice("mode", MODES)
    if "status" in given.values:
        fault.status = int(given.number("status", 300, 599))
    if "times" in given.values:
        fault.times = int(given.number("times", 1, 1_000_000))
    for name in NAMES if endpoint == "*" else (endpoint,):
        world.faults.put(name, Fault(**vars(fault)))
    return {}


def clear_faults(world: World, _request: Request) -> Answer:
    """Mend everything."""
    world.faults.clear()
    return {}


def advance_clock(world: World, request: Request) -> Answer:
    """Put the clock forward by `seconds`."""
    world.clock.advance(fields(request).number("seconds", 0, LONGEST_ADVANCE_S))
    return {"now": world.clock.now().isoformat()}


def supersede_tokens(world: World, _request: Request) -> Answer:
    """Make every access token invalid, as another server's refresh does."""
    world.tokens.supersede()
    return {}


def list_calls(world: World, _request: Request) -> Answer:
    """Return the calls of the APIs, the oldest first, without what they held."""
    return {"items": list(world.calls)}


def mint_login_code(world: World, request: Request) -> Answer:
    """Mint a login code for the visitor of this name; `unionid: true` gives one too."""
    given = fields(request)
    with_unionid = given.values.get("unionid") is True
    visitor = world.visitor(given.text("visitor"), with_unionid=with_unionid)
    return {"code": world.logins.mint(visitor), "openid": visitor.openid, "expires_in": 300}


def mint_phone_code(world: World, request: Request) -> Answer:
    """Mint a phone code for a number without its country's code (`country_code`, 86).

    With a `visitor` it is theirs alone; without, it is whoever's.
    """
    given = fields(request)
    visitor = given.text("visitor", "")
    phone = Phone(
        given.text("country_code", "86", longest=3),
        given.text("number", longest=15),
        world.visitor(visitor).openid if visitor else None,
    )
    if not (phone.number.isdecimal() and phone.country_code.isdecimal()):
        raise ControlError("number, country_code: digits")
    return {"code": world.phones.mint(phone), "expires_in": 300}


def let_subscribe(world: World, request: Request) -> Answer:
    """Let a visitor accept one more message of a `template`; `accept: false`: refuse them all."""
    given = fields(request)
    template, person = given.text("template"), world.person(given.text("visitor"))
    if keywords.of_template(template) is None:
        raise ControlError("template: sim- and its keywords, as sim-thing1-time2")
    accepts = given.values.get("accept", True) is True
    person.credits[template] = person.credits[template] + 1 if accepts else 0
    world.people.saw(person)
    return {"openid": person.openid, "credits": person.credits[template]}


def list_templates(world: World, request: Request) -> Answer:
    """Return the templates and events of the mini-program, with the credits of a `visitor`."""
    credits = world.person(request.args.get("visitor", "")).credits
    return {
        "items": [
            {"template": template, "events": events, "credits": credits[template]}
            for template, events in world.templates.items()
        ]
    }


def let_visit(world: World, request: Request) -> Answer:
    """Let a visitor be in the mini-program; `wrote: true`: and write to customer service.

    `risk` is what getuserriskrank tells of them from now on.
    """
    given = fields(request)
    person = world.person(given.text("visitor"))
    person.risk = int(given.number("risk", 0, 4, person.risk))
    if given.values.get("wrote") is True:
        world.people.heard(person)
    else:
        world.people.saw(person)
    return {"openid": person.openid}


def list_received(world: World, request: Request) -> Answer:
    """Return what phones received, the newest first; with `visitor`, theirs."""
    name = request.args.get("visitor")
    received = reversed(world.people.received)
    return {"items": [one for one in received if name is None or one["visitor"] == name]}


def list_media_checks(world: World, _request: Request) -> Answer:
    """Return the pictures that wait for the result of their check, by trace_id."""
    return {"items": [{"trace_id": one, **held} for one, held in world.media_checks.items()]}


def take_mail(world: World, request: Request) -> Answer:
    """Take a message: `to`, `subject`, `text`; one with a known `message_id` came before."""
    given = fields(request)
    message_id = given.text("message_id", "") or letters(world.draws.text(20), 16)
    if any(mail["id"] == message_id for mail in world.mail):
        return {"id": message_id}
    message = {
        "id": message_id,
        "at": world.clock.now().isoformat(),
        "to": given.text("to", longest=320),
        "subject": given.text("subject", "", longest=1_000),
        "text": given.text("text", "", longest=100_000),
    }
    world.mail.append(message)
    return {"id": message["id"]}


def list_mail(world: World, request: Request) -> Answer:
    """Return the messages, the newest first; with `to`, those to this address."""
    to = request.args.get("to")
    return {"items": [mail for mail in reversed(world.mail) if to is None or mail["to"] == to]}


CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", "/__sim__/health"): health,
    ("POST", "/__sim__/reset"): reset,
    ("POST", "/__sim__/faults"): set_fault,
    ("DELETE", "/__sim__/faults"): clear_faults,
    ("POST", "/__sim__/clock"): advance_clock,
    ("DELETE", "/__sim__/tokens"): supersede_tokens,
    ("GET", "/__sim__/calls"): list_calls,
    ("POST", "/__sim__/login-codes"): mint_login_code,
    ("POST", "/__sim__/phone-codes"): mint_phone_code,
    ("POST", "/__sim__/subscriptions"): let_subscribe,
    ("GET", "/__sim__/templates"): list_templates,
    ("POST", "/__sim__/visits"): let_visit,
    ("GET", "/__sim__/received"): list_received,
    ("GET", "/__sim__/media-checks"): list_media_checks,
    ("POST", "/__sim__/mail"): take_mail,
    ("GET", "/__sim__/mail"): list_mail,
}


def fields(request: Request) -> Fields:
    """Read the body. It must say that it is JSON: no page elsewhere can send that unasked."""
    if request.mimetype != "application/json":
        raise ControlError("Content-Type: application/json")
    try:
        values = orjson.loads(request.get_data() or b"{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ControlError("the body is not a JSON object")
    return Fields(values)
