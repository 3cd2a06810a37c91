"""Every answer, key by key and type by type, is what the document says."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.enums import Kind
from services import sitemaps
from tests.api.complete import create_chapters, create_items, create_whole_departure
from tests.api.documented import Documented
from tests.api.surface import API, LISTED, adding
from tests.factories import create_live

NAMES = {
    Kind.TRACKS: "Track",
    Kind.PROJECTS: "Project",
    Kind.ROUTES: "Route",
    Kind.SITES: "Site",
    Kind.FILMS: "Film",
    Kind.VENUES: "Venue",
    Kind.HANDBOOK: "Edition",
    Kind.CLUSTERS: "Cluster",
    Kind.ARTICLES: "Article",
    Kind.FAQS: "Faq",
}
# Only in failures, which are checked where they are caused.
FAILURES = {"Error", "ErrorBody"}


@pytest.fixture
def documented(client: FlaskClient) -> Documented:
    return Documented(client.get(f"{API}/swagger.json").get_json())


def _complete_answers(client: FlaskClient, language: str) -> Iterator[tuple[str, str, Any]]:
    """Yield (path, definition, answer) of every kind of answer."""
    paths = [(f"{API}/home", "Home"), (f"{API}/sitemaps", "SitemapIndex")]
    # What is in the body only, so that a snippet shows it; what a title begins with.
    paths += [(f"{API}/search?q={word}", "Search") for word in ("测试", "旁白", "English")]
    paths += [(f"{API}/search/suggest?q={word}", "Suggestions") for word in ("测试", "english")]
    paths += [(f"{API}/sitemaps/{kind}", "Sitemap") for kind in Kind]
    for departure in client.get(f"{API}/departures").get_json()["items"]:
        month = departure["day"][:7]
        paths += [(f"{API}/departures", "DeparturePage")]
        paths += [(f"{API}/departures/{departure['id']}", "Departure")]
        paths += [(f"{API}/departures/calendar?month={month}", "Calendar")]
        paths += [(f"{API}/routes/{departure['slug']}/departures", "DeparturePage")]
    for kind in LISTED:
        paths.append((f"{API}/{kind}", f"{NAMES[kind]}Page"))
        listed = client.get(f"{API}/{kind}").get_json()["items"]
        paths += [(f"{API}/{kind}/{item['id']}", NAMES[kind]) for item in listed]
    for edition in client.get(f"{API}/handbook").get_json()["items"]:
        chapters = client.get(f"{API}/handbook/{edition['id']}").get_json()["chapters"]
        for chapter in [*chapters, *(child for one in chapters for child in one["children"])]:
            paths.append((f"{API}/handbook/{edition['id']}/chapters/{chapter['id']}", "Chapter"))
    for path, name in paths:
        answer = client.get(adding(path, lang=language))
        assert answer.status_code == 200, path
        yield path, name, answer.get_json()
    for path, name in ((f"{API}/search", "Search"), (f"{API}/search/suggest", "Suggestions")):
        for text in ("测试", "english", "演示"):
            answer = client.get(path, query_string={"q": text, "lang": language})
            yield f"{path} {text}", name, answer.get_json()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_complete_answers_are_documented_and_documentation_is_answered(
    client: FlaskClient, documented: Documented, language: str
) -> None:
    items = create_items()
    create_chapters(items[Kind.HANDBOOK], items[Kind.CHAPTERS])
    create_items()  # so that everything has something related
    create_whole_departure(items[Kind.ROUTES])
    for kind in Kind:
        sitemaps.build(kind)
    for path, name, answer in _complete_answers(client, language):
        assert documented.faults(answer, name) == [], path
    private = documented.private()
    expected = {
        one for one in documented.properties() if one[0] not in FAILURES and one[0] not in private
    }
    # A page that has no next one gives null; the pages of the paging tests have one.
    expected = {one for one in expected if one[1] != "next_cursor"}
    assert expected - documented.seen == set()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_barest_answers_are_documented(
    client: FlaskClient, documented: Documented, language: str
) -> None:
    for path, name, answer in _bare_answers(client, language):
        assert documented.faults(answer, name) == [], path


def _bare_answers(client: FlaskClient, language: str) -> Iterator[tuple[str, str, Any]]:
    for path, name in ((f"{API}/home", "Home"), (f"{API}/sitemaps", "SitemapIndex")):
        yield path, name, client.get(path, query_string={"lang": language}).get_json()
    for kind in LISTED:
        path = f"{API}/{kind}/{create_live(kind).id}"
        yield path, NAMES[kind], client.get(path, query_string={"lang": language}).get_json()
    chapter = create_live(Kind.CHAPTERS)
    path = f"{API}/handbook/{chapter.edition}/chapters/{chapter.slug}"
    yield path, "Chapter", client.get(path, query_string={"lang": language}).get_json()


def test_a_page_with_a_next_one_is_documented(client: FlaskClient, documented: Documented) -> None:
    for _ in range(2):
        create_live(Kind.TRACKS)
    answer = client.get(f"{API}/tracks?limit=1").get_json()
    assert answer["next_cursor"]
    assert documented.faults(answer, "TrackPage") == []
    assert ("TrackPage", "next_cursor") in documented.seen


@pytest.mark.parametrize("query", ["?lang=xx", "?strange=1", "?limit=1&limit=2", ""])
def test_failures_are_documented(client: FlaskClient, documented: Documented, query: str) -> None:
    path = f"{API}/tracks{query}" if query else f"{API}/tracks/absent"
    assert documented.faults(client.get(path).get_json(), "Error") == []
    assert {("Error", "error"), ("ErrorBody", "message")} <= documented.seen


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"items": [], "next_cursor": None, "extra": 1}, "not documented"),
        ({"items": []}, "missing"),
        ({"items": None, "next_cursor": None}, "null"),
        ({"items": [{"featured": 1}], "next_cursor": None}, "no boolean"),
        ({"items": [{"number": True}], "next_cursor": None}, "no integer"),
        ({"items": [{"class": "other"}], "next_cursor": None}, "none of"),
        ({"items": [{"cover": {"sources": {}}}], "next_cursor": None}, "no array"),
        ({"items": [{"figures": [{"as_of": "soon"}]}], "next_cursor": None}, "no date"),
    ],
)
def test_the_checker_finds_faults(documented: Documented, value: Any, fault: str) -> None:
    found = documented.faults(value, "TrackPage")
    assert len(found) == 1
    assert fault in found[0]
