"""Publishing: the public sees exactly what was published, whatever staff do meanwhile."""

import datetime as dt
from typing import Any

import pytest

from core.canonical import digest
from core.errors import Conflict, NotFound, Unprocessable
from models.content import Content
from models.enums import ContentState, Kind, Language
from models.revisions import Revision
from models.snapshots import Snapshot
from services import content, live, publishing, related, versions
from services.actors import system
from services.live import Selection
from tests.factories import (
    ACTOR,
    create,
    create_live,
    create_maximal,
    create_media,
    dummy_figure,
    dummy_stops,
    publish,
)

ZH = Language.ZH_CN
NOWHERE = "0" * 16


def public(document: Content) -> dict[str, Any]:
    return related.read(document.KIND, document.id, ZH)


def listed(kind: Kind) -> list[str]:
    return [row["item"] for row in live.groups([Selection(kind, 50)], ZH)[0]]


def edit(document: Content, **fields: Any) -> Content:
    current = content.get(document.KIND, document.id)
    return content.update(
        document.KIND, document.id, fields, revision=current.revision, actor=ACTOR
    )


def numbers(document: Content) -> list[int]:
    return [one.number for one in publishing.revisions(document.KIND, document.id)]


@pytest.mark.parametrize("kind", Kind)
def test_a_full_item_of_every_kind_can_be_published(kind: Kind) -> None:
    document = publish(create_maximal(kind))
    assert (document.state, document.published_revision) == (ContentState.PUBLISHED, 1)
    assert public(document)["title"] == "title"


def test_a_draft_is_nowhere_to_be_read() -> None:
    document = create(Kind.TRACKS)
    assert listed(Kind.TRACKS) == []
    with pytest.raises(NotFound):
        public(document)


def test_edits_stay_invisible_until_they_are_published() -> None:
    document = create_live(Kind.TRACKS, title="旧题")
    edit(document, title="新题")
    assert public(document)["title"] == "旧题"
    publish(document)
    assert public(document)["title"] == "新题"


def test_the_revision_that_was_looked_at_is_published_or_none() -> None:
    document = create(Kind.TRACKS)
    edit(document, title="没人看过")
    with pytest.raises(Conflict) as refused:
        publishing.publish(Kind.TRACKS, document.id, actor=ACTOR, revision=1)
    assert refused.value.code == "stale_revision"
    assert listed(Kind.TRACKS) == []


def test_each_publication_leaves_a_numbered_revision() -> None:
    document = create_live(Kind.TRACKS, title="甲")
    edit(document, title="不发布")
    publish(edit(document, title="丙"))
    assert numbers(document) == [3, 1]
    titles = [one.content["title"] for one in publishing.revisions(Kind.TRACKS, document.id)]
    assert titles == ["丙", "甲"]


def test_a_revision_names_who_published_it_and_hashes_its_content() -> None:
    document = create(Kind.TRACKS)
    publishing.publish(Kind.TRACKS, document.id, actor=system("editor-1"))
    (revision,) = publishing.revisions(Kind.TRACKS, document.id)
    assert revision.actor == "editor-1"
    assert revision.content_hash == digest(dict(revision.content))


@pytest.mark.parametrize("kind", Kind)
def test_the_hash_of_a_stored_revision_can_be_checked(kind: Kind) -> None:
    document = publish(create_maximal(kind))
    row = Revision._get_collection().find_one({"item": document.id})
    assert row is not None
    assert digest(row["content"]) == row["content_hash"]


def test_later_changes_leave_revisions_as_they_are() -> None:
    document = create_live(Kind.TRACKS, title="甲")
    before = Revision.objects(item=document.id).first().to_mongo()
    publish(edit(document, title="乙"))
    publishing.unpublish(Kind.TRACKS, document.id, actor=ACTOR)
    assert Revision.objects(item=document.id, number=1).first().to_mongo() == before


def test_publishing_the_same_revision_again_makes_no_second_one() -> None:
    document = create_live(Kind.TRACKS)
    first = public(document)["published_at"]
    publish(document)
    assert numbers(document) == [1]
    assert listed(Kind.TRACKS) == [document.id]
    assert public(document)["published_at"] >= first


def test_unpublishing_takes_it_offline_and_keeps_the_working_copy() -> None:
    document = create_live(Kind.TRACKS, title="留着")
    after = publishing.unpublish(Kind.TRACKS, document.id, actor=ACTOR)
    assert (after.state, after.title) == (ContentState.UNPUBLISHED, "留着")
    with pytest.raises(NotFound):
        public(document)
    assert publish(document).state is ContentState.PUBLISHED
    assert public(document)["title"] == "留着"


def test_expiring_takes_it_offline_and_says_why() -> None:
    document = create_live(Kind.TRACKS)
    assert publishing.expire(Kind.TRACKS, document.id, actor=ACTOR).state is ContentState.EXPIRED
    assert listed(Kind.TRACKS) == []


@pytest.mark.parametrize("verb", [publishing.unpublish, publishing.expire])
def test_what_is_not_live_cannot_be_taken_offline(verb: Any) -> None:
    document = create(Kind.TRACKS)
    with pytest.raises(Conflict) as refused:
        verb(Kind.TRACKS, document.id, actor=ACTOR)
    assert refused.value.code == "not_live"
    assert content.get(Kind.TRACKS, document.id).state is ContentState.DRAFT


def test_rolling_back_changes_what_is_live_and_not_the_working_copy() -> None:
    document = create_live(Kind.TRACKS, title="甲")
    publish(edit(document, title="乙"))
    edit(document, title="丙")
    after = publishing.roll_back(Kind.TRACKS, document.id, 1, actor=ACTOR)
    assert (after.title, after.revision, after.published_revision) == ("丙", 3, 1)
    assert public(document)["title"] == "甲"
    assert numbers(document) == [2, 1]
    publish(document)
    assert public(document)["title"] == "丙"


def test_rolling_back_brings_an_item_back_online() -> None:
    document = create_live(Kind.TRACKS, title="甲")
    publishing.unpublish(Kind.TRACKS, document.id, actor=ACTOR)
    publishing.roll_back(Kind.TRACKS, document.id, 1, actor=ACTOR)
    assert public(document)["title"] == "甲"


def test_rolling_back_keeps_the_place_that_staff_gave_in_lists() -> None:
    first, second = create_live(Kind.TRACKS, order=-5), create_live(Kind.TRACKS)
    publish(edit(first, title="乙"))
    publishing.reorder(Kind.TRACKS, [second.id, first.id], actor=ACTOR)
    publishing.roll_back(Kind.TRACKS, first.id, 1, actor=ACTOR)
    assert listed(Kind.TRACKS) == [second.id, first.id]


def test_a_revision_that_never_was_is_not_rolled_back_to() -> None:
    document = create_live(Kind.TRACKS)
    with pytest.raises(NotFound) as refused:
        publishing.roll_back(Kind.TRACKS, document.id, 7, actor=ACTOR)
    assert (refused.value.code, refused.value.params) == ("no_such_revision", {"number": 7})


def test_a_revision_whose_links_are_gone_is_not_rolled_back_to() -> None:
    track = create_live(Kind.TRACKS)
    document = create_live(Kind.FAQS, tracks=[track.id])
    publish(edit(document, tracks=[]))
    publishing.unpublish(Kind.TRACKS, track.id, actor=ACTOR)
    with pytest.raises(Unprocessable) as refused:
        publishing.roll_back(Kind.FAQS, document.id, 1, actor=ACTOR)
    assert list(refused.value.fields) == ["tracks.0"]


def test_an_archived_item_is_not_rolled_back() -> None:
    document = create_live(Kind.TRACKS)
    publishing.unpublish(Kind.TRACKS, document.id, actor=ACTOR)
    content.archive(Kind.TRACKS, document.id, actor=ACTOR)
    with pytest.raises(Conflict) as refused:
        publishing.roll_back(Kind.TRACKS, document.id, 1, actor=ACTOR)
    assert refused.value.code == "archived"


BOOKING = {"lead_days": 3, "cancel_hours": 24, "reschedule_hours": 48, "minimum_to_run": 1}
BOOKING |= {"group_min": 10, "group_max": 5, "confirmation": "staff"}


@pytest.mark.parametrize(
    ("kind", "fields", "problems"),
    [
        (Kind.FAQS, {"tracks": [NOWHERE]}, {"tracks.0": "link_missing"}),
        (Kind.TRACKS, {"cover": {"media": "none"}}, {"cover.media": "media_missing"}),
        (Kind.SITES, {"photos": [{"media": "none"}]}, {"photos.0.media": "media_missing"}),
        (Kind.TRACKS, {"figures": [dummy_figure(value=None)]}, {"figures.scale": "figure_value"}),
        (Kind.TRACKS, {"figures": [dummy_figure(source=" ")]}, {"figures.scale": "figure_source"}),
        (Kind.ROUTES, {"stops": []}, {"stops": "stops_needed"}),
        (Kind.ROUTES, {"map_image": {"media": "map"}}, {"map_approval": "map_approval"}),
        (
            Kind.ROUTES,
            {"map_image": {"media": "map"}, "map_approval": {"number": ""}},
            {"map_approval": "map_approval"},
        ),
        (Kind.ROUTES, {"booking": BOOKING}, {"booking.group_min": "group_limits"}),
    ],
)
def test_what_is_not_ready_is_not_published(
    kind: Kind, fields: dict[str, Any], problems: dict[str, str]
) -> None:
    create_media("map")
    document = create(kind, **fields)
    with pytest.raises(Unprocessable) as refused:
        publish(document)
    assert refused.value.code == "not_publishable"
    told = refused.value.fields.items()
    assert {path: one[0] if isinstance(one, tuple) else one for path, one in told} == problems
    assert not Snapshot.objects(item=document.id)


def test_one_stop_is_not_a_route() -> None:
    assert publishing.problems(create(Kind.ROUTES, stops=dummy_stops(1))) == {
        "stops": "stops_needed"
    }


@pytest.mark.parametrize(
    "approval", [{"number": "演示审图号"}, {"exemption": "示意图，无地理底图"}]
)
def test_a_map_with_its_approval_or_exemption_is_published(approval: dict[str, str]) -> None:
    create_media("map")
    document = create(Kind.ROUTES, map_image={"media": "map"}, map_approval=approval)
    assert publish(document).state is ContentState.PUBLISHED


def test_the_snapshot_holds_what_lists_are_filtered_by() -> None:
    track = create_live(Kind.TRACKS)
    document = create_live(
        Kind.PROJECTS, tracks=[track.id], tags=["a"], place="jiaozhou", featured=True, order=4
    )
    row = Snapshot.raw().find_one({"item": document.id})
    assert row is not None
    assert row["tracks"] == [track.id, track.slug]
    assert row["refs"] == [f"tracks:{track.id}"]
    assert (row["facet"], row["tags"], row["place"]) == ("open", ["a"], "jiaozhou")
    assert (row["featured"], row["order"], row["revision"]) == (True, 4, 1)


def test_every_verb_moves_the_version_by_one() -> None:
    document = create(Kind.TRACKS)
    other = create(Kind.TRACKS)
    expire_at = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    verbs = [
        lambda: publish(document),
        lambda: publish(document),
        lambda: publishing.roll_back(Kind.TRACKS, document.id, 1, actor=ACTOR),
        lambda: publishing.refresh(Kind.TRACKS, document.id, actor=ACTOR),
        lambda: publishing.reorder(Kind.TRACKS, [other.id, document.id], actor=ACTOR),
        lambda: publishing.schedule(
            Kind.TRACKS, document.id, revision=1, expire_at=expire_at, actor=ACTOR
        ),
        lambda: publishing.unpublish(Kind.TRACKS, document.id, actor=ACTOR),
    ]
    seen = []
    for verb in verbs:
        verb()
        seen.append(versions.current().number)
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_work_on_drafts_leaves_the_version_alone() -> None:
    document = create(Kind.TRACKS)
    edit(document, title="新题")
    content.archive(Kind.TRACKS, document.id, actor=ACTOR)
    assert versions.current().number == 0
