"""行程单: as data, as a page, on paper; for whom they are there, and for how long."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import SHANGHAI
from core.settings import Settings
from media import stores
from models.bookings import Booking
from models.departures import Departure, DepartureState
from models.staff import Role
from models.visitors import Visitor
from services import booking_policy, conflicts
from services.visits import ending
from tests.bookings.gates import NAMES, PLATES, gate, through
from tests.clocks import Clock
from tests.factories import staff_client
from tests.visiting import create_departure, request
from tests.visitors.callers import Caller, code
from tests.visits import complete
from tests.visits.complete import MAP, PHONE
from tests.visits.test_journey import text_of

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def desk_phone(settings: Settings) -> Iterator[str]:
    """A number of the desk, plainly none that anybody has."""
    phone = "0000-0000000"
    booking_policy.configure(replace(settings, desk_phone=phone))
    yield phone
    booking_policy.configure(settings)


def itinerary(caller: Caller, booking: str, **query: str) -> dict[str, Any]:
    answer = caller.get(f"/bookings/{booking}/itinerary", **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def test_it_tells_all_that_a_group_must_know(delegation: Caller) -> None:
    visit = complete.accepted_visit(delegation.id)
    departure = Departure.objects.get(id=visit.departure)
    told = itinerary(delegation, visit.booking)["itinerary"]
    assert told["contact"] == {"name": "演示讲解员 A", "phone": PHONE}
    assert told["transport"] == {"name": "演示中巴", "plate": "演示A0001"}
    assert (told["party"], told["bespoke"], told["version"]) == (6, True, 2)
    assert "people" not in told
    assert [one["travel_minutes"] for one in told["stops"]] == [20, None]
    assert told["stops"][0]["visit_note"] == "请佩戴安全帽"
    assert told["meeting"]["at"] < told["starts_at"] == told["stops"][0]["arrives_at"]
    assert told["map"]["approval"] == "测S(2026)001号"
    assert told["map"]["files"][0]["url"] == f"/media/{MAP}"
    assert len(told["advice"]) > 3
    english = itinerary(delegation, visit.booking, lang="en")["itinerary"]
    assert (english["title"], english["meeting"]["title"]) == ("Test route", "Test entrance")
    assert english["stops"][1]["title"] == "测试点位 2", "what is not translated stays Chinese"
    day = departure.starts_at.astimezone(SHANGHAI).date().isoformat()
    assert told["day"] == english["day"] == day


def test_who_does_not_come_is_not_told_whom_to_call(delegation: Caller, enter: Any) -> None:
    visit = complete.accepted_visit(delegation.id)
    first = delegation.get(f"/visits/{visit.id}/itinerary", version="1").get_json()["itinerary"]
    assert (first["contact"], first["state"], first["version"]) == (None, "cancelled", 1)
    assert delegation.post(f"/bookings/{visit.booking}/cancel", {}).status_code == 200
    after = itinerary(delegation, visit.booking)
    assert (after["itinerary"]["contact"], after["itinerary"]["transport"]) == (None, None)
    other = enter("B")
    for path in (f"/bookings/{visit.booking}/itinerary", f"/visits/{visit.id}/itinerary"):
        assert code(other.get(path)) == (404, "not_found")


def test_without_a_guide_the_desk_is_to_be_called(
    delegation: Caller, client: FlaskClient, desk_phone: str
) -> None:
    visit = complete.accepted_visit(delegation.id)
    assert itinerary(delegation, visit.booking)["itinerary"]["desk_phone"] is None
    first = delegation.get(f"/visits/{visit.id}/itinerary", version="1").get_json()["itinerary"]
    assert first["desk_phone"] == desk_phone, "what is proposed names no guide"
    booking = request(Visitor.objects.get(id=delegation.id), create_departure(in_hours=900))
    found = itinerary(delegation, booking.id)
    assert (found["itinerary"]["contact"], found["itinerary"]["desk_phone"]) == (None, desk_phone)
    page = client.get(found["papers"]["page"])
    assert 'href="tel:0000-0000000"' in page.text
    assert desk_phone in text_of(client.get(found["papers"]["pdf"]).data)


def test_nothing_is_invented_where_the_desk_has_no_number(
    delegation: Caller, client: FlaskClient
) -> None:
    booking = request(Visitor.objects.get(id=delegation.id), create_departure())
    found = itinerary(delegation, booking.id)
    assert found["itinerary"]["desk_phone"] is None
    assert "tel:" not in client.get(found["papers"]["page"]).text


def test_an_open_departure_has_one_too(delegation: Caller, client: FlaskClient) -> None:
    departure = create_departure(title={"zh": "开放班次"})
    booking = request(Visitor.objects.get(id=delegation.id), departure)
    found = itinerary(delegation, booking.id)
    assert (found["itinerary"]["bespoke"], found["itinerary"]["map"]) == (False, None)
    page = client.get(found["papers"]["page"])
    assert (page.status_code, "开放班次" in page.text) == (200, True)


def test_the_page_runs_nothing_and_is_kept_nowhere(delegation: Caller, client: FlaskClient) -> None:
    visit = complete.accepted_visit(delegation.id)
    papers = itinerary(delegation, visit.booking)["papers"]
    page = client.get(papers["page"])
    policy = page.headers["Content-Security-Policy"]
    nonce = page.text.partition('nonce="')[2].partition('"')[0]
    assert f"style-src 'nonce-{nonce}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for banned in ("<script", " style=", " onload=", " onerror="):
        assert banned not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(papers["page"]).headers["Content-Security-Policy"] != policy
    assert f'src="/media/{MAP}"' in page.text
    assert "<circle" in page.text, "pins stand on a map that is not drawn by us"
    assert f'href="tel:{PHONE}"' in page.text


def test_what_people_write_stays_text(delegation: Caller, client: FlaskClient) -> None:
    departure = create_departure(title={"zh": "<script>alert(1)</script>&{{7*7}}"})
    booking = request(Visitor.objects.get(id=delegation.id), departure)
    page = client.get(itinerary(delegation, booking.id)["papers"]["page"])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;{{7*7}}" in page.text
    assert "<script" not in page.text


def test_an_address_ends(delegation: Caller, client: FlaskClient, clock: Clock) -> None:
    visit = complete.accepted_visit(delegation.id)
    papers = itinerary(delegation, visit.booking)["papers"]
    path = papers["page"].partition("?")[0]
    token = path.rpartition("/")[2]
    payload, _, signature = token.partition(".")
    for wrong in (f"{payload}.{signature[:-1]}0x", f"x{token}", "x", token.upper(), "%00", "é"):
        answer = client.get(path.replace(token, wrong))
        assert code(answer) == (404, "link_ended"), wrong
    kindly = client.get(path.replace(token, "x"), headers=HTML)
    assert (kindly.status_code, kindly.mimetype) == (404, "text/html")
    assert "行程单" in kindly.text
    clock.advance(hours=2, minutes=1)
    assert code(client.get(path)) == (404, "link_ended")
    assert code(client.get(f"{path}/pdf")) == (404, "link_ended")


def test_an_address_ends_with_the_account(delegation: Caller, client: FlaskClient) -> None:
    visit = complete.accepted_visit(delegation.id)
    of_booking = itinerary(delegation, visit.booking)["papers"]["page"]
    of_visit = delegation.get(f"/visits/{visit.id}/itinerary").get_json()["papers"]["page"]
    assert {client.get(one).status_code for one in (of_booking, of_visit)} == {200}
    assert delegation.delete("/me").status_code == 204
    assert {client.get(one).status_code for one in (of_booking, of_visit)} == {404}


def test_the_paper_has_the_map_and_does_without_it(delegation: Caller, client: FlaskClient) -> None:
    visit = complete.accepted_visit(delegation.id)
    paper = itinerary(delegation, visit.booking)["papers"]["pdf"]
    with_map = client.get(paper)
    assert with_map.mimetype == "application/pdf"
    assert "filename*=UTF-8''%E8%A1%8C%E7%A8%8B%E5%8D%95" in with_map.headers["Content-Disposition"]
    stores.current().remove(MAP)
    without = client.get(paper)
    assert (images(with_map.data), images(without.data)) == (1, 0)
    for pdf in (with_map.data, without.data):
        words = text_of(pdf)
        for expected in (
            "测试线路",
            "测试集合点",
            "演示讲解员 A",
            PHONE,
            "请佩戴安全帽",
            "第 2 版",
        ):
            assert expected in words


def images(pdf: bytes) -> int:
    """Return how many pictures stand in a PDF."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        wanted = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
        return sum(len(list(page.get_objects(filter=wanted))) for page in document)
    finally:
        document.close()


def test_a_visit_to_single_sites_has_a_sketch_instead_of_a_map(
    delegation: Caller, client: FlaskClient
) -> None:
    asked = complete.proposed_visit(delegation.id)
    found = delegation.get(f"/visits/{asked}/itinerary").get_json()
    told = found["itinerary"]["sketch"]
    assert found["itinerary"]["map"] is None
    assert [(pin["label"], pin["numbers"]) for pin in told["pins"]] == [("1", [1]), ("2", [2])]
    assert [one["x"] for one in told["path"]] == [pin["x"] for pin in told["pins"]]
    assert told["scale_metres"] == 200
    page = client.get(found["papers"]["page"]).text
    assert page.count('class="pin"') == 2
    assert 'role="img" aria-labelledby="sketch-title"' in page
    assert told["alt"] in page
    assert told["caption"] in page
    assert " style=" not in page
    pdf = client.get(found["papers"]["pdf"]).data
    assert images(pdf) == 0, "it is drawn, no picture"
    for word in ("点位示意图", "200 米", "请勿用于导航"):
        assert word in text_of(pdf)
    english = client.get(found["papers"]["pdf"].replace("lang=zh-CN", "lang=en")).data
    assert "Sketch of the stops" in text_of(english)


def test_a_route_with_a_map_has_no_sketch(delegation: Caller, client: FlaskClient) -> None:
    visit = complete.accepted_visit(delegation.id)
    found = itinerary(delegation, visit.booking)
    assert found["itinerary"]["sketch"] is None
    assert "sketch-title" not in client.get(found["papers"]["page"]).text


def test_staff_read_that_of_any_departure(app: Flask, delegation: Caller) -> None:
    visit = complete.accepted_visit(delegation.id)
    client = staff_client(app, Role.BOOKING_DESK)
    base = f"/admin/api/v1/itineraries/{visit.departure}"
    told = client.get(base).get_json()
    assert (told["people"], told["party"], told["version"]) == (6, None, 2)
    assert told["contact"]["phone"] == PHONE
    assert "测试线路" in client.get(f"{base}/page").text
    assert client.get(f"{base}/pdf").data.startswith(b"%PDF")


def test_what_is_free_again_can_be_taken_by_others(delegation: Caller) -> None:
    visit = complete.accepted_visit(delegation.id)
    departure = Departure.objects.get(id=visit.departure)
    again = Departure(**{name: departure[name] for name in COPIED}, **FRESH)
    assert conflicts.find(again)
    delegation.post(f"/bookings/{visit.booking}/cancel", {})
    assert ending.is_pending()
    assert ending.free_abandoned() == 1
    assert not conflicts.find(again)
    assert Departure.objects.get(id=departure.id).state is DepartureState.CANCELLED
    assert Booking.objects.get(id=visit.booking).departure == departure.id


COPIED = (
    *("route", "title", "day", "starts_at", "ends_at", "stops", "terms"),
    *("closes_at", "cancel_by", "reschedule_by", "capacity", "guide", "vehicle"),
)
FRESH: dict[str, Any] = {}


def test_it_tells_what_gates_need(delegation: Caller, client: FlaskClient) -> None:
    departure = through(gate(NAMES, PLATES))
    booking = request(Visitor.objects.get(id=delegation.id), departure)
    words = {"zh-CN": "来访人员姓名、车牌号", "en": "Names of all who come, car plates"}
    for language, said in words.items():
        found = itinerary(delegation, booking.id, lang=language)
        assert found["itinerary"]["gate_needs"] == ["names", "plates"]
        assert f"<dd>{said}</dd>" in client.get(found["papers"]["page"]).text
        paper = text_of(client.get(found["papers"]["pdf"]).data)
        assert "".join(said.split()) in "".join(paper.split())
    plain = request(Visitor.objects.get(id=delegation.id), create_departure(in_hours=400))
    found = itinerary(delegation, plain.id)
    assert found["itinerary"]["gate_needs"] == []
    assert "入场需提供" not in client.get(found["papers"]["page"]).text
