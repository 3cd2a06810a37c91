"""三审: three steps, three people, none of them an author, all of one and the same text."""

import dataclasses
from collections.abc import Iterator

import pytest

from core.errors import Conflict, Forbidden, Invalid, Unprocessable
from core.settings import Settings
from models.audit import AuditEntry, Outcome
from models.content import Content
from models.enums import Kind
from models.reviews import ReviewStage
from models.revisions import Revision
from models.staff import Role
from services import content, publishing, reviews
from services.actors import Actor
from tests.factories import ACTOR, dummy_fields
from tests.services.test_content_races import at_once

TRACKS = Kind.TRACKS


def actor(name: str, *roles: Role) -> Actor:
    return Actor(f"id-{name}", f"测试{name}", frozenset(roles), None, "192.0.2.1", "req-1")


EDITOR = actor("甲", Role.EDITOR)
FIRST = actor("初", Role.FIRST_REVIEWER)
SECOND = actor("复", Role.SECOND_REVIEWER)
FINAL = actor("终", Role.FINAL_REVIEWER)
ALL = actor("全", Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER)


@pytest.fixture
def item() -> Content:
    return content.create(TRACKS, dummy_fields(TRACKS), actor=EDITOR)


@pytest.fixture
def steps(settings: Settings) -> Iterator[None]:
    """Put the number of steps back."""
    yield
    reviews.configure(settings)


def submit(item: Content, revision: int = 1) -> Content:
    return reviews.submit(TRACKS, item.id, revision=revision, actor=EDITOR)


def decide(item: Content, who: Actor, *, approved: bool = True, revision: int = 1) -> Content:
    note = None if approved else "请补充来源"
    return reviews.decide(
        TRACKS, item.id, revision=revision, approved=approved, note=note, actor=who
    )


def refused(item: Content, who: Actor) -> str:
    with pytest.raises(Forbidden) as error:
        decide(item, who)
    return error.value.code


def test_a_text_goes_through_three_steps_and_then_live(item: Content) -> None:
    stages = [submit(item).review.stage]
    stages += [decide(item, who).review.stage for who in (FIRST, SECOND, FINAL)]
    assert stages == list(ReviewStage)[:4]
    published = publishing.publish(TRACKS, item.id, revision=1, actor=FIRST)
    assert published.published_revision == 1
    revision = Revision.objects.get(item=item.id)
    assert [one.by_name for one in revision.verdicts] == ["测试初", "测试复", "测试终"]
    assert (revision.actor, revision.actor_id) == ("测试初", "id-初")
    assert list(revision.authors) == [EDITOR.id]


@pytest.mark.parametrize("passed", [0, 1, 2])
def test_nothing_is_published_before_the_last_step(item: Content, passed: int) -> None:
    submit(item)
    for who in (FIRST, SECOND, FINAL)[:passed]:
        decide(item, who)
    with pytest.raises(Unprocessable) as error:
        publishing.publish(TRACKS, item.id, actor=FINAL)
    assert error.value.code == "not_approved"
    assert not Revision.objects


def test_each_step_is_its_role_s(item: Content) -> None:
    submit(item)
    assert refused(item, FINAL) == "wrong_step"
    assert refused(item, SECOND) == "wrong_step"
    decide(item, FIRST)
    assert refused(item, FIRST) == "wrong_step"
    assert AuditEntry.objects(outcome=Outcome.DENIED).count() == 3


def test_nobody_takes_two_steps(item: Content) -> None:
    submit(item)
    decide(item, ALL)
    assert refused(item, ALL) == "reviewed_before"


def test_authors_neither_review_nor_publish_their_text(item: Content) -> None:
    content.update(TRACKS, item.id, {"title": "改"}, revision=1, actor=ALL)
    submit(item, 2)
    with pytest.raises(Forbidden) as error:
        decide(item, ALL, revision=2)
    assert error.value.code == "own_text"
    for who in (FIRST, SECOND, FINAL):
        decide(item, who, revision=2)
    with pytest.raises(Forbidden) as error:
        publishing.publish(TRACKS, item.id, actor=ALL)
    assert error.value.code == "own_text"
    assert publishing.publish(TRACKS, item.id, actor=FIRST).published_revision == 2


def test_an_edit_after_the_verdicts_makes_them_void(item: Content) -> None:
    submit(item)
    for who in (FIRST, SECOND, FINAL):
        decide(item, who)
    content.update(TRACKS, item.id, {"title": "最后改"}, revision=1, actor=EDITOR)
    with pytest.raises(Unprocessable):
        publishing.publish(TRACKS, item.id, actor=FINAL)
    with pytest.raises(Conflict) as error:
        decide(item, FINAL, revision=2)
    assert error.value.code == "not_in_review"


def test_sending_back_takes_a_note_and_a_new_submission(item: Content) -> None:
    submit(item)
    with pytest.raises(Invalid) as error:
        reviews.decide(TRACKS, item.id, revision=1, approved=False, note="  ", actor=FIRST)
    assert error.value.fields == {"note": "note_needed"}
    returned = decide(item, FIRST, approved=False).review
    assert (returned.stage, returned.verdicts[0].note) == (ReviewStage.RETURNED, "请补充来源")
    with pytest.raises(Conflict):
        decide(item, SECOND)
    assert submit(item).review.stage is ReviewStage.FIRST


def test_what_is_under_review_is_not_submitted_again(item: Content) -> None:
    submit(item)
    with pytest.raises(Conflict) as error:
        submit(item)
    assert error.value.code == "in_review"


def test_a_verdict_is_on_the_text_that_was_read(item: Content) -> None:
    submit(item)
    content.update(TRACKS, item.id, {"title": "改"}, revision=1, actor=EDITOR)
    with pytest.raises(Conflict) as error:
        decide(item, FIRST)
    assert error.value.code == "stale_revision"


@pytest.mark.usefixtures("steps")
@pytest.mark.parametrize(
    ("count", "who"), [(1, [FINAL]), (2, [FIRST, FINAL]), (3, [FIRST, SECOND, FINAL])]
)
def test_how_many_steps_there_are_is_a_setting(
    item: Content, settings: Settings, count: int, who: list[Actor]
) -> None:
    reviews.configure(dataclasses.replace(settings, review_steps=count))
    submit(item)
    for one in who:
        document = decide(item, one)
    assert document.review.stage is ReviewStage.APPROVED


@pytest.mark.usefixtures("steps")
def test_a_step_that_was_given_up_meanwhile_is_passed_over(
    item: Content, settings: Settings
) -> None:
    submit(item)
    decide(item, FIRST)
    reviews.configure(dataclasses.replace(settings, review_steps=2))
    assert decide(item, SECOND).review.stage is ReviewStage.FINAL


def test_the_product_itself_publishes_and_reviews_nothing(item: Content) -> None:
    submit(item)
    with pytest.raises(Forbidden):
        decide(item, ACTOR)
    assert publishing.publish(TRACKS, item.id, actor=ACTOR).published_revision == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_verdicts_at_once_one_counts(item: Content, attempt: int) -> None:
    submit(item)
    others = [actor(f"{attempt}-{number}", Role.FIRST_REVIEWER) for number in range(4)]
    results = at_once([lambda one=one: decide(item, one) for one in others])
    assert sum(isinstance(one, Content) for one in results) == 1
    assert len(content.get(TRACKS, item.id).review.verdicts) == 1


def test_an_edit_during_publishing_is_never_released_unread(item: Content) -> None:
    submit(item)
    for who in (FIRST, SECOND, FINAL):
        decide(item, who)
    at_once(
        [
            lambda: publishing.publish(TRACKS, item.id, actor=FINAL),
            lambda: content.update(TRACKS, item.id, {"title": "未审"}, revision=1, actor=EDITOR),
            lambda: publishing.publish(TRACKS, item.id, actor=FIRST),
        ]
    )
    released = [one.content["title"] for one in Revision.objects(item=item.id)]
    assert released in ([], [item.title])
    assert content.get(TRACKS, item.id).title == "未审"
