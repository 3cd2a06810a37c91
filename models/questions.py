"""Questions of visitors that no published content answers: staff do."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, StringField

from core.clock import now
from core.ids import new_id
from models.enums import Language
from models.notifications import DeliveredBy

ANSWER_MAX = 500
TEXT_MAX = 2_000


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class ContentVerdict(StrEnum):
    """What WeChat found in a text or picture; `unchecked`: it was not looked at."""

    WAITING = "waiting"
    PASS = "pass"  # noqa: S105 - no password
    REVIEW = "review"
    RISKY = "risky"
    UNCHECKED = "unchecked"


class Question(Document):
    """What somebody asked in the conversation, and the answer of staff; both encrypted.

    `push` is the message that it came with: one question for each. `visitor` is absent for who
    has no account. `verdict` is what WeChat found in the text, `picture` what is known of a picture
    that came, `trace` the name under which WeChat tells it. `told_at` is set before the
    answer is sent, so that it is not sent twice; `told_by` tells how it went out, and is absent
    while it has not. MongoDB drops it at `drop_at`.
    """

    SEALED: ClassVar = ("text", "answer")
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {
        "collection": "questions",
        "indexes": [
            {"fields": ["push"], "unique": True},
            ("state", "due_at", "id"),
            ("openid",),
            {"fields": ["visitor"], "sparse": True},
            {"fields": ["trace"], "sparse": True},
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    push = StringField(required=True)
    openid = StringField(required=True)
    visitor = StringField()
    language = EnumField(Language, required=True)
    text = StringField(required=True)
    verdict = EnumField(ContentVerdict)
    picture = EnumField(ContentVerdict)
    trace = StringField()
    state = EnumField(QuestionState, required=True, default=QuestionState.OPEN)
    asked_at = DateTimeField(required=True, default=now)
    due_at = DateTimeField(required=True)
    answer = StringField()
    answered_at = DateTimeField()
    answered_by = StringField()
    answered_by_name = StringField()
    told_at = DateTimeField()
    told_by = EnumField(DeliveredBy)
    closed_at = DateTimeField()
    closed_by = StringField()
    drop_at = DateTimeField(required=True)
