"""The surface of the application, found by walking its URL map: no route can be forgotten."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from werkzeug.routing import Rule

from models.enums import Kind

API = "/api/v1"
# What staff call is closed to everybody else; tests/admin walks it.
STAFF = "/admin"
# What only a visitor who is signed in calls, and how a route may say so.
PRIVATE = (f"{API}/me", f"{API}/sessions/current", f"{API}/bookings", f"{API}/visits")
WHO = frozenset({"anyone", "visitor", "consenting"})
LISTED = tuple(kind for kind in Kind if kind is not Kind.CHAPTERS)
# Routes of flask-restx: the document, its page with the files it loads, the bare prefix.
DOCUMENTATION = frozenset({"api.specs", "api.doc", "api.root", "restx_doc.static"})
# What only the holder of a token reads; no cache keeps it.
UNKEPT = frozenset(
    {
        *(f"{API}/previews", f"{API}/feeds/<secret>.ics", f"{API}/scenes/<scene>"),
        *(f"{API}/itineraries/<token>", f"{API}/itineraries/<token>/pdf"),
        f"{API}/shared/<secret>",
    }
)
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
ABSENT = "absent"
USUAL: Mapping[str, str] = {
    "kind": "tracks",
    "path": "absent.webp",
    "filename": "swagger-ui.css",
}
# Parameters without which a route answers nothing.
NEEDED: Mapping[str, Mapping[str, str]] = {
    f"{API}/search": {"q": "测试"},
    f"{API}/search/suggest": {"q": "测试"},
    f"{API}/departures/calendar": {"month": "2026-12"},
}


def rules(app: Flask) -> list[Rule]:
    """Return every route of the URL map."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def declared(app: Flask) -> list[Rule]:
    """Return the routes that are declared by a contract: ours, below the API's prefix."""
    return [
        rule
        for rule in rules(app)
        if rule.rule.startswith(API) and rule.endpoint not in DOCUMENTATION
    ]


def open_reads(app: Flask) -> list[Rule]:
    """Return the routes that anyone may GET, those that a library made with them."""
    return [
        rule
        for rule in rules(app)
        for method, handler in handlers(app, rule)
        if method == "GET" and getattr(handler, "access", None) == "anyone"
    ]


def public_reads(app: Flask) -> list[Rule]:
    """Return the routes of the public API, declared by a contract, that anyone may GET."""
    found = {rule.rule for rule in declared(app)}
    return [rule for rule in open_reads(app) if rule.rule in found - UNKEPT]


def handlers(app: Flask, rule: Rule) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield (method, handler) of a route: methods of a Resource, or the view itself."""
    view = app.view_functions[rule.endpoint]
    resource = getattr(view, "view_class", None)
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        # What a library made declares its access on the view itself.
        own = resource is not None and not hasattr(view, "access")
        yield method, getattr(resource, method.lower()) if own else view


def path(rule: Rule, **values: str) -> str:
    """Return a route's path with its arguments filled in, and the query that it needs."""
    given = {**USUAL, **values}
    filled = ARGUMENT.sub(lambda found: quote(given.get(found[1], ABSENT), safe="/"), rule.rule)
    needed = NEEDED.get(rule.rule)
    return f"{filled}?{urlencode(needed)}" if needed else filled


def raw_path(rule: Rule, value: str) -> str:
    """Return a route's path with `value`, as it stands, in the place of its last argument."""
    head, _, tail = rule.rule.rpartition("<")
    filled = head + value + tail.partition(">")[2]
    return ARGUMENT.sub(lambda found: USUAL.get(found[1], ABSENT), filled)


def adding(address: str, **query: str) -> str:
    """Return an address with more parameters."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
