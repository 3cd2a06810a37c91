"""The table's lines of content as staff keep it: working copies, drafts, reviews, publishing."""

from typing import Any

from core.ids import new_id
from models.content import Content
from models.enums import Kind
from models.registry import CONTENT
from models.reviews import ReviewStage
from models.staff import Role
from services import content, drafts
from services.actors import Actor
from tests.access.callers import Person
from tests.access.expected import Answer, ForStaff, Open, Request, Route, State, Table
from tests.access.public import ABSENT
from tests.factories import ACTOR, create, create_live

API = "/admin/api/v1/content"
ITEM = f"{API}/<kind>/<item>"
KIND = Kind.TRACKS
REVIEWING = frozenset({Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER})
READERS = ForStaff(frozenset(Role))
WRITERS = ForStaff(REVIEWING | {Role.EDITOR})
REVIEWERS = ForStaff(REVIEWING)
ASSIGNERS = ForStaff(frozenset({Role.ADMINISTRATOR, Role.FINAL_REVIEWER}))


def _to(item: Content, body: dict[str, Any] | None = None, **query: str) -> Request:
    return Request({"kind": item.KIND.value, "item": item.id}, query, body)


def _fresh(body: dict[str, Any] | None = None, **query: str) -> Any:
    return lambda _: _to(create(KIND), body, **query)


def _live(body: dict[str, Any] | None = None, **query: str) -> Any:
    return lambda _: _to(create_live(KIND), body, **query)


def _archived(body: dict[str, Any] | None = None) -> Any:
    return lambda _: _to(content.archive(KIND, create(KIND).id, actor=ACTOR), body)


def _absent(body: dict[str, Any] | None = None) -> Any:
    return lambda _: Request({"kind": KIND.value, "item": ABSENT}, body=body)


def _of_another_department(body: dict[str, Any] | None = None) -> Any:
    """Bring about an item that belongs to a department which is not the caller's."""

    def prepare(person: Person) -> Request:
        item = create(KIND)
        CONTENT[KIND].objects(id=item.id).update(owner="测试局")
        if person.account is not None:
            person.account.update(department="另一测试局")
        return _to(item, body)

    return prepare


def _in_review(stage: ReviewStage, body: dict[str, Any]) -> Any:
    """Bring about an item that others wrote and handed over, at a step."""

    def prepare(_: Person) -> Request:
        item = create(KIND)
        review = {"revision": 1, "stage": stage.value, "submitted_by": "0", "verdicts": []}
        CONTENT[KIND]._get_collection().update_one({"_id": item.id}, {"$set": {"review": review}})
        return _to(item, body)

    return prepare


def _own(body: dict[str, Any]) -> Any:
    """Bring about an item that passed its reviews, and that the caller wrote."""

    def prepare(person: Person) -> Request:
        wanted = _in_review(ReviewStage.APPROVED, body)(person)
        if person.account is not None:
            authors = [person.account.id]
            CONTENT[KIND].objects(id=wanted.arguments["item"]).update(authors=authors)
        return wanted  # type: ignore[no-any-return]

    return prepare


def _with_draft(person: Person) -> Request:
    item = create(KIND)
    if person.account is not None:
        roles = frozenset(Role(role) for role in person.account.roles)
        actor = Actor(person.account.id, "测试", roles, None, "", "")
        if roles & WRITERS.roles:
            drafts.save(item, revision=1, fields={"title": "测试"}, actor=actor)
    return _to(item)


def _draft_read(person: Person) -> Answer:
    """Only who writes can have a draft; the others read that they have none."""
    roles = {Role(role) for role in person.account.roles} if person.account else set()
    return "200" if roles & WRITERS.roles else "404 not_found"


def _first_step(person: Person) -> Answer:
    roles = person.account.roles if person.account else ()
    return "200" if Role.FIRST_REVIEWER in roles else "403 wrong_step"


def _verb(audience: ForStaff, answer: Answer, prepare: Any, **states: State) -> Route:
    """Return a line for something that is done to an item without a body."""
    return Route(
        audience,
        {"done": State(answer, prepare), "absent": State("404 not_found", _absent()), **states},
    )


def _reads(**query: str) -> Route:
    return Route(
        READERS,
        {
            "draft": State("200", _fresh(**query)),
            "other department": State("200", _of_another_department()),
            "absent": State("404 not_found", _absent()),
        },
    )


SEEN = {"revision": 1}
STALE = {"revision": 7}
PASSED = {"revision": 1, "approved": True}
OWNED = {"owner": "测试局"}
NEVER = {"revision": 1, "publish_at": None, "expire_at": None}
TITLE = {"revision": 1, "title": "测试"}
DRAFT = {"revision": 1, "fields": {"title": "测"}}
TEXTS = {"revision": 1, "texts": {"title": "Test"}}
OTHERS = State("403 other_department", _of_another_department())


def _others(body: dict[str, Any]) -> State:
    return State("403 other_department", _of_another_department(body))


def _kind_lines(kind: Kind) -> Table:
    """Return the lines that each kind has of its own."""
    return {
        f"GET {API}/{kind}": Route(READERS, {"always": State("200")}),
        f"POST {API}/{kind}": Route(
            WRITERS, {"empty": State("400 invalid", lambda _: Request(body={}))}
        ),
        f"GET {API}/{kind}/<item>": Route(
            READERS, {"draft": State("200", lambda _: Request({"item": create(kind).id}))}
        ),
        f"PATCH {API}/{kind}/<item>": Route(
            WRITERS,
            {
                "stale": State(
                    "409 stale_revision",
                    lambda _: Request({"item": create(kind).id}, body={**TITLE, **STALE}),
                )
            },
        ),
    }


CREATE = Route(
    WRITERS,
    {
        "new": State(
            "201",
            lambda _: Request(
                body={
                    "slug": f"test-{new_id()}",
                    "title": "测试",
                    "number": 1,
                    "track_class": "breakthrough",
                }
            ),
        ),
        "kept field": State("400 invalid", lambda _: Request(body={"state": "published"})),
    },
)
CHANGE = Route(
    WRITERS,
    {
        "right": State("200", lambda _: Request({"item": create(KIND).id}, body=TITLE)),
        "absent": State("404 not_found", lambda _: Request({"item": ABSENT}, body=TITLE)),
    },
)
REVIEW = Route(
    REVIEWERS,
    {
        "first step": State(_first_step, _in_review(ReviewStage.FIRST, PASSED)),
        "not handed over": State("409 not_in_review", _fresh(PASSED)),
        "other department": _others(PASSED),
        "absent": State("404 not_found", _absent(PASSED)),
    },
)
PUBLISH = Route(
    REVIEWERS,
    {
        "passed": State("200", _in_review(ReviewStage.APPROVED, SEEN)),
        "not passed": State("422 not_approved", _fresh(SEEN)),
        "own": State("403 own_text", _own(SEEN)),
        "stale": State("409 stale_revision", _fresh(STALE)),
        "other department": _others(SEEN),
    },
)

TABLE: Table = {
    **{line: route for kind in Kind for line, route in _kind_lines(kind).items()},
    f"POST {API}/{KIND}": CREATE,
    f"PATCH {API}/{KIND}/<item>": CHANGE,
    f"GET {ITEM}/draft": Route(
        READERS,
        {
            "kept": State(_draft_read, _with_draft),
            "none": State("404 not_found", _fresh()),
        },
    ),
    f"PUT {ITEM}/draft": Route(
        WRITERS,
        {"new": State("200", _fresh(DRAFT)), "archived": State("409 archived", _archived(DRAFT))},
    ),
    f"DELETE {ITEM}/draft": Route(WRITERS, {"kept": State("204", _with_draft)}),
    f"GET {ITEM}/revisions": _reads(),
    f"GET {ITEM}/diff": Route(READERS, {"live": State("200", _live())}),
    f"GET {ITEM}/checks": _reads(),
    f"GET {ITEM}/translations": _reads(),
    f"PATCH {ITEM}/translations": Route(
        WRITERS, {"right": State("200", _fresh(TEXTS)), "other department": _others(TEXTS)}
    ),
    f"GET {API}/broken-links/<kind>": Route(
        READERS, {"always": State("200", lambda _: Request({"kind": KIND.value}))}
    ),
    f"POST {ITEM}/submit": Route(
        WRITERS,
        {
            "fresh": State("200", _fresh(SEEN)),
            "in review": State("409 in_review", _in_review(ReviewStage.FIRST, SEEN)),
            "other department": _others(SEEN),
        },
    ),
    f"POST {ITEM}/review": REVIEW,
    f"POST {ITEM}/publish": PUBLISH,
    f"PUT {ITEM}/schedule": Route(
        REVIEWERS, {"cleared": State("200", _fresh(NEVER)), "other department": _others(NEVER)}
    ),
    f"POST {ITEM}/unpublish": _verb(
        REVIEWERS, "200", _live(), offline=State("409 not_live", _fresh()), others=OTHERS
    ),
    f"POST {ITEM}/expire": _verb(
        REVIEWERS, "200", _live(), offline=State("409 not_live", _fresh()), others=OTHERS
    ),
    f"POST {ITEM}/archive": _verb(WRITERS, "200", _fresh(), others=OTHERS),
    f"POST {ITEM}/restore": _verb(WRITERS, "200", _archived()),
    f"PUT {ITEM}/owner": Route(
        ASSIGNERS,
        {
            "right": State("200", _fresh(OWNED)),
            "archived": State("409 archived", _archived(OWNED)),
            "other department": _others(OWNED),
            "absent": State("404 not_found", _absent(OWNED)),
        },
    ),
    f"POST {ITEM}/duplicate": Route(
        WRITERS, {"copy": State("201", lambda _: _to(create(KIND), {"slug": f"test-{new_id()}"}))}
    ),
    f"POST {ITEM}/rollback": Route(
        REVIEWERS,
        {
            "there": State("200", _live({"number": 1})),
            "absent": State("404 no_such_revision", _live({"number": 9})),
        },
    ),
    f"PUT {API}/<kind>/order": Route(
        REVIEWERS,
        {
            "known": State(
                "204", lambda _: Request({"kind": KIND.value}, body={"items": [create(KIND).id]})
            )
        },
    ),
    f"POST {ITEM}/preview": _verb(READERS, "201", _fresh()),
    "GET /api/v1/previews": Route(Open(), {"no token": State("404 preview_ended")}),
}
