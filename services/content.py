"""Working copies: create, read, change, translate, order, duplicate, archive, restore.

Nothing here changes what the public sees; `services.publishing` does.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.ids import is_id_or_slug, new_id
from models.content import Content
from models.enums import ContentState, Kind, Language
from models.registry import CONTENT
from models.snapshots import Snapshot, snapshot_key
from services import drafts, paths, permissions, rich_text, translations, validation
from services.actors import Actor
from services.changes import (
    BOOKKEEPING,
    NOT_ARCHIVED,
    RESOURCE,
    Follow,
    allow,
    commit,
    expect,
    record,
)

# What an earlier text had, and the new one has to get again.
VOIDED = ("publish_at", "review")

Fields = Mapping[str, Any]


def get(kind: Kind, id_or_slug: str) -> Content:
    """Return a working copy by id or slug, archived ones too; raise `NotFound`."""
    model = CONTENT[kind]
    found = None
    if is_id_or_slug(id_or_slug):
        found = model.objects(id=id_or_slug).first() or model.objects(slug=id_or_slug).first()
    if found is None:
        raise NotFound
    document: Content = found
    return document


def listing(
    kind: Kind, *, state: ContentState | None = None, limit: int = 100, skip: int = 0
) -> list[Content]:
    """Return working copies in their order; without a state all but archived ones."""
    model = CONTENT[kind]
    query = model.objects(state=state) if state else model.objects(state__ne=ContentState.ARCHIVED)
    return list(query.order_by("order", "id").skip(skip).limit(limit))


def create(kind: Kind, fields: Fields, *, actor: Actor) -> Content:
    """Write a new draft, which belongs to the actor's department.

    Raises `Invalid` with the fields at fault, `Conflict` for its slug.
    """
    return _insert(kind, fields, "create", actor, [])


def update(kind: Kind, item: str, fields: Fields, *, revision: int, actor: Actor) -> Content:
    """Change some fields of a working copy that the caller saw at `revision`.

    A schedule and a review of the earlier text are void: what nobody saw is not published by
    itself. The actor's own draft of the item is done with. Raises `Conflict("stale_revision")`
    when somebody changed it meanwhile.
    """
    document = get(kind, item)
    allow(actor, "write", document)
    expect(document, revision)
    stored = {**document.stored(), **_cleaned(kind, fields)}
    if document.published_revision is not None and stored["slug"] != document.slug:
        raise Conflict("slug_locked")
    return _replace(
        document, stored, "update", actor, lambda session: drafts.drop(document, actor, session)
    )


def translate(
    kind: Kind,
    item: str,
    language: Language,
    texts: Mapping[str, str | None],
    *,
    revision: int,
    actor: Actor,
) -> Content:
    """Set texts in another language by path; None removes one. Errors as in `update`."""
    document = get(kind, item)
    allow(actor, "translate", document)
    expect(document, revision)
    cleaned = {
        path: rich_text.clean(text, path) if text and _is_rich(kind, path) else text
        for path, text in texts.items()
    }
    stored = {**document.stored(), "translations": translations.merged(document, language, cleaned)}
    return _replace(document, stored, "translate", actor)


def duplicate(kind: Kind, item: str, *, slug: str, actor: Actor) -> Content:
    """Write a draft with the content of another item under a new slug.

    Who wrote that is an author of the copy too.
    """
    source = get(kind, item)
    fields = {name: value for name, value in source.stored().items() if name not in BOOKKEEPING}
    copied = {**fields, "slug": slug, "featured": False}
    return _insert(kind, copied, "duplicate", actor, source.authors)


def hand_over(kind: Kind, item: str, *, owner: str | None, actor: Actor) -> Content:
    """Give an item to another department, or to none; the text and its review stay as they are.

    Raises `Forbidden` for an item of a department that is not the actor's, `Conflict` when it is
    archived or was handed over meanwhile.
    """
    document = get(kind, item)
    allow(actor, "hand_over", document)
    expect(document, document.revision)
    update: dict[str, Any] = {"$set": {"owner": owner or None, "updated_at": now()}}
    guard = {"owner": document.owner, **NOT_ARCHIVED}
    return commit(actor, "hand_over", document, update, guard=guard)


def archive(kind: Kind, item: str, *, actor: Actor) -> Content:
    """Put an item away; it must be offline. Nothing is deleted."""
    document = get(kind, item)
    allow(actor, "archive", document)
    # Also one whose time is over: until somebody takes it offline it may be given more time.
    if Snapshot.raw().find_one({"_id": snapshot_key(kind, document.id)}, {"_id": 1}):
        raise Conflict("still_live")
    gone = {"publish_at": "", "review": ""}
    return _set_state(document, ContentState.ARCHIVED, "archive", actor, gone)


def restore(kind: Kind, item: str, *, actor: Actor) -> Content:
    """Bring an archived item back as a draft."""
    document = get(kind, item)
    allow(actor, "restore", document)
    if document.state is not ContentState.ARCHIVED:
        raise Conflict("not_archived")
    return _set_state(document, ContentState.DRAFT, "restore", actor)


def due_figures(day: dt.date) -> list[tuple[Kind, Content]]:
    """Return items with figures past their review date on `day`: 待更新."""
    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    return [
        (kind, document)
        for kind, model in CONTENT.items()
        for document in model.objects(
            figures__review_by__lt=moment, state__ne=ContentState.ARCHIVED
        ).order_by("order", "id")
    ]


def order_numbers(kind: Kind, items: Sequence[str]) -> dict[str, float]:
    """Return the order number of each of `items`, which must all exist, in the given sequence."""
    model = CONTENT[kind]
    known = set(model.objects(id__in=list(items)).scalar("id"))
    missing = [item for item in items if item not in known]
    if missing or len(known) != len(items):
        raise Invalid(fields={"items": "not_unique" if not missing else "not_found"})
    return {item: float(position) for position, item in enumerate(items, start=1)}


def _insert(
    kind: Kind, fields: Fields, action: str, actor: Actor, authors: Iterable[str]
) -> Content:
    """Write a new draft by the actor and those `authors`, and put it on record."""
    permissions.require(actor, RESOURCE, "write", kind.value)
    stored = {**_cleaned(kind, fields), "_id": new_id(), **_written_by(actor, authors)}
    stored["owner"] = actor.department
    if "order" not in stored:
        stored["order"] = _next_order(kind)
    document = validation.build(CONTENT[kind], stored)
    row = document.stored()

    def work(session: ClientSession) -> None:
        CONTENT[kind]._get_collection().insert_one(dict(row), session=session)
        record(actor, action, document, after=row, session=session)

    try:
        transaction(work)
    except DuplicateKeyError:
        raise Conflict("slug_taken", slug=document.slug) from None
    return type(document).from_stored(row)


def _replace(
    before: Content, stored: paths.Data, action: str, actor: Actor, follow: Follow | None = None
) -> Content:
    """Write what differs from `before`, unless somebody else changed the text meanwhile.

    What is not text (whether it is live, when it expires, its order) may change at the same time
    and stays as it is.
    """
    unpublished = before.revision != before.published_revision
    authors = before.authors if unpublished else []
    stored.update(revision=before.revision + 1, updated_at=now(), **_written_by(actor, authors))
    old = before.stored()
    new = validation.build(type(before), stored).stored()
    guard = {"revision": before.revision, **NOT_ARCHIVED}
    if new["slug"] != before.slug:
        guard["published_revision"] = None
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    for name in VOIDED:
        changed.pop(name, None)
    gone = dict.fromkeys({*(old.keys() - new.keys()), *VOIDED}, "")
    update = {"$set": changed, "$unset": gone}
    try:
        return commit(actor, action, before, update, guard=guard, follow=follow)
    except DuplicateKeyError:
        raise Conflict("slug_taken", slug=new["slug"]) from None


def _written_by(actor: Actor, authors: Iterable[str]) -> dict[str, Any]:
    """Return who wrote the text that is not published, the actor last."""
    return {"authors": sorted({*authors, actor.id}), "changed_by": actor.name}


def _set_state(
    document: Content,
    state: ContentState,
    action: str,
    actor: Actor,
    gone: Mapping[str, str] | None = None,
) -> Content:
    update: dict[str, Any] = {"$set": {"state": state, "updated_at": now()}}
    if gone:
        update["$unset"] = gone
    guard = {"revision": document.revision, "state": document.state}
    return commit(actor, action, document, update, guard=guard)


def _cleaned(kind: Kind, fields: Fields) -> paths.Data:
    """Return `fields` without bookkeeping names refused, rich text through the allow-list."""
    refused = BOOKKEEPING & fields.keys() | {name for name in fields if name.startswith("_")}
    if refused:
        raise Invalid(fields=dict.fromkeys(sorted(refused), "unknown_field"))
    cleaned = dict(fields)
    for name in CONTENT[kind].RICH:
        if isinstance(cleaned.get(name), str):
            cleaned[name] = rich_text.clean(cleaned[name], name)
    if isinstance(cleaned.get("translations"), list):
        cleaned["translations"] = [
            _clean_translation(kind, entry, f"translations.{position}.text")
            for position, entry in enumerate(cleaned["translations"])
        ]
    return cleaned


def _clean_translation(kind: Kind, entry: Any, where: str) -> Any:
    """Return an entry of `translations`, copied from elsewhere, with its rich text cleaned."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("text"), str):
        return entry
    rich = _is_rich(kind, str(entry.get("path")))
    return {**entry, "text": rich_text.clean(entry["text"], where)} if rich else entry


def _is_rich(kind: Kind, path: str) -> bool:
    return path in CONTENT[kind].RICH


def _next_order(kind: Kind) -> float:
    last = CONTENT[kind].objects.order_by("-order").only("order").first()
    return float(last.order) + 1 if last else 1.0
