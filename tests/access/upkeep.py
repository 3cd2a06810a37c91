"""The table's lines of what staff keep going: calls, questions, held texts, jobs, lists."""

from typing import Any

from core.clock import now
from core.ids import new_id
from models.enums import Language
from models.held_texts import HeldReason, HeldState, HeldText
from models.notifications import CallState, CallTask, Event
from models.outbox import Job, JobState
from models.questions import Question, QuestionState
from models.staff import Role
from services import outbox, personal_data, questions
from services.questions import Asked
from tests.access.callers import Person
from tests.access.codes import READERS
from tests.access.expected import ForStaff, Request, Route, State, Table
from tests.access.public import ABSENT
from tests.access.staff import API, absent, one, plain

WRITING = frozenset(
    {Role.EDITOR, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER},
)
WRITERS = ForStaff(WRITING)
DESK = ForStaff(frozenset({Role.BOOKING_DESK, Role.INVESTMENT_OFFICER}))
ADMINISTRATOR = ForStaff(frozenset({Role.ADMINISTRATOR}))


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


def _question(state: QuestionState, body: dict[str, Any] | None = None) -> Any:
    def prepare(_: Person) -> Request:
        asked = questions.ask(Asked(new_id(), new_id(), "测试", Language.ZH_CN, None))
        Question.objects(id=asked.id).update(state=state)
        return Request({"question_id": asked.id}, body=body)

    return prepare


ANSWER = {"text": "测试答复"}


def _job(state: JobState) -> Any:
    def prepare(_: Person) -> Request:
        key = new_id()
        outbox.enqueue("test.job", {}, run_at=now(), dedupe_key=key)
        Job.objects(dedupe_key=key).update(set__state=state)
        return Request({"job_id": Job.objects.get(dedupe_key=key).id})

    return prepare


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
    f"GET {API}/calls/<task_id>": one(DESK, _call(), "task_id"),
    f"POST {API}/calls/<task_id>/take": Route(
        DESK,
        {
            "open": State("200", _call()),
            "closed": CLOSED,
            "taken": OTHERS,
            "absent": absent("task_id"),
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
    f"GET {API}/questions/<question_id>": one(DESK, _question(QuestionState.OPEN), "question_id"),
    f"POST {API}/questions/<question_id>/answer": Route(
        DESK,
        {
            "open": State("200", _question(QuestionState.OPEN, ANSWER)),
            "answered": State("409 question_closed", _question(QuestionState.ANSWERED, ANSWER)),
            "empty": State("400 invalid", _question(QuestionState.OPEN, {"text": ""})),
            "absent": absent("question_id", ANSWER),
        },
    ),
    f"POST {API}/questions/<question_id>/close": Route(
        DESK,
        {
            "open": State("200", _question(QuestionState.OPEN)),
            "closed": State("409 question_closed", _question(QuestionState.CLOSED)),
            "absent": absent("question_id"),
        },
    ),
    f"GET {API}/jobs": plain(ADMINISTRATOR),
    f"GET {API}/jobs/<job_id>": one(ADMINISTRATOR, _job(JobState.FAILED), "job_id"),
    f"POST {API}/jobs/<job_id>/retry": Route(
        ADMINISTRATOR,
        {
            "failed": State("200", _job(JobState.FAILED)),
            "done": State("409 job_not_failed", _job(JobState.DONE)),
            "absent": absent("job_id"),
        },
    ),
    f"POST {API}/jobs/<job_id>/cancel": Route(
        ADMINISTRATOR,
        {
            "waiting": State("200", _job(JobState.PENDING)),
            "under way": State("409 job_not_pending", _job(JobState.RUNNING)),
            "absent": absent("job_id"),
        },
    ),
    f"GET {API}/reviews": plain(WRITERS),
}
