"""Codes with a channel: made by staff, scanned by visitors, counted to the booking."""

import datetime as dt
import io
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from core.clock import today
from core.db import transaction
from media.native import posters
from models.audit import AuditEntry
from models.enums import Kind
from models.scenes import Scene, SceneDay
from models.staff import Role
from services import scenes
from tests.clocks import Clock
from tests.factories import create, create_live, staff_client
from tests.simulator.running import RunningSimulator
from tests.visiting import create_departure
from tests.visitors.callers import API, code
from tests.waiting import PATIENCE_S

CODES = "/admin/api/v1/codes"
LONG_TITLE = "高端装备制造与新一代信息技术融合产业园招商项目（一期）Smart Manufacturing Park"


@pytest.fixture
def desk(visitor_app: Flask) -> FlaskClient:
    return staff_client(visitor_app, Role.BOOKING_DESK)


def make(desk: FlaskClient, channel: str = "leaflet", item: str | None = None) -> str:
    item = item or create_live(Kind.PROJECTS).id
    answer = desk.post(CODES, json={"place": "projects", "item": item, "channel": channel})
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["id"])


@pytest.mark.parametrize(
    ("place", "kind", "page"),
    [
        ("projects", Kind.PROJECTS, "pages/project/detail"),
        ("routes", Kind.ROUTES, "pages/route/detail"),
        ("films", Kind.FILMS, "pages/film/detail"),
        ("chapters", Kind.CHAPTERS, "pages/handbook/chapter"),
    ],
)
def test_a_code_leads_to_its_page(
    desk: FlaskClient, anybody: FlaskClient, place: str, kind: Kind, page: str
) -> None:
    item = create_live(kind)
    made = desk.post(CODES, json={"place": place, "item": item.id, "channel": "expo-2026"})
    card = made.get_json()
    assert (card["title"], card["created_by_name"]) == (item.title, "测试人员")
    assert len(card["id"]) <= 32
    answer = anybody.get(f"{API}/scenes/{card['id']}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == {
        **{"place": place, "item": item.id, "page": page, "channel": "expo-2026"},
    }


def test_a_departure_has_its_own_title_or_one_that_is_given(
    desk: FlaskClient, anybody: FlaskClient
) -> None:
    item = create_departure().id
    departure = {"place": "departures", "item": item, "channel": "leaflet"}
    assert code(desk.post(CODES, json={**departure, "item": "absent"})) == (404, "not_found")
    made = desk.post(CODES, json=departure).get_json()
    assert made["title"] == "演示线路"
    target = anybody.get(f"{API}/scenes/{made['id']}").get_json()
    assert (target["page"], target["item"]) == ("pages/departure/detail", item)
    other = desk.post(CODES, json={**departure, "channel": "expo", "title": "测试班次"})
    assert other.get_json()["title"] == "测试班次"


def test_a_place_and_a_channel_have_one_code(desk: FlaskClient) -> None:
    item = create_live(Kind.PROJECTS).id
    first, second = make(desk, item=item), make(desk, item=item)
    assert first == second != make(desk, "expo", item)
    assert AuditEntry.objects(action="codes.create").count() == Scene.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"place": "projects", "item": "absent", "channel": "a"}, (404, "not_found")),
        ({"place": "sites", "item": "a", "channel": "a"}, (400, "invalid")),
        ({"place": "projects", "item": "a", "channel": "展会"}, (400, "invalid")),
        ({"place": "projects", "item": "a", "channel": "a" * 41}, (400, "invalid")),
        ({"place": "projects", "item": "$ne", "channel": "a"}, (400, "invalid")),
        ({"place": "projects", "item": "a"}, (400, "invalid")),
    ],
)
def test_wrong_codes_are_not_made(
    desk: FlaskClient, body: dict[str, str], expected: tuple[int, str]
) -> None:
    assert code(desk.post(CODES, json=body)) == expected
    draft = create(Kind.PROJECTS).id
    offline = {"place": "projects", "item": draft, "channel": "a"}
    assert code(desk.post(CODES, json=offline)) == (409, "not_live")
    assert Scene.objects.count() == 0


def test_the_code_is_drawn_by_wechat(desk: FlaskClient, simulator: RunningSimulator) -> None:
    scene = make(desk)
    answer = desk.get(f"{CODES}/{scene}/image?width=600")
    assert answer.mimetype == "image/png"
    with Image.open(io.BytesIO(answer.data)) as drawn:
        assert 300 < drawn.width == drawn.height <= 600
    assert code(desk.get(f"{CODES}/{scene}/image?width=2000")) == (400, "invalid")
    simulator.fail("getwxacodeunlimit", errcode=41030)
    assert code(desk.get(f"{CODES}/{scene}/image")) == (400, "wechat_target")
    simulator.fail("getwxacodeunlimit", errcode=45009)
    answer = desk.get(f"{CODES}/{scene}/image")
    assert code(answer) == (503, "wechat_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_poster_holds_the_code(desk: FlaskClient) -> None:
    scene = make(desk)
    answer = desk.get(f"{CODES}/{scene}/poster")
    assert answer.mimetype == "image/jpeg"
    with Image.open(io.BytesIO(answer.data)) as poster:
        assert (poster.format, poster.size) == ("JPEG", (1080, 1620))
        card = poster.convert("L").crop((280, 814, 800, 1334))
        darkest, brightest = card.getextrema()
        assert (darkest < 40, brightest > 220) == (True, True), "the code's two colours"
    assert len(answer.data) < 500_000


def test_titles_of_posters_are_broken_where_readers_expect_it() -> None:
    lines = posters.wrapped(LONG_TITLE, 68, 888)
    assert "".join(lines).replace(" ", "") == LONG_TITLE.replace(" ", "")
    assert not any(line[0] in posters.NOT_FIRST for line in lines)
    assert any("Manufacturing" in line for line in lines), "words stay whole"
    assert posters.wrapped("短", 68, 888) == ["短"]


def test_links_lead_there_too(desk: FlaskClient) -> None:
    scene = make(desk)
    ways = desk.post(f"{CODES}/{scene}/links", json={"days": 7}).get_json()
    assert ways["url_link"].startswith("https://wxaurl.cn/")
    assert ways["scheme"].startswith("weixin://")
    assert dt.datetime.fromisoformat(ways["ends_at"]).date() >= today() + dt.timedelta(days=6)
    for days in (0, 31, "7", True):
        assert code(desk.post(f"{CODES}/{scene}/links", json={"days": days})) == (400, "invalid")


def test_scans_are_counted_by_channel_and_day(
    desk: FlaskClient, anybody: FlaskClient, clock: Clock
) -> None:
    item = create_live(Kind.PROJECTS).id
    leaflet, expo = make(desk, "leaflet", item), make(desk, "expo", item)
    first = today()
    for scene, times in ((leaflet, 3), (expo, 1)):
        for _ in range(times):
            assert anybody.get(f"{API}/scenes/{scene}").status_code == 200
    clock.advance(days=1)
    anybody.get(f"{API}/scenes/{leaflet}")
    assert scenes.attribute(leaflet) == "leaflet"
    days = {"first": first.isoformat(), "last": today().isoformat()}
    desk = staff_client(desk.application, Role.INVESTMENT_OFFICER)
    found = desk.get(f"{CODES}/figures", query_string=days).get_json()["items"]
    told = [(one["day"], one["channel"], one["scans"], one["bookings"]) for one in found]
    assert told == [
        (days["last"], "leaflet", 1, 1),
        (days["first"], "expo", 1, 0),
        (days["first"], "leaflet", 3, 0),
    ]
    only = desk.get(f"{CODES}/figures", query_string={**days, "channel": "expo"}).get_json()
    assert [one["scene"] for one in only["items"]] == [expo]
    swapped = {"first": days["last"], "last": days["first"]}
    assert code(desk.get(f"{CODES}/figures", query_string=swapped)) == (400, "invalid")


def test_a_booking_is_attributed_with_its_transaction(desk: FlaskClient) -> None:
    scene = make(desk)

    def fail(session: object) -> None:
        assert scenes.attribute(scene, session) == "leaflet"  # type: ignore[arg-type]
        raise LookupError

    with pytest.raises(LookupError):
        transaction(fail)
    assert SceneDay.objects.count() == 0, "no booking, no count"
    assert transaction(lambda session: scenes.attribute(scene, session)) == "leaflet"
    assert SceneDay.objects.get().bookings == 1
    assert scenes.attribute(None) is None
    assert scenes.attribute("absent") is None
    assert SceneDay.objects.get().bookings == 1


def test_scans_at_once_are_all_counted(desk: FlaskClient) -> None:
    scene = make(desk)
    gate = threading.Barrier(8)

    def run(work: Callable[[], object]) -> None:
        gate.wait(PATIENCE_S)
        for _ in range(5):
            work()

    threads = [
        threading.Thread(target=run, args=(lambda: scenes.resolve(scene),)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert SceneDay.objects.get().scans == 40


def test_an_unknown_scene_is_not_there(anybody: FlaskClient) -> None:
    assert code(anybody.get(f"{API}/scenes/absent")) == (404, "not_found")
    assert SceneDay.objects.count() == 0


def test_codes_are_listed(desk: FlaskClient) -> None:
    made = [make(desk, f"channel-{number}") for number in range(3)]
    first = desk.get(f"{CODES}?limit=2").get_json()
    rest = desk.get(f"{CODES}?limit=2&cursor={first['next_cursor']}").get_json()
    found = [one["id"] for one in first["items"] + rest["items"]]
    assert (sorted(found), rest["next_cursor"]) == (sorted(made), None)
    only = desk.get(f"{CODES}?channel=channel-1&place=projects").get_json()["items"]
    assert [one["id"] for one in only] == [made[1]]
    assert desk.get(f"{CODES}/{made[0]}").get_json()["channel"] == "channel-0"
