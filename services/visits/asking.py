"""Asking for a bespoke visit: by a visitor, or by staff for who calls."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import today
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound, Unprocessable
from core.ids import new_id
from models.enums import Kind, Language
from models.notifications import Event
from models.snapshots import Snapshot, in_time, snapshot_key
from models.visitors import Visitor
from models.visits import Visit
from services import (
    audit,
    desk_mail,
    permissions,
    personal_data,
    request_keys,
    scenes,
    text_checks,
)
from services.actors import Actor
from services.desk_mail import Notice
from services.request_keys import RequestKey
from services.text_checks import Written
from services.visitors import accounts, profiles
from services.visits import finding, steps, telling

# Requests of one visitor that nobody has decided yet.
OPEN_MAX = 3
VERB = "ask"
# What is encrypted; what is absent is taken from the profile of the visitor, where it is there.
CONTACT = ("name", "phone", "organisation")
TEXTS = ("purpose", "hosts", "needs")


@dataclass(frozen=True)
class Ask:
    """What a delegation wishes. `dates` are days of Shanghai, the best first."""

    dates: Sequence[str]
    party: int
    purpose: str
    name: str | None = None
    phone: str | None = None
    organisation: str | None = None
    hosts: str | None = None
    needs: str | None = None
    tracks: Sequence[str] = ()
    sites: Sequence[str] = ()
    route: str | None = None
    language: Language | None = None
    channel: str | None = None
    scene: str | None = None


def ask(visitor: Visitor, wish: Ask, *, key: str | None = None) -> Visit:
    """Take the request of a visitor; the same `key` makes one.

    Raises `Unprocessable` with `dates_needed`, `route_not_live` or `site_not_live`, `Conflict`
    with `too_many_asks` or `idempotency_reused`, `Invalid`.
    """
    keyed = request_keys.of(visitor.id, key, VERB, wish)
    if (known := request_keys.find(Visit, keyed)) is not None:
        return known
    _check(wish)
    visit = _draft(wish, visitor, keyed)

    def work(session: ClientSession) -> Visit:
        if not accounts.touch(visitor.id, session):
            raise NotFound
        states = [state.value for state in steps.OPEN]
        query = {"visitor": visitor.id, "state": {"$in": states}}
        asked = Visit._get_collection().count_documents(query, limit=OPEN_MAX, session=session)
        if asked >= OPEN_MAX:
            raise Conflict("too_many_asks")
        Visit._get_collection().insert_one(visit.to_mongo(), session=session)
        scenes.attribute(wish.scene, session)
        text_checks.later(Written.VISIT, visit, session)
        telling.tell(Event.VISIT_ASKED, visit, session=session, acted_at=visit.created_at)
        dates = "、".join(wish.dates)
        desk_mail.tell(
            Notice.VISIT_ASKED, visit.id, session=session, people=visit.party, dates=dates
        )
        return visit

    try:
        return transaction(work)
    except DuplicateKeyError:
        return request_keys.taken(Visit, keyed)


def ask_for(actor: Actor, wish: Ask, *, key: str | None = None) -> Visit:
    """Take the request of somebody who called; the same `key` of one `actor` makes one.

    Raises what `ask` does, and `Forbidden`.
    """
    permissions.require(actor, finding.RESOURCE, "write")
    keyed = request_keys.of(actor.id, key, VERB, wish)
    if (known := request_keys.find(Visit, keyed)) is not None:
        return known
    missing = {name: "required" for name in ("name", "phone") if not getattr(wish, name)}
    if missing:
        raise Invalid(fields=dict(missing))
    _check(wish)
    visit = _draft(wish, None, keyed)

    def work(session: ClientSession) -> Visit:
        Visit._get_collection().insert_one(visit.to_mongo(), session=session)
        told = {"dates": list(wish.dates), "party": wish.party}
        audit.record(actor, "visits.ask", f"visits:{visit.id}", after=told, session=session)
        return visit

    try:
        return transaction(work)
    except DuplicateKeyError:
        return request_keys.taken(Visit, keyed)


def _check(wish: Ask) -> None:
    first = today() + dt.timedelta(days=1)
    if not wish.dates or any(dt.date.fromisoformat(day) < first for day in wish.dates):
        raise Unprocessable("dates_needed", fields={"dates": "dates_needed"})
    if len(set(wish.dates)) < len(wish.dates):
        raise Invalid(fields={"dates": "not_unique"})
    wanted = {
        **{snapshot_key(Kind.TRACKS, one): f"tracks.{n}" for n, one in enumerate(wish.tracks)},
        **{snapshot_key(Kind.SITES, one): f"sites.{n}" for n, one in enumerate(wish.sites)},
    }
    if wish.route is not None:
        wanted[snapshot_key(Kind.ROUTES, wish.route)] = "route"
    found = Snapshot.raw().find({"_id": {"$in": sorted(wanted)}, **in_time()}, {"_id": 1})
    for key in sorted(wanted.keys() - {row["_id"] for row in found}):
        if key.startswith(Kind.TRACKS):
            raise Invalid(fields={wanted[key]: "choice"})
        code = "route_not_live" if wanted[key] == "route" else "site_not_live"
        raise Unprocessable(code, fields={wanted[key]: code})


def _draft(wish: Ask, visitor: Visitor | None, key: RequestKey | None) -> Visit:
    visit_id = new_id()
    texts: dict[str, str | None] = {name: getattr(wish, name) or None for name in TEXTS}
    texts |= {name: getattr(wish, name) or None for name in CONTACT}
    if texts["phone"]:
        texts["phone"] = profiles.international(texts["phone"])
    if visitor is not None:
        texts |= {name: texts[name] or personal_data.opened(visitor, name) for name in CONTACT}
    language = wish.language or (visitor.language if visitor is not None else None)
    sealed = {
        name: value
        for name, value in personal_data.sealed(Visit, visit_id, texts).items()
        if value is not None
    }
    visit = Visit(
        id=visit_id,
        visitor=None if visitor is None else visitor.id,
        dates=list(wish.dates),
        party=wish.party,
        tracks=list(wish.tracks),
        sites=list(wish.sites),
        route=wish.route,
        language=language or Language.ZH_CN,
        channel=scenes.channel_of(wish.scene) or wish.channel,
        demo=visitor is not None and visitor.demo is not None,
        **({} if key is None else key.stored),
        **sealed,
    )
    visit.validate()
    return visit


def plain(visit: Visit) -> dict[str, Any]:
    """Return what is encrypted of a request, in plain words."""
    return {name: personal_data.opened(visit, name) for name in (*CONTACT, *TEXTS)}
