"""Group lists and day sheets: who comes when, whole or masked, on paper and as workbook."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import SHANGHAI, day_start, today
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState, PlannedStop, Words
from models.enums import Kind
from models.guides import Guide
from models.staff import Role
from models.vehicles import Vehicle
from services import personal_data
from services.bookings import drafting
from tests.bookings.booked import create_booking
from tests.bookings.gates import NAMES, PLATES, gate, through
from tests.factories import create_live, staff_client
from tests.visiting import create_departure

API = "/admin/api/v1"
S = BookingState
FORMULA = '=HYPERLINK("https://example.org","测试单位")'


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return staff_client(app, Role.BOOKING_DESK)


@pytest.fixture
def host(app: Flask) -> FlaskClient:
    return staff_client(app, Role.DEPARTMENT_LIAISON)


def told(booking: Booking, **texts: Any) -> Booking:
    """Write what is personal of a booking."""
    plain = {
        name: drafting.listed(tuple(text)) if isinstance(text, list) else text
        for name, text in texts.items()
    }
    sealed = personal_data.sealed(Booking, booking.id, plain)
    Booking._get_collection().update_one({"_id": booking.id}, {"$set": sealed})
    return booking


def visit(site: str, at: dt.datetime, **changes: Any) -> Departure:
    """Write a departure that is at a site from a moment on, for half an hour."""
    stop = PlannedStop(
        key="stop-1",
        site=site,
        title=Words(zh="演示点位"),
        arrives_at=at,
        leaves_at=at + dt.timedelta(minutes=30),
    )
    starts = at - dt.timedelta(minutes=15)
    return create_departure(
        stops=[stop],
        starts_at=starts,
        ends_at=at + dt.timedelta(minutes=45),
        day=starts.astimezone(SHANGHAI).date().isoformat(),
        **changes,
    )


def texts_of(workbook: bytes) -> list[list[str]]:
    """Return the cells that hold something, which must all be text."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    rows = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert {cell.data_type for row in rows for cell in row} == {"s"}
    return [[str(cell.value) for cell in row] for row in rows]


def printed(content: bytes) -> list[str]:
    """Return the text of each page, without blanks and ends of lines."""
    with pypdfium2.PdfDocument(content) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return ["".join(text.split()) for text in texts]


def test_a_workbook_holds_texts_and_never_a_formula(desk: FlaskClient) -> None:
    departure = create_departure(capacity=40)
    nasty = [FORMULA, "+86 1", "-1+1", "@SUM(A1)", "\t=1", "a\u0001b"]
    for text in nasty:
        told(create_booking(departure), organisation=text, companions=[FORMULA], needs=text)
    create_booking(departure, state=S.CANCELLED)
    answer = desk.get(f"{API}/group-lists/{departure.id}")
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = texts_of(answer.data)
    heading = next(row for row in rows if row[:1] == ["序号"])
    assert heading[1:6] == ["单位", "联系人", "电话", "人数", "状态"]
    groups = rows[rows.index(heading) + 1 :]
    assert [row[1] for row in groups] == ["ab" if "\u0001" in text else text for text in nasty]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("bookings.export", f"departures:{departure.id}")


def test_a_list_is_printed_however_much_a_group_tells(desk: FlaskClient) -> None:
    guide, vehicle = Guide(name="演示讲解员 A").save(), Vehicle(name="演示中巴", seats=20).save()
    departure = create_departure(capacity=300, guide=guide.id, vehicle=vehicle.id, demo=True)
    told(
        create_booking(departure, party=201, state=S.REQUESTED),
        organisation="测试单位",
        needs="测试需求" * 150,
        companions=[f"测试同行 {number}" for number in range(200)],
    )
    query = {"format": "pdf", "lang": "en"}
    answer = desk.get(f"{API}/group-lists/{departure.id}", query_string=query)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = printed(answer.data)
    assert len(pages) > 2
    whole = "".join(pages)
    for text in ("演示讲解员A", "演示中巴", "测试单位", "测试访客A", "Requested", "同行199"):
        assert text in whole


def test_who_comes_when_is_masked_for_hosts_and_whole_on_record_for_the_desk(
    desk: FlaskClient, host: FlaskClient
) -> None:
    site = create_live(Kind.SITES)
    morning = day_start(today()) + dt.timedelta(hours=9)
    later = visit(site.id, morning + dt.timedelta(hours=3))
    first = visit(site.id, morning, capacity=30)
    visit(site.id, morning, state=DepartureState.CANCELLED)
    visit(site.id, morning + dt.timedelta(days=1))
    visit("another", morning)
    group = create_booking(first, party=4)
    told(group, organisation="测试单位", plates=["鲁B·00000"], needs="轮椅")
    create_booking(first, party=3, state=S.REQUESTED)
    create_booking(first, state=S.WAITLISTED)
    create_booking(later, state=S.CHECKED_IN)
    sheet = host.get(f"{API}/day-sheets/{site.slug}").get_json()
    assert (sheet["site"], sheet["people"], sheet["whole"]) == (site.id, 6, False)
    found = [(one["departure"], one["people"], one["pending"]) for one in sheet["arrivals"]]
    assert found == [(first.id, 4, 3), (later.id, 2, 0)]
    group = sheet["arrivals"][0]["groups"][0]
    assert (group["organisation"], group["name"], group["plates"]) == ("测****", "测****", [])
    assert group["needs"] is None
    assert AuditEntry.objects(action="bookings.reveal").count() == 0
    whole = desk.get(f"{API}/day-sheets/{site.id}").get_json()
    group = whole["arrivals"][0]["groups"][0]
    assert (group["organisation"], group["plates"], group["needs"]) == (
        "测试单位",
        ["鲁B·00000"],
        "轮椅",
    )
    entry = AuditEntry.objects.get(action="bookings.reveal")
    assert entry.target == f"sites:{site.id}"


def test_a_day_sheet_is_a_file_too(desk: FlaskClient, host: FlaskClient) -> None:
    site = create_live(Kind.SITES)
    morning = day_start(today()) + dt.timedelta(hours=9)
    departure = visit(site.id, morning)
    told(create_booking(departure), organisation="测试单位")
    path = f"{API}/day-sheets/{site.id}/file"
    for client, shown, hidden in ((desk, "测试单位", "隐去"), (host, "隐去", "测试单位")):
        cells = str(texts_of(client.get(path).data))
        assert shown in cells
        assert hidden not in cells
    pages = printed(desk.get(f"{path}?format=pdf").data)
    assert all(text in pages[0] for text in ("测试单位", "09:00–09:30", "当日1批"))
    empty = desk.get(path, query_string={"day": "2030-01-01", "format": "pdf"})
    assert "当日无人来访" in printed(empty.data)[0]


def test_a_visit_over_midnight_is_on_the_day_of_its_stop(desk: FlaskClient) -> None:
    site = create_live(Kind.SITES)
    midnight = day_start(today() + dt.timedelta(days=1))
    visit(site.id, midnight + dt.timedelta(minutes=5))
    for day, count in ((today(), 0), (today() + dt.timedelta(days=1), 1)):
        sheet = desk.get(f"{API}/day-sheets/{site.id}", query_string={"day": str(day)})
        assert len(sheet.get_json()["arrivals"]) == count


def test_lists_tell_what_gates_still_need(desk: FlaskClient, host: FlaskClient) -> None:
    site, other = gate(NAMES), gate(PLATES)
    departure = through(site, other, in_hours=1)
    told(create_booking(departure, party=2), organisation="测试单位", companions=["测试同行 B"])
    create_booking(departure, party=2, no_car=True)
    cells = texts_of(desk.get(f"{API}/group-lists/{departure.id}").data)
    assert ["入场需提供：来访人员姓名、车牌号"] in cells
    heading = next(row for row in cells if row[:1] == ["序号"])
    assert "尚缺" in heading
    first, second = cells[cells.index(heading) + 1 :]
    assert "车牌号" in first
    assert {"无车", "来访人员姓名"} <= set(second)
    query = {"format": "pdf", "lang": "en"}
    pages = printed(desk.get(f"{API}/group-lists/{departure.id}", query_string=query).data)
    assert "Thegateasksfor:namesofallwhocome,carplates" in pages[0]
    assert "Missing" in pages[0]
    day = departure.starts_at.astimezone(SHANGHAI).date().isoformat()
    for client in (desk, host):
        sheet = client.get(f"{API}/day-sheets/{site}", query_string={"day": day}).get_json()
        (arrival,) = sheet["arrivals"]
        assert arrival["gate_needs"] == ["names"], "other gates are no concern of this site"
        assert [one["missing"] for one in arrival["groups"]] == [[], ["names"]]
    query = {"day": day}
    cells = texts_of(host.get(f"{API}/day-sheets/{site}/file", query_string=query).data)
    assert any("尚缺" in row for row in cells)


def test_a_list_where_no_gate_asks_has_no_column_for_it(desk: FlaskClient) -> None:
    departure = create_departure()
    create_booking(departure)
    cells = str(texts_of(desk.get(f"{API}/group-lists/{departure.id}").data))
    assert "尚缺" not in cells
    assert "入场" not in cells
