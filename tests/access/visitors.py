"""Visitors: callers of their own, and the table's lines of signing in and of what is theirs."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from core.clock import now
from core.ids import new_id
from models.enums import Kind, Language
from models.notifications import Event, InboxEntry
from models.staff import Role
from models.visitors import DemoVisitor, EmailCode, SignInMethod, Visitor, VisitorSession
from services import favourites, history, notifications, personal_data
from services.notifications import ToVisitor
from services.visitors import consents, deletion, email_codes, sessions, signing_in
from tests.access.callers import Make, Person
from tests.access.expected import Answer, Open, Request, Route, State, Table
from tests.factories import create, create_live

API = "/api/v1"
ABSENT = "absent"
# Who is let in, and who is not any more.
VISITOR, UNASKED = "visitor", "visitor without consent"
OPEN = Open()


@dataclass(frozen=True)
class VisitingPerson(Person):
    """A visitor who calls; `visitor` is their id."""

    visitor: str = ""


@dataclass(frozen=True)
class ForVisitors:
    """For visitors who are signed in, about their own; `consent`: who agreed to the notice."""

    consent: bool = False

    def refusal(self, caller: str, method: str) -> Answer | None:
        """Return how a caller is refused; None when they are not."""
        del method
        if caller == VISITOR:
            return None
        if caller == UNASKED:
            return "403 consent_needed" if self.consent else None
        return "401 unauthenticated"

    def leaves_open(self, caller: str) -> bool:
        """The table says what everybody is answered."""
        del caller
        return False

    @property
    def role(self) -> Role:
        """No member of staff may call it."""
        return Role.EDITOR


def _signed_in(app: Flask, name: str, *, agrees: bool = True) -> VisitingPerson:
    """Return a caller who has begun anew. To delete those before would take longer than to ask."""
    visitor_id = new_id()
    sealed = personal_data.sealed(Visitor, visitor_id, {"name": "测试访客 A"})
    visitor = Visitor(id=visitor_id, **sealed)
    visitor.save(force_insert=True)
    if agrees:
        consents.give(visitor, consents.current_version())
    done = sessions.start(visitor_id, SignInMethod.DEMO)
    assert done is not None
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {done.token}"
    return VisitingPerson(name, client, visitor=visitor_id)


def _visitor(app: Flask, role: Role) -> Person:
    del role
    return _signed_in(app, VISITOR)


def _unasked(app: Flask, role: Role) -> Person:
    del role
    return _signed_in(app, UNASKED, agrees=False)


def _ended(name: str, change: Callable[[str], object]) -> Make:
    def make(app: Flask, role: Role) -> Person:
        del role
        person = _signed_in(app, name)
        change(person.visitor)
        return person

    return make


def _let_end(field: str) -> Callable[[str], object]:
    past = {f"set__{field}": now() - dt.timedelta(seconds=1)}
    return lambda visitor: VisitorSession.objects(visitor=visitor).update(**past)


CALLERS: Mapping[str, Make] = {
    VISITOR: _visitor,
    UNASKED: _unasked,
    "visitor idle": _ended("visitor idle", _let_end("ends_at")),
    "visitor expired": _ended("visitor expired", _let_end("expires_at")),
    "visitor signed out": _ended("visitor signed out", lambda id_: sessions.revoke_others(id_, "")),
    "visitor deleted": _ended("visitor deleted", deletion.delete),
}


def _other() -> str:
    """Return another visitor, of whom there is something too."""
    return signing_in.as_demo(DemoVisitor.B).visitor.id


def _own(person: Person) -> str:
    """Return the visitor who calls; another one for who is none or gone."""
    visitor = getattr(person, "visitor", "")
    return visitor if Visitor.objects(id=visitor).first() is not None else _other()


def _item(of: Callable[[Person], str], write: Callable[[str, Kind, str], object]) -> Any:
    """Return a preparation in which a visitor keeps an item."""

    def prepare(person: Person) -> Request:
        item = create_live(Kind.FAQS).id
        write(of(person), Kind.FAQS, item)
        return Request({"kind": "faqs", "item": item})

    return prepare


def _session(of: Callable[[Person], str]) -> Any:
    def prepare(person: Person) -> Request:
        found = sessions.listing(of(person))
        return Request({"session_id": found[0].id if found else ABSENT})

    return prepare


def _entry(of: Callable[[Person], str]) -> Any:
    def prepare(person: Person) -> Request:
        visitor = of(person)
        told = {"title": "测试", "text": "测试"}
        notifications.notify(Event.MESSAGE, ToVisitor(visitor), told, "access")
        return Request({"entry_id": InboxEntry.objects.get(visitor=visitor).id})

    return prepare


def _code(right: bool) -> Any:
    def prepare(_: Person) -> Request:
        challenge = EmailCode().id
        email = personal_data.sealed(EmailCode, challenge, {"email": "guest@example.org"})
        row = EmailCode(
            **{**email, "id": challenge, "language": Language.ZH_CN, "tries_left": 5},
            expires_at=now() + dt.timedelta(minutes=5),
        )
        row.save(force_insert=True)
        given = email_codes.code_of(challenge) if right else "none"
        return Request(body={"challenge": challenge, "code": given})

    return prepare


def _theirs(_: Person) -> str:
    return _other()


def _body(**fields: Any) -> Any:
    return lambda _: Request(body=fields)


def _plain(answer: str, *, consent: bool = False, **body: Any) -> Route:
    """Return a line for a route that answers every visitor who may the same."""
    prepare = _body(**body) if body else (lambda _: Request())
    return Route(ForVisitors(consent), {"always": State(answer, prepare)})


def _owned(own: Any, theirs: Any) -> Route:
    """Return a line for what is somebody's: another's is not there."""
    return Route(
        ForVisitors(), {"own": State("204", own), "another's": State("404 not_found", theirs)}
    )


def _added() -> Route:
    def request(item: str) -> Request:
        return Request({"kind": "faqs", "item": item})

    return Route(
        ForVisitors(consent=True),
        {
            "live": State("204", lambda _: request(create_live(Kind.FAQS).id)),
            "draft": State("404 not_found", lambda _: request(create(Kind.FAQS).id)),
            "absent": State("404 not_found", lambda _: request(ABSENT)),
        },
    )


SIGNING_IN: Table = {
    f"POST {API}/sessions": Route(
        OPEN,
        {
            "no mini-program": State("503 wechat_not_configured", _body(code="x")),
            "no code": State("400 invalid", _body()),
        },
    ),
    f"POST {API}/sessions/email": Route(
        OPEN,
        {
            "no mail": State("503 mail_not_configured", _body(email="guest@example.org")),
            "no address": State("400 invalid", _body(email="nobody")),
        },
    ),
    f"POST {API}/sessions/email/confirm": Route(
        OPEN,
        {
            "right": State("201", _code(right=True)),
            "wrong": State("401 email_code_wrong", _code(right=False)),
        },
    ),
    f"POST {API}/sessions/demo": Route(
        OPEN,
        {
            "there": State("201", _body(visitor="C")),
            "not there": State("400 invalid", _body(visitor="Z")),
        },
    ),
}
TABLE: Table = {
    **SIGNING_IN,
    f"DELETE {API}/sessions/current": _plain("204"),
    f"GET {API}/me": _plain("200"),
    f"PATCH {API}/me": Route(
        ForVisitors(consent=True),
        {
            "fresh": State("200", _body(revision=1, name="测试")),
            "stale": State("409 stale_profile", _body(revision=9, name="测试")),
        },
    ),
    f"DELETE {API}/me": _plain("204"),
    f"PUT {API}/me/consent": Route(
        ForVisitors(),
        {
            "in force": State("200", _body(version="1")),
            "former": State("409 consent_version", _body(version="0")),
        },
    ),
    f"DELETE {API}/me/consent": Route(
        ForVisitors(),
        {"always": State(lambda person: "200" if person.name == VISITOR else "404 not_found")},
    ),
    f"PUT {API}/me/phone": _plain("200", consent=True, revision=1, phone="13800138000"),
    f"PUT {API}/me/phone/wechat": _plain(
        "503 wechat_not_configured", consent=True, revision=1, code="x"
    ),
    f"GET {API}/me/sessions": _plain("200"),
    f"DELETE {API}/me/sessions": _plain("204"),
    f"DELETE {API}/me/sessions/<session_id>": _owned(_session(_own), _session(_theirs)),
    f"GET {API}/me/export": _plain("200"),
    f"GET {API}/me/favourites": _plain("200"),
    f"PUT {API}/me/favourites/<kind>/<item>": _added(),
    f"DELETE {API}/me/favourites/<kind>/<item>": _owned(
        _item(_own, favourites.add), _item(_theirs, favourites.add)
    ),
    f"GET {API}/me/history": _plain("200"),
    f"DELETE {API}/me/history": _plain("204"),
    f"PUT {API}/me/history/<kind>/<item>": _added(),
    f"DELETE {API}/me/history/<kind>/<item>": _owned(
        _item(_own, history.note), _item(_theirs, history.note)
    ),
    f"GET {API}/me/inbox": _plain("200"),
    f"GET {API}/me/subscriptions": _plain("200"),
    f"POST {API}/me/subscriptions": _plain(
        "409 no_wechat", consent=True, items=[{"template": "x", "answer": "accept"}]
    ),
    f"PUT {API}/me/inbox/read": _plain("200"),
    f"PUT {API}/me/inbox/<entry_id>/read": _owned(_entry(_own), _entry(_theirs)),
}
