"""What causes the background work of visits and of messages from WeChat."""

import datetime as dt

import pytest

from core.clock import now, today
from core.ids import new_id
from models.departures import Audience, Words
from models.enums import Kind
from models.questions import Question
from models.routes import Confirmation
from models.wechat_pushes import WechatPush
from services import outbox, question_pictures, questions, seats, wechat_events, wechat_pushes
from services.bookings import cancelling, cutoffs, drafting, endings, forgetting, settling
from services.bookings.drafting import Maker
from services.plans import Stay
from services.visits import asking, ending, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.bookings.booked import create_booking
from tests.factories import ACTOR, create_live
from tests.visiting import create_departure, create_visitor, details, request, terms, wait
from tests.visits.asking import day, later
from wechat.pushes import Push


def _now(name: str) -> None:
    outbox.enqueue(name, {"at": now().isoformat()})


def maker_dies(_patch: pytest.MonkeyPatch) -> None:
    visitor, departure = create_visitor(), create_departure()
    long_ago = now() - dt.timedelta(minutes=5)
    booking = drafting.draft(departure, 2, details(), Maker(visitor), settle_by=long_ago)
    drafting.insert(booking)
    seats.hold(departure.id, booking.id, 2, visitor=visitor.id)
    _now(settling.SETTLE_JOB)


def nobody_decides(_patch: pytest.MonkeyPatch) -> None:
    departure = create_departure(terms=terms(confirmation=Confirmation.STAFF))
    request(create_visitor(), departure)


def seats_come_free(_patch: pytest.MonkeyPatch) -> None:
    departure, visitor = create_departure(capacity=2), create_visitor()
    booking = request(visitor, departure)
    wait(create_visitor(), departure)
    cancelling.cancel(visitor, booking.id)


def visit_is_near(_patch: pytest.MonkeyPatch) -> None:
    near = terms(lead_days=0, cancel_hours=0, reschedule_hours=0)
    request(create_visitor(), create_departure(in_hours=20, terms=near))


def cutoff_is_reached(_patch: pytest.MonkeyPatch) -> None:
    create_departure(in_hours=23)
    _now(cutoffs.CUTOFF_JOB)


def somebody_tells_why(_patch: pytest.MonkeyPatch) -> None:
    request(create_visitor(), create_departure(), about=details(purpose="测试来意"))


def visit_is_over(_patch: pytest.MonkeyPatch) -> None:
    create_departure(in_hours=-4)
    _now(endings.COMPLETE_JOB)


def visit_is_long_over(_patch: pytest.MonkeyPatch) -> None:
    over = create_departure(in_hours=-24 * 40)
    create_booking(over, companions=drafting.listed(("测试同行 B",)))
    outbox.enqueue(forgetting.FORGET_JOB, {"day": today().isoformat()})


def proposal_ends(_patch: pytest.MonkeyPatch) -> None:
    asked = asking.ask(create_visitor(), Ask(dates=[day()], party=2, purpose="测试"), key=new_id())
    stays = (Stay(create_live(Kind.SITES).id, 30),)
    wanted = Composition(later(days=14), title=Words(zh="测试行程"), stays=stays)
    proposing.propose(ACTOR, asked.id, wanted, revision=asked.revision)


def group_is_gone(_patch: pytest.MonkeyPatch) -> None:
    create_departure(audience=Audience.PRIVATE)
    _now(ending.TIDY_JOB)


def somebody_writes(_patch: pytest.MonkeyPatch) -> None:
    openid = "openid-of-a-test"
    fields = {"FromUserName": openid, "CreateTime": 1, "MsgType": "text", "Content": "测试提问"}
    wechat_pushes.keep(Push(fields))


def picture_is_looked_at(_patch: pytest.MonkeyPatch) -> None:
    somebody_writes(_patch)
    wechat_events.handle(WechatPush.objects.get().id)
    question_pictures.expect(Question.objects.get().id, "trace-of-a-test")


def staff_answer(_patch: pytest.MonkeyPatch) -> None:
    somebody_writes(_patch)
    wechat_events.handle(WechatPush.objects.get().id)
    questions.answer(ACTOR, Question.objects.get().id, text="测试回答")
