"""Working copies: create, read, change, translate, order, duplicate, archive, restore.

Nothing here changes what the public sees; `services.publishing` does.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.ids import is_id_or_slug, new_id
from models.content import Content
from models.enums import ContentState, Kind, Language
from models.registry import CONTENT
from models.snapshots import Snapshot, snapshot_key
from services import paths, rich_text, translations, validation

BOOKKEEPING = frozenset(
    {
        *("_id", "state", "revision", "published_revision", "publish_at", "expire_at"),
        *("created_at", "updated_at"),
    }
)
NOT_ARCHIVED = {"state": {"$ne": ContentState.ARCHIVED}}
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


def create(kind: Kind, fields: Fields, *, actor: str) -> Content:
    """Write a new draft.

    Raises `Invalid` or `Unprocessable` with the fields at fault, `Conflict` for its slug.
    """
    del actor  # recorded with the revision that publishes it
    stored = {**_cleaned(kind, fields), "_id": new_id()}
    if "order" not in stored:
        stored["order"] = _next_order(kind)
    document = validation.build(CONTENT[kind], stored)
    try:
        CONTENT[kind]._get_collection().insert_one(document.to_mongo())
    except DuplicateKeyError:
        raise Conflict("slug_taken", slug=document.slug) from None
    return document


def update(kind: Kind, item: str, fields: Fields, *, revision: int) -> Content:
    """Change some fields of a working copy that the caller saw at `revision`.

    A schedule made for the earlier text is void: what nobody saw is not published by itself.
    Raises `Conflict("stale_revision")` when somebody changed it meanwhile.
    """
    document = get(kind, item)
    expect(document, revision)
    stored = {**document.stored(), **_cleaned(kind, fields)}
    if document.published_revision is not None and stored["slug"] != document.slug:
        raise Conflict("slug_locked")
    return _replace(kind, document, stored)


def translate(
    kind: Kind, item: str, language: Language, texts: Mapping[str, str | None], *, revision: int
) -> Content:
    """Set texts in another language by path; None removes one. Errors as in `update`."""
    document = get(kind, item)
    expect(document, revision)
    cleaned = {
        path: rich_text.clean(text, path) if text and _is_rich(kind, path) else text
        for path, text in texts.items()
    }
    stored = {**document.stored(), "translations": translations.merged(document, language, cleaned)}
    return _replace(kind, document, stored)


def duplicate(kind: Kind, item: str, *, slug: str, actor: str) -> Content:
    """Write a draft with the content of another item under a new slug."""
    source = get(kind, item).stored()
    fields = {name: value for name, value in source.items() if name not in BOOKKEEPING}
    return create(kind, {**fields, "slug": slug, "featured": False}, actor=actor)


def archive(kind: Kind, item: str) -> Content:
    """Put an item away; it must be offline. Nothing is deleted."""
    document = get(kind, item)
    # Also one whose time is over: until somebody takes it offline it may be given more time.
    if Snapshot.raw().find_one({"_id": snapshot_key(kind, document.id)}, {"_id": 1}):
        raise Conflict("still_live")
    return _set_state(kind, document, ContentState.ARCHIVED, unset={"publish_at": ""})


def restore(kind: Kind, item: str) -> Content:
    """Bring an archived item back as a draft."""
    document = get(kind, item)
    if document.state is not ContentState.ARCHIVED:
        raise Conflict("not_archived")
    return _set_state(kind, document, ContentState.DRAFT)


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


def expect(document: Content, revision: int) -> None:
    """Raise `Conflict` unless the item is at `revision` and not archived."""
    if document.state is ContentState.ARCHIVED:
        raise Conflict("archived")
    if document.revision != revision:
        raise Conflict("stale_revision", current=document.revision, given=revision)


def order_numbers(kind: Kind, items: Sequence[str]) -> dict[str, float]:
    """Return the order number of each of `items`, which must all exist, in the given sequence."""
    model = CONTENT[kind]
    known = set(model.objects(id__in=list(items)).scalar("id"))
    missing = [item for item in items if item not in known]
    if missing or len(known) != len(items):
        raise Invalid(fields={"items": "not_unique" if not missing else "not_found"})
    return {item: float(position) for position, item in enumerate(items, start=1)}


def _replace(kind: Kind, before: Content, stored: paths.Data) -> Content:
    """Write what differs from `before`, unless somebody else changed the text meanwhile.

    What is not text (whether it is live, when it expires, its order) may change at the same time
    and stays as it is.
    """
    stored.update(revision=before.revision + 1, updated_at=now())
    old = before.stored()
    new = validation.build(CONTENT[kind], stored).stored()
    guard = {"_id": before.id, "revision": before.revision}
    if new["slug"] != before.slug:
        guard["published_revision"] = None
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    gone = dict.fromkeys({*(old.keys() - new.keys()), "publish_at"}, "")
    try:
        row = (
            CONTENT[kind]
            ._get_collection()
            .find_one_and_update(
                {**guard, **NOT_ARCHIVED},
                {"$set": changed, "$unset": gone},
                return_document=ReturnDocument.AFTER,
            )
        )
    except DuplicateKeyError:
        raise Conflict("slug_taken", slug=new["slug"]) from None
    if row is None:
        expect(get(kind, before.id), before.revision)
        raise Conflict
    return CONTENT[kind].from_stored(row)


def _set_state(
    kind: Kind, document: Content, state: ContentState, unset: dict[str, str] | None = None
) -> Content:
    change: dict[str, Any] = {"$set": {"state": state, "updated_at": now()}}
    if unset:
        change["$unset"] = unset

    def work(session: Any) -> None:
        result = (
            CONTENT[kind]
            ._get_collection()
            .update_one(
                {"_id": document.id, "revision": document.revision, "state": document.state},
                change,
                session=session,
            )
        )
        if not result.matched_count:
            raise Conflict

    transaction(work)
    return get(kind, document.id)


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
