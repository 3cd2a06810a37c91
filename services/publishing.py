"""Publishing: the only way into, and out of, what the public sees.

Each verb is one transaction: revision, live snapshot, working copy, version counter and follow-up
jobs change together or not at all.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from core.canonical import digest
from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound, Unprocessable
from core.ids import new_id
from models.content import Content
from models.enums import ContentState, Kind
from models.registry import CONTENT
from models.revisions import Revision
from models.snapshots import Snapshot, snapshot_key
from services import (
    audit,
    changes,
    content,
    figures,
    handbook,
    links,
    media_items,
    outbox,
    reviews,
    routes,
    snapshots,
)
from services.actors import Actor

RULES = {Kind.ROUTES: routes.problems, Kind.CHAPTERS: handbook.problems}
PUBLISH_JOB, EXPIRE_JOB, REFRESH_JOB = "content.publish", "content.expire", "content.refresh"


def problems(document: Content) -> dict[str, object]:
    """Return what keeps a working copy from being published, by field; empty when nothing."""
    found = links.problems(document) | media_items.problems(document) | figures.problems(document)
    if rule := RULES.get(document.KIND):
        found |= rule(document)
    return found


def publish(kind: Kind, item: str, *, actor: Actor, revision: int | None = None) -> Content:
    """Make the working copy live.

    Pass the `revision` that was looked at: when the text changed since, it is not published.
    Raises `Conflict` for a stale revision or an archived item, `Forbidden` for one's own text,
    `Unprocessable` with the fields, or when its reviews are not done.
    """
    document = content.get(kind, item)
    changes.allow(actor, "publish", document)
    if revision is not None:
        changes.expect(document, revision)
    _refuse_unready(document, document)
    reviews.refuse_unapproved(actor, "publish", document)
    return _go_live(document, document, number=document.revision, action="publish", actor=actor)


def roll_back(kind: Kind, item: str, number: int, *, actor: Actor) -> Content:
    """Make an earlier published revision live again; the working copy keeps its text.

    The item stays where staff put it in lists. That text was released once, so that it needs no
    review again. Errors as in `publish`.
    """
    document = content.get(kind, item)
    changes.allow(actor, "rollback", document)
    earlier = content_of(kind, document.id, number)
    earlier.order = document.order
    _refuse_unready(document, earlier)
    return _go_live(document, earlier, number=number, action="rollback", actor=actor)


def content_of(kind: Kind, item: str, number: int) -> Content:
    """Return the content of a published revision as an unsaved document."""
    found = Revision.objects(kind=kind, item=item, number=number).first()
    if found is None:
        raise NotFound("no_such_revision", number=number)
    current = content.get(kind, item).stored()
    kept = {name: value for name, value in current.items() if name in changes.BOOKKEEPING}
    return CONTENT[kind].from_stored({**found.to_mongo()["content"], **kept})


def revisions(kind: Kind, item: str) -> list[Revision]:
    """Return an item's published revisions, the newest first."""
    document = content.get(kind, item)
    return list(Revision.objects(kind=kind, item=document.id).order_by("-number"))


def unpublish(kind: Kind, item: str, *, actor: Actor) -> Content:
    """Take an item offline; the working copy stays."""
    return _take_offline(kind, item, ContentState.UNPUBLISHED, "unpublish", actor)


def expire(kind: Kind, item: str, *, actor: Actor) -> Content:
    """Take an item offline because its time is over."""
    return _take_offline(kind, item, ContentState.EXPIRED, "expire", actor)


def schedule(
    kind: Kind,
    item: str,
    *,
    revision: int,
    actor: Actor,
    publish_at: dt.datetime | None = None,
    expire_at: dt.datetime | None = None,
) -> Content:
    """Let an item be published and expire by itself, at UTC times in the future.

    Publishing is bound to `revision`: an edit afterwards voids it; it takes the same reviews as
    publishing at once. None clears a time. An item that is live gets its new expiry at once.
    """
    document = content.get(kind, item)
    changes.allow(actor, "schedule", document)
    changes.expect(document, revision)
    _check_times(publish_at, expire_at)
    if publish_at is not None:
        reviews.refuse_unapproved(actor, "schedule", document)

    def follow(session: ClientSession) -> None:
        if publish_at is not None:
            _enqueue(PUBLISH_JOB, kind, document.id, publish_at, session, revision=revision)
        snapshots.expire_at(snapshot_key(kind, document.id), expire_at, session)
        if expire_at is not None:
            _enqueue(EXPIRE_JOB, kind, document.id, expire_at, session)

    return changes.commit(
        actor,
        "schedule",
        document,
        {"$set": {"publish_at": publish_at, "expire_at": expire_at}},
        guard={"revision": revision, **changes.NOT_ARCHIVED},
        follow=follow,
    )


def reorder(kind: Kind, items: Sequence[str], *, actor: Actor) -> None:
    """Put items into the given sequence, in the working copies and live at once."""
    numbers = content.order_numbers(kind, items)
    documents = {document.id: document for document in CONTENT[kind].objects(id__in=list(items))}
    for document in documents.values():
        changes.allow(actor, "reorder", document)
    before = {item: document.order for item, document in documents.items()}
    live = {}
    for item, number in numbers.items():
        documents[item].order = number
        live[item] = documents[item].order_key
    working = [
        UpdateOne({"_id": item}, {"$set": {"order": number}}) for item, number in numbers.items()
    ]

    def work(session: ClientSession) -> None:
        CONTENT[kind]._get_collection().bulk_write(working, session=session)
        snapshots.reorder(kind, live, session)
        audit.record(
            actor, "content.reorder", kind.value, before=before, after=numbers, session=session
        )

    transaction(work)


def refresh(kind: Kind, item: str, *, actor: Actor) -> None:
    """Render the live copy anew from its revision: a figure became due, or a schema changed.

    When it went live, when it expires and its place in lists are not the revision's and stay.
    """
    document = content.get(kind, item)
    changes.allow(actor, "refresh", document)
    snapshot = Snapshot.raw().find_one({"_id": snapshot_key(kind, document.id)}, {"revision": 1})
    if snapshot is None:
        return
    published = content_of(kind, document.id, snapshot["revision"])
    row = snapshots.build(published, snapshot["revision"], document.expire_at)

    def work(session: ClientSession) -> None:
        if snapshots.render_anew(row, session):
            _follow_up(row, document.id, kind, session)
            changes.record(actor, "refresh", document, session=session)

    transaction(work)


def _refuse_unready(document: Content, published: Content) -> None:
    """Raise what keeps `published` from becoming the live copy of the item `document`."""
    if document.state is ContentState.ARCHIVED:
        raise Conflict("archived")
    found = problems(published)
    if document.expire_at is not None and document.expire_at <= now():
        found["expire_at"] = "past_time"
    if found:
        raise Unprocessable("not_publishable", fields=found)


def _go_live(
    document: Content, published: Content, *, number: int, action: str, actor: Actor
) -> Content:
    """Write revision and snapshot of `published`, whose working copy is `document`."""
    kind = document.KIND
    row = snapshots.build(published, number, document.expire_at)
    revision = _revision(document, published, actor)

    def follow(session: ClientSession) -> None:
        Revision._get_collection().update_one(
            {"kind": kind, "item": document.id, "number": number},
            {"$setOnInsert": revision},
            upsert=True,
            session=session,
        )
        if gone := media_items.hold(published, row["media"], session):
            raise Unprocessable("not_publishable", fields=gone)
        snapshots.put(row, session)
        _follow_up(row, document.id, kind, session)

    return changes.commit(
        actor,
        action,
        document,
        {
            "$set": {"state": ContentState.PUBLISHED, "published_revision": number},
            "$unset": {"publish_at": ""},
        },
        guard={
            "revision": document.revision,
            "expire_at": document.expire_at,
            **changes.NOT_ARCHIVED,
        },
        follow=follow,
    )


def _revision(document: Content, published: Content, actor: Actor) -> dict[str, Any]:
    """Return what a revision keeps of a text: the text, who wrote, reviewed and released it."""
    fields = {
        name: value for name, value in published.stored().items() if name not in changes.BOOKKEEPING
    }
    stored = document.stored()
    return {
        "_id": new_id(),
        "content": fields,
        "content_hash": digest(fields),
        "actor": actor.name,
        "actor_id": actor.id,
        "authors": stored.get("authors", []),
        "verdicts": stored.get("review", {}).get("verdicts", []),
        "created_at": now(),
    }


def _follow_up(row: dict[str, Any], item: str, kind: Kind, session: ClientSession) -> None:
    if row["expire_at"] is not None:
        _enqueue(EXPIRE_JOB, kind, item, row["expire_at"], session)
    if row["changes_at"] is not None:
        _enqueue(REFRESH_JOB, kind, item, row["changes_at"], session)


def _enqueue(
    name: str,
    kind: Kind,
    item: str,
    at: dt.datetime,
    session: ClientSession,
    revision: int | None = None,
) -> None:
    args: dict[str, Any] = {"kind": kind.value, "item": item, "at": at}
    key = f"{name}:{kind}:{item}:{at.isoformat()}"
    if revision is not None:
        args["revision"] = revision
        key += f":{revision}"
    outbox.replace(name, args, run_at=at, key=key, session=session)


def _take_offline(kind: Kind, item: str, state: ContentState, action: str, actor: Actor) -> Content:
    document = content.get(kind, item)
    changes.allow(actor, action, document)

    def follow(session: ClientSession) -> None:
        if not snapshots.remove(snapshot_key(kind, document.id), session):
            raise Conflict("not_live")

    update = {"$set": {"state": state}, "$unset": {"publish_at": ""}}
    return changes.commit(actor, action, document, update, follow=follow)


def _check_times(publish_at: dt.datetime | None, expire_at: dt.datetime | None) -> None:
    moment = now()
    for name, at in (("publish_at", publish_at), ("expire_at", expire_at)):
        if at is not None and at <= moment:
            raise Invalid(fields={name: "past_time"})
    if publish_at and expire_at and expire_at <= publish_at:
        raise Invalid(fields={"expire_at": "bad_schedule"})
