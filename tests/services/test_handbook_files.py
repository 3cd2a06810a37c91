"""The PDF of an edition: when it is drawn, how it is served, what becomes of the file."""

import datetime as dt
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient

from core.clock import now
from core.ids import new_id
from jobs.registry import HANDLERS
from media import stores
from models.content import Content
from models.enums import Kind, Language
from models.handbook_files import HandbookFile, file_id
from models.outbox import Job, JobState
from services import (
    content,
    handbook_book,
    handbook_files,
    media_checks,
    media_objects,
    media_sweep,
    outbox,
    publishing,
    versions,
)
from services.handbook_changes import CHECK_JOB, DRAW_JOB, PAUSE
from tests.clocks import Clock
from tests.factories import ACTOR, create, create_live, create_media, publish
from tests.services.editions import change, chapter

ZH, EN = Language
CHAPTERS = Kind.CHAPTERS


@pytest.fixture
def edition() -> Content:
    """A live edition, whose job was done."""
    return create_live(Kind.HANDBOOK, title="测试手册", foreword="<p>测试前言</p>")


def drawing(state: JobState = JobState.PENDING) -> list[Job]:
    return list(Job.objects(name=DRAW_JOB, state=state))


def text_of(file: HandbookFile) -> str:
    with stores.current().open(file.key) as chunks:
        document = pypdfium2.PdfDocument(b"".join(chunks))
    return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_burst_of_changes_is_drawn_once_and_not_put_off(clock: Clock, edition: Content) -> None:
    (first,) = drawing()
    assert first.args == {"edition": edition.id}
    clock.advance(seconds=PAUSE.total_seconds() / 2)
    chapters = [chapter(edition, f"章{n}") for n in range(3)]
    publishing.reorder(CHAPTERS, [one.id for one in chapters], actor=ACTOR)
    publishing.unpublish(CHAPTERS, chapters[0].id, actor=ACTOR)
    (job,) = drawing()
    assert job.run_at == first.run_at
    create_live(Kind.SITES)
    change(chapters[1], title="只是改了")
    assert [one.id for one in drawing()] == [job.id]


def test_what_changes_while_it_is_drawn_is_drawn_again(clock: Clock, edition: Content) -> None:
    clock.advance(seconds=PAUSE.total_seconds() + 1)
    taken = outbox.claim(new_id(), dt.timedelta(minutes=5))
    assert taken is not None
    assert taken.name == DRAW_JOB
    chapter(edition, "又一章")
    assert len(drawing(JobState.RUNNING)) == len(drawing()) == 1


def test_a_chapter_that_moves_changes_both_editions(edition: Content) -> None:
    other = create_live(Kind.HANDBOOK)
    one = chapter(edition, "搬家的章")
    Job.objects.delete()
    change(one, edition=other.id)
    assert drawing() == []
    publish(content.get(CHAPTERS, one.id))
    assert {job.args["edition"] for job in drawing()} == {edition.id, other.id}


def test_it_is_drawn_served_and_given_up(client: FlaskClient, edition: Content) -> None:
    path = f"/api/v1/handbook/{edition.slug}"
    one = chapter(edition, "会撤下的章")
    chapter(edition, "留下的章")
    create(CHAPTERS, edition=edition.id, title="草稿里的章")
    assert client.get(path).get_json()["pdf"] is None
    before = versions.current().number
    HANDLERS[DRAW_JOB](edition=edition.id)
    assert versions.current().number == before + len(Language)
    file = HandbookFile.objects.get(id=file_id(edition.id, ZH))
    told = text_of(file)
    assert all(text in told for text in ("测试手册", "测试前言", "会撤下的章", "留下的章"))
    assert "草稿里的章" not in told
    for language in Language:
        answer = client.get(path, query_string={"lang": language.value}).get_json()["pdf"]
        drawn = HandbookFile.objects.get(id=file_id(edition.id, language))
        (source,) = answer["sources"]
        assert (answer["kind"], source["type"]) == ("document", "application/pdf")
        assert source["url"].endswith(drawn.key)
        assert source["size"] == drawn.size
    with client.get(f"/media/{file.key}") as served:
        assert (served.status_code, served.mimetype) == (200, "application/pdf")
        assert len(served.data) == file.size

    HANDLERS[DRAW_JOB](edition=edition.id)
    again = HandbookFile.objects.get(id=file.id)
    assert (again.key, again.drawn_at) == (file.key, file.drawn_at)
    assert versions.current().number == before + len(Language), "nothing changed"

    publishing.unpublish(CHAPTERS, one.id, actor=ACTOR)
    HANDLERS[DRAW_JOB](edition=edition.id)
    later = HandbookFile.objects.get(id=file.id)
    assert later.key != file.key
    assert "会撤下的章" not in text_of(later)
    recorded = {one.key: one for one in media_objects.recorded()}
    assert later.key in recorded
    assert file.key not in recorded
    assert media_checks.check(stores.current(), recorded[later.key]) is None

    publishing.unpublish(Kind.HANDBOOK, edition.id, actor=ACTOR)
    HANDLERS[DRAW_JOB](edition=edition.id)
    assert HandbookFile.objects.count() == 0


def file_of(edition: Content, language: Language, **changes: Any) -> HandbookFile:
    """Record a file as if it had been drawn, and store a few bytes as it."""
    data = f"{edition.id}{language}".encode()
    key = f"public/test/{edition.id}-{language.value.lower()}.pdf"
    stores.current().put(key, data)
    told = {
        "edition": edition.id,
        "language": language,
        "digest": "0" * 32,
        "seen": 0,
        "complete": True,
        "key": key,
        "size": len(data),
        "sha256": "0" * 64,
        "pages": 1,
        "drawn_at": now(),
    }
    return HandbookFile(id=file_id(edition.id, language), **{**told, **changes}).save()


def test_what_was_read_earlier_never_replaces_what_was_read_later(edition: Content) -> None:
    ahead = versions.current().number + 1
    before = [file_of(edition, language, seen=ahead).to_mongo() for language in Language]
    handbook_files.draw(edition.id)
    assert [one.to_mongo() for one in HandbookFile.objects.order_by("-id")] == before
    publishing.unpublish(Kind.HANDBOOK, edition.id, actor=ACTOR)
    HandbookFile.objects(language=EN).update(seen=ahead + 1_000)
    handbook_files.draw(edition.id)
    assert [one.language for one in HandbookFile.objects] == [EN]


def test_the_file_that_staff_uploaded_comes_first(client: FlaskClient, edition: Content) -> None:
    file_of(edition, ZH)
    create_media("printed-book")
    change(edition, pdf={"media": "printed-book"})
    publish(content.get(Kind.HANDBOOK, edition.id))
    path = f"/api/v1/handbook/{edition.slug}"
    assert client.get(path).get_json()["pdf"]["id"] == "printed-book"
    change(edition, pdf=None)
    publish(content.get(Kind.HANDBOOK, edition.id))
    assert client.get(path).get_json()["pdf"]["id"] == file_id(edition.id, ZH)


def test_the_sweep_leaves_files_that_are_recorded(clock: Clock, edition: Content) -> None:
    kept = file_of(edition, ZH)
    lost = file_of(edition, EN)
    clock.advance(days=2)
    found = media_sweep.find(stores.current())
    assert not {kept.key, lost.key} & {one.key for one in found.orphans}
    lost.delete()
    found = media_sweep.find(stores.current())
    assert lost.key in {one.key for one in found.orphans}
    assert kept.key not in {one.key for one in found.orphans}
    again = [one for one in found.orphans if one.key == lost.key]
    file_of(edition, EN)
    assert media_sweep.remove(stores.current(), again) == 0, "named again meanwhile"


def test_every_edition_is_looked_at_once_a_day(edition: Content) -> None:
    gone = create(Kind.HANDBOOK)
    file_of(gone, ZH)
    Job.objects.delete()
    for _ in range(2):
        HANDLERS[CHECK_JOB](day="2025-01-17")
    assert sorted(job.args["edition"] for job in drawing()) == sorted([edition.id, gone.id])
    HANDLERS[DRAW_JOB](edition=gone.id)
    assert HandbookFile.objects.count() == 0


def test_an_edition_that_is_too_long_is_given_up_and_keeps_its_file(
    edition: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter(edition, "长章", body=f"<p>{'长' * 2_000}</p>")
    former = file_of(edition, ZH).to_mongo()
    monkeypatch.setattr(handbook_book, "CHARACTERS_MAX", 1_000)
    with pytest.raises(outbox.GivenUp):
        HANDLERS[DRAW_JOB](edition=edition.id)
    assert HandbookFile.objects.get(id=file_id(edition.id, ZH)).to_mongo() == former
