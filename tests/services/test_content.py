"""Working copies: created, changed, duplicated, put away; nobody's change is lost unnoticed."""

from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotFound
from models.content import Content
from models.enums import ContentState, Kind
from services import content, links, publishing
from services.content import BOOKKEEPING
from tests.factories import ACTOR, create, create_live, create_maximal, dummy_fields, publish

STALE = {"current": 2, "given": 1}


def update(document: Content, **fields: Any) -> Content:
    return content.update(
        document.KIND, document.id, fields, revision=document.revision, actor=ACTOR
    )


def read(document: Content) -> Content:
    return content.get(document.KIND, document.id)


@pytest.mark.parametrize("kind", Kind)
def test_a_new_item_is_a_draft_at_revision_one(kind: Kind) -> None:
    document = read(create(kind))
    assert (document.state, document.revision) == (ContentState.DRAFT, 1)
    assert document.published_revision is None
    assert not links.is_live(kind, document.id)


def test_items_are_found_by_id_and_by_slug() -> None:
    document = create(Kind.TRACKS)
    assert content.get(Kind.TRACKS, document.slug).id == document.id
    assert content.get(Kind.TRACKS, document.id).slug == document.slug


@pytest.mark.parametrize("name", ["nothing", "", "$ne", "a" * 200, "x\x00", "\ud800", "赛道"])
def test_what_does_not_exist_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        content.get(Kind.TRACKS, name)


def test_a_new_item_comes_last() -> None:
    first, second = create(Kind.TRACKS), create(Kind.TRACKS)
    third = create(Kind.TRACKS, order=first.order - 1)
    listed = [document.id for document in content.listing(Kind.TRACKS)]
    assert listed == [third.id, first.id, second.id]


def test_lists_of_staff_are_cut_and_filtered_by_state() -> None:
    drafts = [create(Kind.TRACKS).id for _ in range(3)]
    live = create_live(Kind.TRACKS).id
    away = content.archive(Kind.TRACKS, create(Kind.TRACKS).id, actor=ACTOR).id

    def listed(**options: Any) -> list[str]:
        return [document.id for document in content.listing(Kind.TRACKS, **options)]

    assert listed() == [*drafts, live]
    assert listed(skip=1, limit=2) == drafts[1:]
    assert listed(state=ContentState.PUBLISHED) == [live]
    assert listed(state=ContentState.ARCHIVED) == [away]


def test_a_change_moves_the_revision_and_leaves_the_rest() -> None:
    document = create(Kind.TRACKS, summary="摘要", tags=["a"])
    after = read(update(document, title="新题"))
    assert (after.title, after.summary, list(after.tags)) == ("新题", "摘要", ["a"])
    assert after.revision == 2
    assert after.updated_at >= document.updated_at
    assert after.created_at == document.created_at


def test_null_empties_a_field() -> None:
    document = update(create(Kind.TRACKS, summary="摘要"), summary=None)
    assert read(document).summary is None


def test_what_a_change_returns_is_what_is_stored() -> None:
    document = update(create(Kind.ARTICLES), published_on="2025-03-01", title="新题")
    assert document.stored() == read(document).stored()


def test_a_stale_change_is_refused_with_both_revisions() -> None:
    document = create(Kind.TRACKS)
    update(document, title="甲")
    with pytest.raises(Conflict) as refused:
        update(document, title="乙")
    assert (refused.value.code, refused.value.params) == ("stale_revision", STALE)
    assert read(document).title == "甲"


def test_rich_text_is_cleaned_when_written() -> None:
    document = create(Kind.FAQS, answer="<p onclick='x'>甲</p><script>x</script>")
    assert read(document).answer == "<p>甲</p>"
    assert read(update(document, answer="<svg onload=x></svg>乙")).answer == "乙"


def test_a_slug_can_be_used_once() -> None:
    taken, other = create(Kind.TRACKS), create(Kind.TRACKS)
    with pytest.raises(Conflict) as refused:
        create(Kind.TRACKS, slug=taken.slug)
    assert (refused.value.code, refused.value.params) == ("slug_taken", {"slug": taken.slug})
    with pytest.raises(Conflict) as refused:
        update(other, slug=taken.slug)
    assert refused.value.code == "slug_taken"
    assert read(other).slug == other.slug


def test_kinds_do_not_share_their_slugs() -> None:
    track = create(Kind.TRACKS)
    assert create(Kind.SITES, slug=track.slug).slug == track.slug


def test_a_slug_can_change_until_the_item_was_published_once() -> None:
    document = update(create(Kind.TRACKS), slug="before-publishing")
    document = publish(document)
    with pytest.raises(Conflict) as refused:
        update(document, slug="after-publishing")
    assert refused.value.code == "slug_locked"
    document = publishing.unpublish(Kind.TRACKS, document.id, actor=ACTOR)
    with pytest.raises(Conflict):
        update(document, slug="after-publishing")
    assert update(document, slug="before-publishing", title="新题").title == "新题"


@pytest.mark.parametrize("name", sorted(BOOKKEEPING))
def test_bookkeeping_is_not_for_callers(name: str) -> None:
    document = create(Kind.TRACKS)
    for write in (
        lambda: update(document, **{name: 1}),
        lambda: create(Kind.TRACKS, **{name: 1}),
    ):
        with pytest.raises(Invalid) as refused:
            write()
        assert refused.value.fields == {name: "unknown_field"}


@pytest.mark.parametrize("name", ["colour", "id", "_cls", "$set", "title.x", "number__gt", ""])
def test_unknown_fields_are_refused_by_name(name: str) -> None:
    document = create(Kind.TRACKS)
    with pytest.raises(Invalid) as refused:
        update(document, **{name: 1, "title": "新题"})
    assert refused.value.fields == {name: "unknown_field"}
    assert read(document).stored() == document.stored()


@pytest.mark.parametrize("kind", Kind)
def test_a_duplicate_has_the_content_and_a_life_of_its_own(kind: Kind) -> None:
    source = publish(create_maximal(kind))
    copy = content.duplicate(kind, source.id, slug="copy", actor=ACTOR)
    own = {*BOOKKEEPING, "slug", "featured"}
    kept = {name: value for name, value in source.stored().items() if name not in own}
    copied = read(copy).stored()
    assert {name: value for name, value in copied.items() if name not in own} == kept
    assert copy.id != source.id
    assert (copied["state"], copied["revision"], copied["featured"]) == ("draft", 1, False)
    assert not links.is_live(kind, copy.id)


def test_a_duplicate_needs_a_slug_of_its_own() -> None:
    source = create(Kind.TRACKS)
    with pytest.raises(Conflict) as refused:
        content.duplicate(Kind.TRACKS, source.id, slug=source.slug, actor=ACTOR)
    assert refused.value.code == "slug_taken"


def test_archiving_puts_an_item_away_and_restoring_brings_it_back_as_a_draft() -> None:
    document = create(Kind.TRACKS, title="留着")
    assert content.archive(Kind.TRACKS, document.id, actor=ACTOR).state is ContentState.ARCHIVED
    back = content.restore(Kind.TRACKS, document.id, actor=ACTOR)
    assert (back.state, back.title) == (ContentState.DRAFT, "留着")


def test_what_is_live_is_not_archived() -> None:
    document = create_live(Kind.TRACKS)
    with pytest.raises(Conflict) as refused:
        content.archive(Kind.TRACKS, document.id, actor=ACTOR)
    assert refused.value.code == "still_live"
    assert read(document).state is ContentState.PUBLISHED


def test_only_what_is_archived_is_restored() -> None:
    with pytest.raises(Conflict) as refused:
        content.restore(Kind.TRACKS, create(Kind.TRACKS).id, actor=ACTOR)
    assert refused.value.code == "not_archived"


def test_an_archived_item_is_neither_changed_nor_published() -> None:
    document = content.archive(Kind.TRACKS, create(Kind.TRACKS).id, actor=ACTOR)
    for write in (lambda: update(document, title="新题"), lambda: publish(document)):
        with pytest.raises(Conflict) as refused:
            write()
        assert refused.value.code == "archived"


def test_archiving_keeps_the_slug_taken() -> None:
    document = content.archive(Kind.TRACKS, create(Kind.TRACKS).id, actor=ACTOR)
    with pytest.raises(Conflict):
        content.create(Kind.TRACKS, dummy_fields(Kind.TRACKS, slug=document.slug), actor=ACTOR)
