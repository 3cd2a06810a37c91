"""The text of PDFs in search: found where a public item refers to them, and nowhere else."""

import pytest

from core.settings import Settings
from models.enums import Kind
from models.media_items import MediaItem
from services import media_items, media_rendering, publishing
from services.search import entries, extract
from tests.factories import ACTOR, create, create_live
from tests.media.files import pdf
from tests.media.uploading import Sender, work_off
from tests.services.search.asking import ask, marked, titles

PAGES = ["Moonlit harbour quota", "Second sheet", "Subsidy for zeppelins"]


@pytest.fixture
def paper(sender: Sender, settings: Settings) -> str:
    """A document of three pages that was uploaded and rendered."""
    done = sender.upload(pdf(PAGES), "手册.pdf")
    work_off(settings)
    return str(done["item"])


def test_an_edition_is_found_by_the_words_of_its_pdf(paper: str) -> None:
    assert ask("zeppelin").items == []
    edition = create_live(Kind.HANDBOOK, title="实用手册", pdf={"media": paper})
    create_live(Kind.ARTICLES, title="Zeppelins over the harbour")
    assert ask("zeppelin quota").items[0]["id"] == edition.id
    assert titles("zeppelins") == ["Zeppelins over the harbour", "实用手册"]
    assert marked("zeppelin quota", "snippet")
    publishing.unpublish(Kind.HANDBOOK, edition.id, actor=ACTOR)
    assert ask("moonlit").items == []


def test_a_document_that_a_text_leads_to_is_found_too(sender: Sender, paper: str) -> None:
    files = sender.item(paper)["files"]
    key = next(file["key"] for file in files if file["role"] == "document")
    page = create_live(Kind.CHAPTERS, body=f'<p><a href="/media/{key}">附件</a></p>')
    assert [hit["id"] for hit in ask("moonlit harbour").items] == [page.id]
    assert sender.call("GET", f"media/{paper}/uses")["items"][0]["item"] == page.id


def test_rebuilding_and_rendering_anew_keep_it(paper: str) -> None:
    edition = create_live(Kind.HANDBOOK, title="实用手册", pdf={"media": paper})
    assert [*entries.rebuild()]
    assert titles("zeppelin") == ["实用手册"]
    publishing.refresh(Kind.HANDBOOK, edition.id, actor=ACTOR)
    assert titles("zeppelin") == ["实用手册"]


def test_what_is_internal_or_not_referred_to_is_not_found(
    sender: Sender, settings: Settings, paper: str
) -> None:
    secret = sender.upload(pdf(["Clandestine figures"]), "内部.pdf", audience="internal")
    work_off(settings)
    create(Kind.HANDBOOK, pdf={"media": paper})  # a draft
    create_live(Kind.HANDBOOK, title="没有文件")
    assert media_items.texts([paper, secret["item"]]) == ["\n".join(PAGES)]
    for query in ("clandestine", "zeppelin"):
        assert ask(query).items == []


def test_the_text_is_bounded_and_in_no_list(
    sender: Sender, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_rendering, "TEXT_MAX", 20)
    done = sender.upload(pdf(PAGES), "手册.pdf")
    work_off(settings)
    item = MediaItem.objects.get(id=done["item"])
    assert item.text == "Moonlit harbour quot"
    assert media_items.lookup({item.id})[item.id].text is None
    assert len(extract.joined("x", ["y" * extract.DOCUMENTS_MAX] * 2)) == 2 + extract.DOCUMENTS_MAX
