"""Nothing half done: a verb that fails at any of its writes leaves the database as it was.

MongoDB itself refuses the write, by a rule on the collection, as a full disk or a lost primary
would at that point.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError, OperationFailure

from core import db
from core.canonical import dump
from core.clock import now, today
from core.errors import Conflict
from models.content import Content
from models.enums import ContentState, Kind
from models.outbox import Job
from models.registry import DOCUMENTS
from models.revisions import Revision
from models.snapshots import Snapshot
from services import changes, content, publishing, versions
from tests.factories import ACTOR, create, create_live, dummy_figure, publish

TRACKS = Kind.TRACKS
NEVER = {"never": {"$exists": True}}
Verb = Callable[[Content], Any]
VERBS: dict[str, Verb] = {
    "publish": publish,
    "roll_back": lambda item: publishing.roll_back(TRACKS, item.id, 1, actor=ACTOR),
    "unpublish": lambda item: publishing.unpublish(TRACKS, item.id, actor=ACTOR),
    "expire": lambda item: publishing.expire(TRACKS, item.id, actor=ACTOR),
    "schedule": lambda item: publishing.schedule(
        TRACKS,
        item.id,
        revision=item.revision,
        publish_at=now() + dt.timedelta(days=1),
        expire_at=now() + dt.timedelta(days=2),
        actor=ACTOR,
    ),
    "reorder": lambda item: publishing.reorder(TRACKS, [item.id, other().id], actor=ACTOR),
    "refresh": lambda item: publishing.refresh(TRACKS, item.id, actor=ACTOR),
}
LIVE = ("snapshots", "search_entries")
AUDIT = "audit_entries"
# What each verb inserts or changes, and what it deletes.
WRITES = {
    "publish": ("tracks", "revisions", *LIVE, "jobs", "versions", AUDIT),
    "roll_back": ("tracks", *LIVE, "versions", AUDIT),
    "unpublish": ("tracks", "versions", AUDIT),
    "expire": ("tracks", "versions", AUDIT),
    "schedule": ("tracks", "jobs", *LIVE, "versions", AUDIT),
    "reorder": ("tracks", *LIVE, "versions", AUDIT),
    "refresh": (*LIVE, "versions", AUDIT),
}
DELETES = {"unpublish": LIVE, "expire": LIVE}
STEPS = [(verb, collection) for verb, found in WRITES.items() for collection in found]


def other() -> Content:
    """Return the live item that was made before the one that is acted on."""
    return content.get(TRACKS, "other")


def everything() -> dict[str, bytes]:
    """Return all that is stored, by collection."""
    return {
        document._get_collection_name(): dump(
            [
                {name: repr(value) for name, value in row.items()}
                for row in document._get_collection().find().sort("_id", 1)
            ]
        )
        for document in DOCUMENTS
    }


@contextlib.contextmanager
def refusing(collection: str) -> Iterator[None]:
    """Let MongoDB refuse every insert and update of a collection."""
    db.database().command("collMod", collection, validator=NEVER, validationLevel="strict")
    try:
        yield
    finally:
        db.database().command("collMod", collection, validator={}, validationLevel="strict")


@pytest.fixture
def item() -> Content:
    """An item live at revision 2, edited since, with a figure that will become due.

    Its live copy is out of date, as after a change of the wire format.
    """
    create_live(TRACKS, slug="other")
    document = create_live(TRACKS, title="甲")
    document = publish(
        content.update(TRACKS, document.id, {"title": "乙"}, revision=1, actor=ACTOR)
    )
    Revision.objects(item=document.id, number=2).update(set__content__title="新写法")
    due = (today() + dt.timedelta(days=3)).isoformat()
    fields = {"title": "丙", "figures": [dummy_figure(review_by=due)]}
    return content.update(TRACKS, document.id, fields, revision=2, actor=ACTOR)


@pytest.mark.parametrize(("verb", "collection"), STEPS)
def test_a_write_that_fails_takes_all_others_back(
    item: Content, verb: str, collection: str
) -> None:
    before = everything()
    with refusing(collection), pytest.raises(OperationFailure, match="failed validation"):
        VERBS[verb](item)
    assert everything() == before


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_verb_succeeds_when_nothing_is_refused(item: Content, verb: str) -> None:
    before = everything()
    VERBS[verb](item)
    after = everything()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {*WRITES[verb], *DELETES.get(verb, ())}


def test_a_slug_that_another_live_copy_holds_leaves_nothing_behind() -> None:
    live = create_live(TRACKS)
    document = create(TRACKS, figures=[dummy_figure(review_by="2099-01-01")])
    Snapshot.raw().update_one({"item": live.id}, {"$set": {"slug": document.slug}})
    version = versions.current()
    with pytest.raises(DuplicateKeyError):
        publish(document)
    after = content.get(TRACKS, document.id)
    assert (after.state, after.published_revision) == (ContentState.DRAFT, None)
    assert not Revision.objects(item=document.id)
    assert not Snapshot.objects(item=document.id)
    assert not Job.objects
    assert versions.current() == version


def test_an_edit_between_reading_and_writing_is_not_published(
    item: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The edit comes at the last moment: when everything was read and checked.
    transaction = changes.transaction

    def edited_first(work: Callable[[Any], Any]) -> Any:
        monkeypatch.setattr(changes, "transaction", transaction)
        content.update(TRACKS, item.id, {"title": "没人看过"}, revision=item.revision, actor=ACTOR)
        return transaction(work)

    monkeypatch.setattr(changes, "transaction", edited_first)
    with pytest.raises(Conflict):
        publish(item)
    assert Snapshot.objects(item=item.id).first().revision == 2


def test_an_expiry_set_between_reading_and_writing_is_not_overwritten(
    item: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = now() + dt.timedelta(days=9)
    transaction = changes.transaction

    def scheduled_first(work: Callable[[Any], Any]) -> Any:
        monkeypatch.setattr(changes, "transaction", transaction)
        publishing.schedule(TRACKS, item.id, revision=item.revision, expire_at=end, actor=ACTOR)
        return transaction(work)

    monkeypatch.setattr(changes, "transaction", scheduled_first)
    with pytest.raises(Conflict):
        publish(item)
    assert Snapshot.objects(item=item.id).first().expire_at == end
    assert content.get(TRACKS, item.id).expire_at == end
