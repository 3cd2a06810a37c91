"""Who may change an item: rights, departments, own texts; and what the log holds of it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from core.clock import now
from core.errors import Conflict, Forbidden, Unprocessable
from models.audit import AuditEntry, Outcome
from models.content import Content
from models.drafts import Draft
from models.enums import ContentState, Kind, Language
from models.staff import Role
from services import changes, content, drafts, publishing, reviews
from services.actors import Actor
from tests.factories import create, create_live, dummy_fields
from tests.services.test_publishing_atomic import everything, refusing

TRACKS = Kind.TRACKS
Verb = Callable[[Content, Actor], Any]
VERBS: dict[str, Verb] = {
    "update": lambda item, who: content.update(
        TRACKS, item.id, {"title": "新"}, revision=1, actor=who
    ),
    "translate": lambda item, who: content.translate(
        TRACKS, item.id, Language.EN, {"title": "T"}, revision=1, actor=who
    ),
    "archive": lambda item, who: content.archive(TRACKS, item.id, actor=who),
    "submit": lambda item, who: reviews.submit(TRACKS, item.id, revision=1, actor=who),
    "publish": lambda item, who: publishing.publish(TRACKS, item.id, actor=who),
    "rollback": lambda item, who: publishing.roll_back(TRACKS, item.id, 1, actor=who),
    "unpublish": lambda item, who: publishing.unpublish(TRACKS, item.id, actor=who),
    "expire": lambda item, who: publishing.expire(TRACKS, item.id, actor=who),
    "schedule": lambda item, who: publishing.schedule(TRACKS, item.id, revision=1, actor=who),
    "reorder": lambda item, who: publishing.reorder(TRACKS, [item.id], actor=who),
    "refresh": lambda item, who: publishing.refresh(TRACKS, item.id, actor=who),
    "draft": lambda item, who: drafts.save(item, {"title": "新"}, revision=1, actor=who),
}
EDITORS = {"update", "translate", "archive", "submit", "draft"}


def actor(*roles: Role, name: str = "甲", department: str | None = None) -> Actor:
    return Actor(f"id-{name}", f"测试{name}", frozenset(roles), department, "192.0.2.1", "req-1")


@pytest.mark.parametrize(
    ("verb", "role"),
    [
        *((verb, role) for verb in VERBS for role in (Role.BOOKING_DESK, Role.AUDITOR)),
        *((verb, Role.EDITOR) for verb in sorted(set(VERBS) - EDITORS)),
    ],
)
def test_a_verb_without_the_right_changes_nothing_and_is_on_record(verb: str, role: Role) -> None:
    item = create_live(TRACKS)
    AuditEntry.objects.delete()
    before = everything()
    with pytest.raises(Forbidden):
        VERBS[verb](item, actor(role))
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.actor, entry.target) == (
        Outcome.DENIED,
        "id-甲",
        f"tracks:{item.id}",
    )
    AuditEntry.objects.delete()
    assert everything() == before


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"refresh"}))
def test_staff_of_another_department_change_nothing(verb: str) -> None:
    who = actor(Role.EDITOR, Role.FINAL_REVIEWER, department="投促一部")
    other = dataclasses.replace(who, id="id-乙", department="投促二部")
    item = content.create(TRACKS, dummy_fields(TRACKS), actor=who)
    assert item.owner == "投促一部"
    with pytest.raises(Forbidden) as refused:
        VERBS[verb](item, other)
    assert refused.value.code == "other_department"
    assert AuditEntry.objects.get(outcome=Outcome.DENIED).department == "投促二部"
    assert content.get(TRACKS, item.id).revision == 1


@pytest.mark.parametrize("department", ["投促一部", None])
def test_one_s_own_department_and_staff_without_one_may(department: str | None) -> None:
    writer = actor(Role.EDITOR, department="投促一部")
    item = content.create(TRACKS, dummy_fields(TRACKS), actor=writer)
    who = actor(Role.EDITOR, name="乙", department=department)
    assert VERBS["update"](item, who).title == "新"


def test_what_belongs_to_no_department_is_everybody_s() -> None:
    who = actor(Role.EDITOR, department="投促二部")
    assert VERBS["update"](create(TRACKS), who).owner is None


def test_a_copy_belongs_to_who_made_it_and_is_still_its_authors_text() -> None:
    writer = actor(Role.EDITOR, department="投促一部")
    item = content.create(TRACKS, dummy_fields(TRACKS), actor=writer)
    other = actor(Role.EDITOR, name="乙", department="投促二部")
    copy = content.duplicate(TRACKS, item.id, slug="copy", actor=other)
    assert (copy.owner, copy.changed_by) == ("投促二部", "测试乙")
    assert set(copy.authors) == {"id-甲", "id-乙"}


def test_authors_gather_until_the_text_is_published_and_begin_anew_then() -> None:
    first, second = actor(Role.EDITOR), actor(Role.EDITOR, name="乙")
    item = content.create(TRACKS, dummy_fields(TRACKS), actor=first)
    item = content.update(TRACKS, item.id, {"title": "二"}, revision=1, actor=second)
    assert set(item.authors) == {"id-甲", "id-乙"}
    item = publishing.publish(TRACKS, item.id, actor=changes_by_product())
    assert set(item.authors) == {"id-甲", "id-乙"}
    item = content.update(TRACKS, item.id, {"title": "三"}, revision=2, actor=second)
    assert list(item.authors) == ["id-乙"]


def changes_by_product() -> Actor:
    return Actor("system", "test", frozenset(), None, "", "")


@pytest.mark.parametrize("verb", ["create", *VERBS])
def test_each_verb_writes_one_entry_that_says_what_differs(verb: str) -> None:
    who = changes_by_product()
    if verb == "create":
        content.create(TRACKS, dummy_fields(TRACKS), actor=who)
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.before, entry.after["state"]) == ("content.create", {}, "draft")
        return
    item = create(TRACKS) if verb in ("archive", "submit") else create_live(TRACKS)
    AuditEntry.objects.delete()
    VERBS[verb](item, who)
    if verb == "draft":
        assert not AuditEntry.objects
        return
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == (f"content.{verb}", "test")
    expected = {
        "update": ("title", item.title, "新"),
        "archive": ("state", "draft", "archived"),
        "unpublish": ("state", "published", "unpublished"),
        "expire": ("state", "published", "expired"),
    }
    if verb in expected:
        name, before, after = expected[verb]
        assert (entry.before[name], entry.after[name]) == (before, after)


def make(_item: Content, who: Actor) -> Content:
    return content.create(TRACKS, dummy_fields(TRACKS), actor=who)


@pytest.mark.parametrize("verb", ["update", "translate", "archive", "submit", "create"])
def test_when_the_log_refuses_the_change_is_not_made(verb: str) -> None:
    item, who = create(TRACKS), changes_by_product()
    before = everything()
    with refusing("audit_entries"), pytest.raises(OperationFailure):
        VERBS.get(verb, make)(item, who)
    assert everything() == before


def test_the_log_tells_only_that_what_is_internal_changed() -> None:
    who = changes_by_product()
    companies = [{"name": "某测试企业"}]
    item = content.create(
        Kind.CLUSTERS, dummy_fields(Kind.CLUSTERS, target_list=companies), actor=who
    )
    content.update(Kind.CLUSTERS, item.id, {"target_list": []}, revision=1, actor=who)
    entries = list(AuditEntry.objects(target=f"clusters:{item.id}"))
    assert len(entries) == 2
    assert "某测试企业" not in str([entry.to_mongo() for entry in entries])
    assert all("target_list" in {**one.before, **one.after} for one in entries)


def test_saving_an_item_ends_one_s_own_draft_and_nobody_else_s() -> None:
    item = create(TRACKS)
    own, other = actor(Role.EDITOR), actor(Role.EDITOR, name="乙")
    for who in (own, other):
        drafts.save(item, {"title": who.name}, revision=1, actor=who)
    VERBS["update"](item, own)
    assert [draft.staff for draft in Draft.objects] == [other.id]


def test_an_edit_and_archiving_void_the_review() -> None:
    who = changes_by_product()
    for verb in ("update", "translate", "archive"):
        item = create(TRACKS)
        reviews.submit(TRACKS, item.id, revision=1, actor=who)
        assert VERBS[verb](item, who).review is None


def test_a_change_that_came_too_late_says_why() -> None:
    item = create(TRACKS)
    content.archive(TRACKS, item.id, actor=changes_by_product())
    with pytest.raises(Conflict) as refused:
        changes.commit(
            changes_by_product(),
            "update",
            item,
            {"$set": {"title": "x"}},
            guard={"state": ContentState.DRAFT},
        )
    assert refused.value.code == "archived"


def test_staff_schedule_only_what_passed_its_review() -> None:
    item = create(TRACKS)
    later = now().replace(year=now().year + 1)
    with pytest.raises(Unprocessable) as refused:
        publishing.schedule(
            TRACKS, item.id, revision=1, publish_at=later, actor=actor(Role.FINAL_REVIEWER)
        )
    assert refused.value.code == "not_approved"
    assert content.get(TRACKS, item.id).publish_at is None
