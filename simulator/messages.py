"""The APIs that send messages to users: by subscription, and as customer service."""

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from werkzeug.wrappers import Request

from simulator import keywords
from simulator.errors import ApiError
from simulator.people import Person
from simulator.requests import OK, PAGE, Body, authorised_body, text
from simulator.world import World

STATES = ("developer", "trial", "formal")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")
SUBSCRIBE_PATH = "/cgi-bin/message/subscribe/send"
CONCURRENT = "simulator.concurrent"
# What must be there, by type of message.
PARTS = {
    "text": ("content",),
    "image": ("media_id",),
    "link": ("title", "description", "url"),
    "miniprogrampage": ("title", "pagepath", "thumb_media_id"),
}


def subscribe_send(world: World, request: Request) -> Body:
    """Send a subscription message for one of the user's credits."""
    body = authorised_body(world, request)
    person = world.people.get(text(body, "touser"))
    if CONCURRENT in request.environ:
        raise ApiError(43108)
    template = text(body, "template_id")
    wanted = keywords.of_template(template)
    if wanted is None:
        raise ApiError(40037)
    _check_page(text(body, "page"))
    data = body.get("data")
    is_known = body.get("miniprogram_state", "formal") in STATES
    if not isinstance(data, dict) or not is_known or body.get("lang", "zh_CN") not in LANGUAGES:
        raise ApiError(47003)
    if found := keywords.fault(wanted, data):
        raise ApiError(47003, f"argument invalid! data.{found}.value invalid")
    if not person.credits[template]:
        raise ApiError(43101)
    person.credits[template] -= 1
    told = {keyword: str(data[keyword]["value"]) for keyword in wanted}
    shown: dict[str, object] = {"template": template, "page": text(body, "page"), "data": told}
    message_id = world.draws.number()
    world.people.deliver(person, "subscription", {**shown, "id": message_id})
    return {**OK, "msgid": message_id}


@contextmanager
def serving(world: World, request: Request) -> Iterator[None]:
    """Note that a subscription message to a user is under way, with all its latency."""
    person = _addressed(world, request) if request.path == SUBSCRIBE_PATH else None
    if person is None:
        yield
        return
    with world.lock:
        if was_served := person.is_served:
            request.environ[CONCURRENT] = True
        person.is_served = True
    try:
        yield
    finally:
        if not was_served:
            person.is_served = False


def custom_send(world: World, request: Request) -> Body:
    """Send a customer message."""
    body = authorised_body(world, request)
    person = world.people.get(text(body, "touser"))
    kind = text(body, "msgtype")
    if kind not in PARTS:
        raise ApiError(40008)
    held = body.get(kind)
    if not isinstance(held, dict) or not all(text(held, name) for name in PARTS[kind]):
        raise ApiError(44004)
    world.people.answer(person)
    world.people.deliver(person, kind, {name: held[name] for name in PARTS[kind]})
    return OK


def custom_typing(world: World, request: Request) -> Body:
    """Show that somebody writes to the user."""
    body = authorised_body(world, request)
    person = world.people.get(text(body, "touser"))
    command = text(body, "command")
    if command not in ("Typing", "CancelTyping"):
        raise ApiError(45072)
    world.people.type(person, begins=command == "Typing")
    return OK


def _check_page(page: str) -> None:
    if page and not PAGE.fullmatch(page.partition("?")[0]):
        raise ApiError(41030)


def _addressed(world: World, request: Request) -> Person | None:
    try:
        body = orjson.loads(request.get_data())
    except ValueError:
        return None
    return world.people.find(text(body, "touser")) if isinstance(body, dict) else None
