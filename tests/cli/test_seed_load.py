"""Loading content files: once, again, changed."""

from collections.abc import Callable

import pytest
from click.testing import Result

from cli.seed import load, source
from cli.seed.load import Outcome
from models.enums import Kind, Language, TranslationStatus
from models.revisions import Revision
from services import content, translations
from tests.cli.seed_files import (
    QUESTION,
    SLUGS,
    Files,
    Load,
    all_are,
    check_whole,
    state_of_things,
    track,
)

Run = Callable[..., Result]
Refused = Callable[..., str]


def test_everything_is_loaded_in_an_order_in_which_links_are_live(load_all: Load) -> None:
    assert load_all() == all_are(Outcome.LOADED)
    check_whole()
    assert Revision.objects.count() == len(SLUGS)
    assert {revision.actor for revision in Revision.objects} == {load.ACTOR.name}
    route = content.get(Kind.ROUTES, "test-route")
    site = content.get(Kind.SITES, "test-site")
    assert [stop.site for stop in route.stops] == [site.id, site.id]
    assert route.tracks == [track().id]
    assert track().figures[0].source == "测试文件"
    assert track().sources[0].title == "测试文件"


def test_english_is_current_where_the_files_have_it(load_all: Load) -> None:
    load_all()
    for kind, slug in ((Kind.TRACKS, "test-track"), (Kind.ROUTES, "test-route")):
        found = translations.texts(content.get(kind, slug), Language.EN)
        assert translations.status(found, Language.EN) is TranslationStatus.CURRENT
    found = translations.texts(content.get(Kind.FAQS, "test-question"), Language.EN)
    assert translations.status(found, Language.EN) is TranslationStatus.MISSING


def test_a_second_loading_changes_nothing(load_all: Load) -> None:
    load_all()
    before = state_of_things()
    assert load_all() == all_are(Outcome.UNCHANGED)
    assert state_of_things() == before


def test_what_changed_in_the_files_goes_live(files: Files, load_all: Load) -> None:
    load_all()
    files["tracks"][0]["title"] = "改名的赛道"
    files["tracks"][0]["en"]["title"] = "Renamed track"
    expected = {**all_are(Outcome.UNCHANGED), "test-track": Outcome.UPDATED}
    assert load_all() == expected
    check_whole()
    assert track().title == "改名的赛道"
    found = translations.texts(track(), Language.EN)
    assert translations.status(found, Language.EN) is TranslationStatus.CURRENT
    assert Revision.objects(item=track().id).count() == 2
    assert load_all() == all_are(Outcome.UNCHANGED)


def test_what_the_files_have_no_more_is_gone(files: Files, load_all: Load) -> None:
    files["tracks"][0]["featured"] = True
    load_all()
    for name in ("summary", "figures", "tags", "featured"):
        del files["tracks"][0][name]
    files["tracks"][0]["en"] = {"title": "Test track"}
    assert load_all()["test-track"] is Outcome.UPDATED
    found = track()
    assert (found.summary, list(found.figures), found.tags) == (None, [], [])
    assert found.featured is False
    texts = {text.path: text.translated for text in translations.texts(found, Language.EN)}
    assert texts == {"title": "Test track", "direction": None, "cover.alt": "Test track"}
    assert load_all() == all_are(Outcome.UNCHANGED)


def test_an_item_that_is_new_in_the_files_is_loaded(files: Files, load_all: Load) -> None:
    load_all()
    files["faqs"].append({**QUESTION, "slug": "second-question"})
    assert load_all() == {**all_are(Outcome.UNCHANGED), "second-question": Outcome.LOADED}


def test_an_item_that_was_deleted_behind_our_back_is_told(load_all: Load) -> None:
    load_all()
    track().delete()
    with pytest.raises(source.ContentError, match="tracks:test-track was loaded and is gone"):
        load_all()
