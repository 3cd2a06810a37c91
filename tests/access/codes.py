"""The table's lines of codes to scan."""

from typing import Any

from models.enums import Kind
from models.scenes import Place
from models.staff import Role
from services import scenes
from tests.access.callers import Person
from tests.access.expected import ForStaff, Open, Request, Route, State, Table
from tests.access.public import ABSENT
from tests.access.staff import API
from tests.factories import ACTOR, create, create_live
from tests.visiting import create_departure

WRITERS = ForStaff(
    frozenset(
        {
            *(Role.EDITOR, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER),
            *(Role.BOOKING_DESK, Role.INVESTMENT_OFFICER),
        }
    )
)
READERS = ForStaff(WRITERS.roles | {Role.ADMINISTRATOR})


def _scene(body: dict[str, Any] | None = None) -> Any:
    def prepare(_: Person) -> Request:
        made = scenes.create(ACTOR, Place.DEPARTURES, create_departure().id, "access")
        return Request({"scene": made.id}, body=body)

    return prepare


def _absent(body: dict[str, Any] | None = None) -> Any:
    return lambda _: Request({"scene": ABSENT}, body=body)


def _new(live: bool) -> Any:
    def prepare(_: Person) -> Request:
        item = (create_live if live else create)(Kind.PROJECTS).id
        return Request(body={"place": "projects", "item": item, "channel": "access"})

    return prepare


def _one(audience: ForStaff, answer: str, body: dict[str, Any] | None = None) -> Route:
    return Route(
        audience,
        {
            "there": State(answer, _scene(body)),
            "absent": State("404 not_found", _absent(body)),
        },
    )


def _days(_: Person) -> Request:
    return Request(query={"first": "2026-01-01", "last": "2026-01-31"})


AWAY = "503 wechat_not_configured"
TABLE: Table = {
    f"GET {API}/codes": Route(READERS, {"always": State("200")}),
    f"POST {API}/codes": Route(
        WRITERS,
        {"live": State("200", _new(live=True)), "draft": State("409 not_live", _new(live=False))},
    ),
    f"GET {API}/codes/figures": Route(
        READERS, {"days": State("200", _days), "no days": State("400 invalid")}
    ),
    f"GET {API}/codes/<scene>": _one(READERS, "200"),
    f"GET {API}/codes/<scene>/image": _one(READERS, AWAY),
    f"GET {API}/codes/<scene>/poster": _one(READERS, AWAY),
    f"POST {API}/codes/<scene>/links": _one(WRITERS, AWAY, {"days": 7}),
    "GET /api/v1/scenes/<scene>": Route(
        Open(),
        {"there": State("200", _scene()), "absent": State("404 not_found", _absent())},
    ),
}
