"""The table's lines of what staff keep going: search, calls, jobs, lists of reviews."""

from typing import Any

from core.clock import now
from core.ids import new_id
from models.enums import Kind, Language
from models.held_texts import HeldReason, HeldState, HeldText
from models.notifications import CallState, CallTask, Event
from models.outbox import Job, JobState
from models.questions import Question, QuestionState
from models.search import FruitlessQuery
from models.staff import Role
from services import outbox, personal_data, questions
from services.questions import Asked
from services.search import fruitless, promotions, synonyms
from tests.access.callers import Person
from tests.access.codes import READERS
from tests.access.expected import ForStaff, Request, Route, State, Table
from tests.access.public import ABSENT
from tests.access.staff import API, plain
from tests.factories import ACTOR, create, create_live

WRITING = frozenset(
    {Role.EDITOR, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER},
)
WRITERS = ForStaff(WRITING)
KEEPERS = ForStaff(WRITING | {Role.ADMINISTRATOR})
LOOKERS = ForStaff(KEEPERS.roles | {Role.INVESTMENT_OFFICER})
DESK = ForStaff(frozenset({Role.BOOKING_DESK, Role.INVESTMENT_OFFICER}))
ADMINISTRATOR = ForStaff(frozenset({Role.ADMINISTRATOR}))


def _absent(argument: str, body: dict[str, Any] | None = None) -> State:
    return State("404 not_found", lambda _: Request({argument: ABSENT}, body=body))


# Search.


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
        text = f"无果{new_id()}"
        fruitless.note(text, Language.ZH_CN, loose=False)
        return Request({"query_id": FruitlessQuery.objects.get(query=text).id}, body=body)

    return prepare


TERMS = {"revision": 1, "terms": ["测试新一", "测试新二"]}
STALE = {**TERMS, "revision": 7}
HANDLED = {"handled": True}

# Calls.


def _call(body: dict[str, Any] | None = None, **fields: Any) -> Any:
    def prepare(_: Person) -> Request:
        task = CallTask(dedupe_key=new_id(), event=Event.PHONE_CHANGED, **fields).save()
        return Request({"task_id": task.id}, body=body)

    return prepare


DONE = {"state": "done", "note": "已告知"}
CLOSED = State("409 call_closed", _call(state=CallState.DONE))
OTHERS = State("409 call_taken", _call(taken_by="another"))


def _ends(state: State) -> State:
    """Return a state for the route that takes a body."""
    return State(state.answer, lambda person: Request(state.prepare(person).arguments, body=DONE))


# Questions.


def _question(state: QuestionState, body: dict[str, Any] | None = None) -> Any:
    def prepare(_: Person) -> Request:
        asked = questions.ask(Asked(new_id(), new_id(), "测试", Language.ZH_CN, None))
        Question.objects(id=asked.id).update(state=state)
        return Request({"question_id": asked.id}, body=body)

    return prepare


ANSWER = {"text": "测试答复"}


# Jobs.


def _job(state: JobState) -> Any:
    def prepare(_: Person) -> Request:
        key = new_id()
        outbox.enqueue("test.job", {}, run_at=now(), dedupe_key=key)
        Job.objects(dedupe_key=key).update(set__state=state)
        return Request({"job_id": Job.objects.get(dedupe_key=key).id})

    return prepare


def _one(audience: ForStaff, prepare: Any, argument: str) -> Route:
    return Route(audience, {"there": State("200", prepare), "absent": _absent(argument)})


def _held(*, decided: bool) -> Any:
    def prepare(_: Person) -> Request:
        held = HeldText(
            subject=f"test:{new_id()}",
            visitor=ABSENT,
            text="",
            reason=HeldReason.RISKY,
            state=HeldState.ALLOWED if decided else HeldState.HELD,
        )
        sealed = personal_data.sealed(HeldText, held.id, {"text": "测试"})
        held.text = sealed["text"]
        held.save(force_insert=True)
        return Request({"held_id": held.id}, body={"decision": "allowed", "note": "测试"})

    return prepare


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
    f"GET {API}/synonyms/<group>": _one(KEEPERS, _group(), "group"),
    f"PUT {API}/synonyms/<group>": Route(
        KEEPERS,
        {
            "right": State("200", _new_terms_of_a_group),
            "stale": State("409 stale_revision", _group(STALE)),
            "absent": _absent("group", TERMS),
        },
    ),
    f"DELETE {API}/synonyms/<group>": Route(
        KEEPERS, {"there": State("204", _group()), "absent": _absent("group")}
    ),
    f"GET {API}/promotions": plain(KEEPERS),
    f"POST {API}/promotions": Route(
        KEEPERS,
        {
            "new": State("201", _new_promotion(live=True)),
            "not live": State("400 invalid", _new_promotion(live=False)),
        },
    ),
    f"GET {API}/promotions/<promotion>": _one(KEEPERS, _promotion(), "promotion"),
    f"PUT {API}/promotions/<promotion>": Route(
        KEEPERS,
        {
            "right": State("200", _promotion("tracks")),
            "stale": State("409 stale_revision", _promotion("tracks", revision=7)),
            "other kind": State("400 invalid", _promotion("sites")),
        },
    ),
    f"DELETE {API}/promotions/<promotion>": Route(
        KEEPERS, {"there": State("204", _promotion()), "absent": _absent("promotion")}
    ),
    f"GET {API}/fruitless": plain(LOOKERS),
    f"GET {API}/fruitless/<query_id>": _one(LOOKERS, _asked(), "query_id"),
    f"PATCH {API}/fruitless/<query_id>": Route(
        KEEPERS,
        {"there": State("200", _asked(HANDLED)), "absent": _absent("query_id", HANDLED)},
    ),
    f"DELETE {API}/fruitless/<query_id>": Route(
        KEEPERS, {"there": State("204", _asked()), "absent": _absent("query_id")}
    ),
    f"GET {API}/calls": plain(DESK),
    f"GET {API}/held-texts": plain(DESK),
    f"POST {API}/held-texts/<held_id>/decide": Route(
        DESK,
        {
            "held": State("200", _held(decided=False)),
            "decided": State("409 held_decided", _held(decided=True)),
            "absent": State(
                "404 not_found",
                lambda _: Request({"held_id": ABSENT}, body={"decision": "allowed"}),
            ),
        },
    ),
    f"GET {API}/usage": Route(
        READERS,
        {
            "days": State(
                "200", lambda _: Request(query={"first": "2026-01-01", "last": "2026-01-31"})
            ),
            "no days": State("400 invalid"),
        },
    ),
    f"GET {API}/deliveries": plain(ForStaff(DESK.roles | {Role.ADMINISTRATOR})),
    f"GET {API}/calls/<task_id>": _one(DESK, _call(), "task_id"),
    f"POST {API}/calls/<task_id>/take": Route(
        DESK,
        {
            "open": State("200", _call()),
            "closed": CLOSED,
            "taken": OTHERS,
            "absent": _absent("task_id"),
        },
    ),
    f"POST {API}/calls/<task_id>/release": Route(
        DESK,
        {
            "open": State("200", _call()),
            "taken": State("200", _call(taken_by="another")),
            "closed": CLOSED,
        },
    ),
    f"POST {API}/calls/<task_id>/close": Route(
        DESK,
        {
            "open": State("200", _call(DONE)),
            "closed": _ends(CLOSED),
            "taken": _ends(OTHERS),
            "not at all": State("400 invalid", _call({"state": "open"})),
        },
    ),
    f"GET {API}/questions": plain(DESK),
    f"GET {API}/questions/<question_id>": _one(DESK, _question(QuestionState.OPEN), "question_id"),
    f"POST {API}/questions/<question_id>/answer": Route(
        DESK,
        {
            "open": State("200", _question(QuestionState.OPEN, ANSWER)),
            "answered": State("409 question_closed", _question(QuestionState.ANSWERED, ANSWER)),
            "empty": State("400 invalid", _question(QuestionState.OPEN, {"text": ""})),
            "absent": _absent("question_id", ANSWER),
        },
    ),
    f"POST {API}/questions/<question_id>/close": Route(
        DESK,
        {
            "open": State("200", _question(QuestionState.OPEN)),
            "closed": State("409 question_closed", _question(QuestionState.CLOSED)),
            "absent": _absent("question_id"),
        },
    ),
    f"GET {API}/jobs": plain(ADMINISTRATOR),
    f"GET {API}/jobs/<job_id>": _one(ADMINISTRATOR, _job(JobState.FAILED), "job_id"),
    f"POST {API}/jobs/<job_id>/retry": Route(
        ADMINISTRATOR,
        {
            "failed": State("200", _job(JobState.FAILED)),
            "done": State("409 job_not_failed", _job(JobState.DONE)),
            "absent": _absent("job_id"),
        },
    ),
    f"POST {API}/jobs/<job_id>/cancel": Route(
        ADMINISTRATOR,
        {
            "waiting": State("200", _job(JobState.PENDING)),
            "under way": State("409 job_not_pending", _job(JobState.RUNNING)),
            "absent": _absent("job_id"),
        },
    ),
    f"GET {API}/reviews": plain(WRITERS),
}
