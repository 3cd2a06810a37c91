"""Several people at once: one of two changes wins, and no verb undoes another's bookkeeping."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from core.clock import now
from core.errors import AppError, Conflict
from models.enums import ContentState, Kind
from models.snapshots import Snapshot
from services import content, publishing, validation
from tests.factories import ACTOR, create, create_live, dummy_fields
from tests.racing import at_once

TRACKS = Kind.TRACKS


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_changes_to_one_revision_exactly_one_wins(attempt: int) -> None:
    item = create(TRACKS).id

    def change(title: str) -> Callable[[], Any]:
        return lambda: content.update(TRACKS, item, {"title": title}, revision=1, actor=ACTOR)

    titles = [f"题 {number}" for number in range(4)]
    results = at_once([change(title) for title in titles])
    lost = [one for one in results if isinstance(one, Conflict)]
    assert [one.code for one in lost] == ["stale_revision"] * 3
    winner = titles[[isinstance(one, Conflict) for one in results].index(False)]
    document = content.get(TRACKS, item)
    assert (document.title, document.revision) == (winner, 2)


def test_of_several_items_with_one_slug_exactly_one_is_made() -> None:
    fields = dummy_fields(TRACKS, slug="wanted")
    results = at_once([lambda: content.create(TRACKS, fields, actor=ACTOR)] * 4)
    assert sum(isinstance(one, Conflict) and one.code == "slug_taken" for one in results) == 3
    assert len(content.listing(TRACKS)) == 1


def attempt(verb: Callable[[], Any]) -> bool:
    try:
        verb()
    except AppError:
        return False
    return True


def contended(*verbs: Callable[[], Any], times: int) -> list[int]:
    """Run verbs against each other; return how often each was allowed.

    Each is tried `times` times, and on while one of them was never allowed: a slow machine may
    let one lose every time. The bound ends what would lose for ever.
    """
    allowed = [0] * len(verbs)

    def work(position: int, verb: Callable[[], Any]) -> None:
        for number in range(40 * times):
            if number >= times and all(allowed):
                break
            allowed[position] += attempt(verb)

    at_once([partial(work, *numbered) for numbered in enumerate(verbs)])
    return allowed


def test_editing_publishing_scheduling_and_unpublishing_at_once_stay_in_step() -> None:
    item = create_live(TRACKS).id
    later = [now() + dt.timedelta(days=days) for days in (1, 2)]

    def current() -> int:
        return int(content.get(TRACKS, item).revision)

    def schedule() -> None:
        expire_at = later[current() % 2]
        publishing.schedule(TRACKS, item, revision=current(), expire_at=expire_at, actor=ACTOR)

    counts = contended(
        lambda: content.update(TRACKS, item, {"tags": ["a"]}, revision=current(), actor=ACTOR),
        lambda: publishing.publish(TRACKS, item, actor=ACTOR),
        schedule,
        lambda: publishing.unpublish(TRACKS, item, actor=ACTOR),
        times=15,
    )
    assert all(count > 0 for count in counts)
    document = content.get(TRACKS, item)
    snapshot = Snapshot.raw().find_one({"item": item})
    assert document.revision == counts[0] + 1
    assert document.published_revision is not None
    assert (document.state is ContentState.PUBLISHED) == (snapshot is not None)
    if snapshot is not None:
        assert snapshot["revision"] == document.published_revision
        assert snapshot["expire_at"] == document.expire_at


def test_reordering_survives_a_change_of_the_text() -> None:
    first, second = create(TRACKS).id, create(TRACKS).id

    def edit() -> None:
        revision = content.get(TRACKS, first).revision
        content.update(TRACKS, first, {"title": f"题 {revision}"}, revision=revision, actor=ACTOR)

    counts = contended(
        edit, lambda: publishing.reorder(TRACKS, [second, first], actor=ACTOR), times=15
    )
    assert all(count > 0 for count in counts)
    assert [one.id for one in content.listing(TRACKS)] == [second, first]
    assert content.get(TRACKS, first).order == 2.0


def test_a_slug_does_not_change_when_the_item_is_published_at_the_last_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = create(TRACKS)
    build = validation.build

    def published_first(*fields: Any) -> Any:
        monkeypatch.setattr(validation, "build", build)
        publishing.publish(TRACKS, document.id, actor=ACTOR)
        return build(*fields)

    monkeypatch.setattr(validation, "build", published_first)
    with pytest.raises(Conflict):
        content.update(TRACKS, document.id, {"slug": "another"}, revision=1, actor=ACTOR)
    after = content.get(TRACKS, document.id)
    assert (after.slug, after.state) == (document.slug, ContentState.PUBLISHED)
