"""`content`: publishing and the other verbs that change what the public sees."""

import datetime as dt
from collections.abc import Callable

import pytest
from click.testing import Result

from core.clock import SHANGHAI, now, today
from models.enums import ContentState, Kind, Language
from models.outbox import Job
from models.revisions import Revision
from models.snapshots import Snapshot
from services import content, publishing, versions
from tests.cli.content_commands import fresh, live_ids, printed
from tests.factories import ACTOR, create, create_live, create_media, dummy_figure

Run = Callable[..., Result]
Refused = Callable[..., str]


def test_check_tells_that_an_item_is_ready(run: Run) -> None:
    track = create_live(Kind.TRACKS)
    item = create(Kind.PROJECTS, tracks=[track.id])
    content.translate(
        Kind.PROJECTS, item.id, Language.EN, {"title": "A test project"}, revision=1, actor=ACTOR
    )
    assert printed(run("content", "check", "projects", item.id)).splitlines() == [
        f"link tracks.0 → tracks:{track.id} live",
        "en: current",
        "ready to be published",
    ]


def test_check_names_in_words_what_is_wrong(run: Run) -> None:
    create_media("test-map")
    offline = create(Kind.TRACKS)
    item = create(
        Kind.ROUTES,
        stops=[],
        tracks=[offline.id, "gone"],
        map_image={"media": "test-map"},
        cover={"media": "no-such-picture"},
        figures=[dummy_figure(source=" ")],
    )
    result = run("content", "check", "routes", item.slug)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        f"link tracks.0 → tracks:{offline.id} not live",
        "link tracks.1 → tracks:gone MISSING",
        "en: missing",
    ]
    assert "  title: missing" in lines
    assert [line for line in lines if line.startswith("problem")] == [
        f"problem tracks.0: Linked item is not live: tracks:{offline.id}",
        "problem tracks.1: Linked item does not exist: tracks:gone",
        "problem cover.media: No such media: no-such-picture",
        "problem figures.scale: A figure needs its source",
        "problem stops: At least two stops are needed",
        "problem map_approval: A map needs its approval number or a written exemption",
    ]


def test_check_tells_which_english_text_is_behind(run: Run) -> None:
    item = create(Kind.SITES)
    content.translate(
        Kind.SITES, item.id, Language.EN, {"title": "Before"}, revision=1, actor=ACTOR
    )
    content.update(Kind.SITES, item.id, {"title": "改后"}, revision=2, actor=ACTOR)
    lines = printed(run("content", "check", "sites", item.id)).splitlines()
    assert lines == ["en: behind", "  title: behind", "ready to be published"]


def test_an_item_is_published_and_taken_offline(run: Run, refused: Refused) -> None:
    item = create(Kind.SITES)
    line = printed(run("content", "publish", "sites", item.slug))
    assert line == f"{item.id}  {item.slug}  published  revision 1, live 1\n"
    assert live_ids(Kind.SITES) == [item.id]
    assert Revision.objects.get().actor == "command line"
    line = printed(run("content", "unpublish", "sites", item.id))
    assert line == f"{item.id}  {item.slug}  unpublished  revision 1\n"
    assert live_ids(Kind.SITES) == []
    assert refused(run("content", "unpublish", "sites", item.id)) == "not_live: This is not live"
    assert refused(run("content", "expire", "sites", item.id)) == "not_live: This is not live"


def test_publishing_another_revision_than_was_seen_is_refused(run: Run, refused: Refused) -> None:
    item = create(Kind.SITES)
    content.update(Kind.SITES, item.id, {"title": "改后"}, revision=1, actor=ACTOR)
    text = refused(run("content", "publish", "sites", item.id, "--revision", 1))
    assert text.startswith("stale_revision: ")
    assert live_ids(Kind.SITES) == []
    printed(run("content", "publish", "sites", item.id, "--revision", 2))


def test_what_keeps_an_item_from_being_published_is_told_by_field(
    run: Run, refused: Refused
) -> None:
    item = create(Kind.PROJECTS, tracks=["gone"])
    assert refused(run("content", "publish", "projects", item.id)).splitlines() == [
        "not_publishable: Not ready to be published, see fields",
        "  tracks.0: Linked item does not exist: tracks:gone",
    ]


def test_an_item_expires_by_hand(run: Run) -> None:
    item = create_live(Kind.SITES)
    assert "  expired  " in printed(run("content", "expire", "sites", item.id))
    assert fresh(item).state is ContentState.EXPIRED


def test_times_without_a_zone_are_in_shanghai(run: Run) -> None:
    item = create(Kind.SITES)
    day = today() + dt.timedelta(days=3)
    words = ("--publish-at", f"{day} 08:00", "--expire-at", f"{day}T09:30:00+00:00")
    printed(run("content", "schedule", "sites", item.id, *words))
    at = dt.datetime.combine(day, dt.time(8), SHANGHAI)
    until = dt.datetime.combine(day, dt.time(9, 30), dt.UTC)
    assert (fresh(item).publish_at, fresh(item).expire_at) == (at, until)
    assert fresh(item).publish_at.utcoffset() == dt.timedelta(0)
    assert [job.run_at for job in Job.objects.order_by("run_at")] == [at, until]
    printed(run("content", "schedule", "sites", item.id))
    assert (fresh(item).publish_at, fresh(item).expire_at) == (None, None)


@pytest.mark.parametrize(
    "time",
    [
        "tomorrow",
        "2026-02-30T08:00",
        "08:00",
        "",
        "0001-01-01T00:00",
        "9999-12-31T23:59:59-12:00",
        "1767225600",
    ],
)
@pytest.mark.parametrize("option", ["--publish-at", "--expire-at"])
def test_a_bad_time_is_refused(run: Run, refused: Refused, option: str, time: str) -> None:
    item = create(Kind.SITES)
    text = refused(run("content", "schedule", "sites", item.id, option, time), code=2)
    assert "is not a time such as 2026-01-31T08:00" in text
    assert Job.objects.count() == 0


def test_a_time_that_is_over_is_refused(run: Run, refused: Refused) -> None:
    item = create(Kind.SITES)
    past = f"{now().astimezone(SHANGHAI) - dt.timedelta(minutes=1):%Y-%m-%d %H:%M}"
    text = refused(run("content", "schedule", "sites", item.id, "--publish-at", past))
    assert text.splitlines()[1] == "  publish_at: The time must be in the future"


def test_an_item_cannot_expire_before_it_is_published(run: Run, refused: Refused) -> None:
    item = create(Kind.SITES)
    words = ("--publish-at", "2900-01-02", "--expire-at", "2900-01-01")
    text = refused(run("content", "schedule", "sites", item.id, *words))
    assert text.splitlines()[1] == "  expire_at: It must expire after it is published"


def test_revisions_are_listed_with_times_in_shanghai(run: Run) -> None:
    item = create_live(Kind.SITES)
    assert printed(run("content", "revisions", "sites", create(Kind.SITES).id)) == ""
    content.update(Kind.SITES, item.id, {"title": "改后"}, revision=1, actor=ACTOR)
    printed(run("content", "publish", "sites", item.id))
    newest, first = printed(run("content", "revisions", "sites", item.slug)).splitlines()
    stored = Revision.objects.get(number=1)
    when = (stored.created_at + dt.timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
    assert first == f"    1  {when}  {stored.content_hash[:12]}  test"
    assert newest.startswith("    2  ")
    assert newest.endswith("  command line")


def test_an_earlier_revision_is_made_live_again(run: Run, refused: Refused) -> None:
    item = create_live(Kind.SITES, title="第一版")
    content.update(Kind.SITES, item.id, {"title": "第二版"}, revision=1, actor=ACTOR)
    printed(run("content", "publish", "sites", item.id))
    line = printed(run("content", "rollback", "sites", item.id, 1))
    assert line == f"{item.id}  {item.slug}  published  revision 2, live 1\n"
    assert Snapshot.objects.get().revision == 1
    assert fresh(item).title == "第二版"
    text = refused(run("content", "rollback", "sites", item.id, 7))
    assert text == "no_such_revision: There is no revision 7"
    assert refused(run("content", "rollback", "sites", item.id, "x"), code=2)


def test_an_item_is_duplicated_into_a_draft(run: Run, refused: Refused) -> None:
    item = create_live(Kind.SITES, title="原件", featured=True)
    assert "  copy-of-it  draft  revision 1" in printed(
        run("content", "duplicate", "sites", item.id, "copy-of-it")
    )
    copy = content.get(Kind.SITES, "copy-of-it")
    assert (copy.title, copy.featured, copy.published_revision) == ("原件", False, None)
    text = refused(run("content", "duplicate", "sites", item.id, "copy-of-it"))
    assert text == "slug_taken: The slug “copy-of-it” is taken"
    text = refused(run("content", "duplicate", "sites", item.id, "Not A Slug"))
    assert "slug: " in text


def test_an_item_is_archived_and_restored(run: Run, refused: Refused) -> None:
    item = create_live(Kind.SITES)
    text = refused(run("content", "archive", "sites", item.id))
    assert text == "still_live: Take it offline before archiving it"
    publishing.unpublish(Kind.SITES, item.id, actor=ACTOR)
    assert "  archived  " in printed(run("content", "archive", "sites", item.id))
    for verb in ("publish", "schedule"):
        assert refused(run("content", verb, "sites", item.id)).startswith("archived: ")
    assert "  draft  " in printed(run("content", "restore", "sites", item.id))
    text = refused(run("content", "restore", "sites", item.id))
    assert text == "not_archived: This is not archived"


def test_items_are_put_in_order_by_id_or_slug(run: Run, refused: Refused) -> None:
    first, second, third = (create_live(Kind.SITES) for _ in range(3))
    said = printed(run("content", "reorder", "sites", third.slug, first.id, second.slug))
    assert said == "3 sites in order\n"
    assert live_ids(Kind.SITES) == [third.id, first.id, second.id]
    text = refused(run("content", "reorder", "sites", first.id, first.slug))
    assert "items: Given more than once" in text
    assert refused(run("content", "reorder", "sites"), code=2)
    assert live_ids(Kind.SITES) == [third.id, first.id, second.id]


def test_refresh_renders_what_is_live_and_leaves_drafts_and_order(run: Run) -> None:
    first, second = create_live(Kind.SITES), create_live(Kind.SITES)
    create(Kind.SITES)
    publishing.reorder(Kind.SITES, [second.id, first.id], actor=ACTOR)
    Snapshot.objects.update(set__body={"zh-CN": {"card": "{}", "detail": "{}"}})
    result = run("content", "refresh", "sites")
    assert result.exit_code == 0, result.output
    assert live_ids(Kind.SITES) == [second.id, first.id]
    assert Revision.objects.count() == 2
    assert versions.current().number == 5


def test_due_figures_are_listed(run: Run) -> None:
    day = today()
    due = (day - dt.timedelta(days=1)).isoformat()
    item = create(
        Kind.TRACKS,
        figures=[
            dummy_figure(review_by=due),
            dummy_figure(key="today", metric="今天到期", review_by=day.isoformat()),
            dummy_figure(key="never", metric="不复核"),
        ],
    )
    away = create(Kind.TRACKS, figures=[dummy_figure(review_by=due)], number=2)
    content.archive(Kind.TRACKS, away.id, actor=ACTOR)
    assert printed(run("content", "due")) == f"tracks  {item.slug}  产业规模  {due}\n"
