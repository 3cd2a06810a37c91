"""The table's lines of what staff do about search: synonyms, promotions, what found nothing."""

from typing import Any

from core.ids import new_id
from models.enums import Kind, Language
from models.search import FruitlessQuery
from models.staff import Role
from services.search import fruitless, promotions, synonyms
from tests.access.callers import Person
from tests.access.expected import ForStaff, Request, Route, State, Table
from tests.access.staff import API, absent, one, plain
from tests.access.upkeep import WRITING
from tests.factories import ACTOR, create, create_live

KEEPERS = ForStaff(WRITING | {Role.ADMINISTRATOR})
LOOKERS = ForStaff(KEEPERS.roles | {Role.INVESTMENT_OFFICER})


def _group(body: dict[str, Any] | None = None) -> Any:
    def prepare(_: Person) -> Request:
        group = synonyms.add(ACTOR, [f"测试{new_id()}", f"试验{new_id()}"])
        return Request({"group": group.id}, body=body)

    return prepare


def _promotion(*items: str, revision: int = 1) -> Any:
    """Prepare a request about a promotion; `items` are kinds of fresh live items for its body."""

    def prepare(_: Person) -> Request:
        item = create_live(Kind.TRACKS)
        made = promotions.add(ACTOR, f"测试{new_id()}", [(Kind.TRACKS, item.id)])
        chosen = [{"kind": kind, "item": item.slug} for kind in items]
        body = {"revision": revision, "items": chosen} if items else None
        return Request({"promotion": made.id}, body=body)

    return prepare


def _new_promotion(*, live: bool) -> Any:
    def prepare(_: Person) -> Request:
        item = create_live(Kind.TRACKS) if live else create(Kind.TRACKS)
        return Request(
            body={"query": f"测试{new_id()}", "items": [{"kind": "tracks", "item": item.id}]}
        )

    return prepare


def _new_terms(_: Person) -> Request:
    return Request(body={"terms": [f"测试{new_id()}", f"试验{new_id()}"]})


def _new_terms_of_a_group(person: Person) -> Request:
    body = {"revision": 1, "terms": [f"测试{new_id()}", f"试验{new_id()}"]}
    return _group(body)(person)  # type: ignore[no-any-return]


def _taken_terms(_: Person) -> Request:
    taken = f"测试{new_id()}"
    synonyms.add(ACTOR, [taken, f"试验{new_id()}"])
    return Request(body={"terms": [taken, f"另试{new_id()}"]})


def _asked(body: dict[str, Any] | None = None) -> Any:
    def prepare(_: Person) -> Request:
        # Without digits: what might be somebody's number is not written down.
        text = "无果" + "".join(filter(str.isalpha, new_id()))
        fruitless.note(text, Language.ZH_CN, loose=False)
        return Request({"query_id": FruitlessQuery.objects.get(query=text).id}, body=body)

    return prepare


TERMS = {"revision": 1, "terms": ["测试新一", "测试新二"]}
STALE = {**TERMS, "revision": 7}
HANDLED = {"handled": True}
TABLE: Table = {
    f"GET {API}/synonyms": plain(KEEPERS),
    f"POST {API}/synonyms": Route(
        KEEPERS,
        {
            "new": State("201", _new_terms),
            "taken": State("409 synonym_taken", _taken_terms),
            "one": State("400 invalid", lambda _: Request(body={"terms": ["测试"]})),
        },
    ),
    f"GET {API}/synonyms/<group>": one(KEEPERS, _group(), "group"),
    f"PUT {API}/synonyms/<group>": Route(
        KEEPERS,
        {
            "right": State("200", _new_terms_of_a_group),
            "stale": State("409 stale_revision", _group(STALE)),
            "absent": absent("group", TERMS),
        },
    ),
    f"DELETE {API}/synonyms/<group>": Route(
        KEEPERS, {"there": State("204", _group()), "absent": absent("group")}
    ),
    f"GET {API}/promotions": plain(KEEPERS),
    f"POST {API}/promotions": Route(
        KEEPERS,
        {
            "new": State("201", _new_promotion(live=True)),
            "not live": State("400 invalid", _new_promotion(live=False)),
        },
    ),
    f"GET {API}/promotions/<promotion>": one(KEEPERS, _promotion(), "promotion"),
    f"PUT {API}/promotions/<promotion>": Route(
        KEEPERS,
        {
            "right": State("200", _promotion("tracks")),
            "stale": State("409 stale_revision", _promotion("tracks", revision=7)),
            "other kind": State("400 invalid", _promotion("sites")),
        },
    ),
    f"DELETE {API}/promotions/<promotion>": Route(
        KEEPERS, {"there": State("204", _promotion()), "absent": absent("promotion")}
    ),
    f"GET {API}/fruitless": plain(LOOKERS),
    f"GET {API}/fruitless/<query_id>": one(LOOKERS, _asked(), "query_id"),
    f"PATCH {API}/fruitless/<query_id>": Route(
        KEEPERS,
        {"there": State("200", _asked(HANDLED)), "absent": absent("query_id", HANDLED)},
    ),
    f"DELETE {API}/fruitless/<query_id>": Route(
        KEEPERS, {"there": State("204", _asked()), "absent": absent("query_id")}
    ),
}
