"""Questions to staff, on the wire."""

from marshmallow import Schema, fields

from models.enums import Language
from models.notifications import DeliveredBy
from models.questions import ANSWER_MAX, ContentVerdict, QuestionState
from schemas.fields import Choice, Text
from schemas.queries import PageQuerySchema


class QuestionListQuerySchema(PageQuerySchema):
    """Which questions."""

    state = Choice(QuestionState, load_default=QuestionState.OPEN)


class QuestionAnswerSchema(Schema):
    """The answer, in the language of the question."""

    text = Text(maximum=ANSWER_MAX, minimum=1, required=True)


class ReplyWindowSchema(Schema):
    """Until when, and with how many messages, the visitor can be told in WeChat."""

    until = fields.DateTime(required=True)
    left = fields.Integer(required=True)


class QuestionCardSchema(Schema):
    """A question. `person` is masked, null without an account; `window` null when it is over.

    `verdict` tells what WeChat found in the text, `picture` what in a picture that came with it;
    neither decides anything. `told_by` tells how the answer
    went out: `wechat`, or `inbox` with what else reaches them.
    """

    id = fields.String(attribute="question.id", required=True)
    state = Choice(QuestionState, attribute="question.state", required=True)
    language = Choice(Language, attribute="question.language", required=True)
    text = fields.String(required=True)
    verdict = Choice(ContentVerdict, attribute="question.verdict", required=True, allow_none=True)
    picture = Choice(ContentVerdict, attribute="question.picture", required=True, allow_none=True)
    person = fields.String(required=True, allow_none=True)
    window = fields.Nested(ReplyWindowSchema, required=True, allow_none=True)
    asked_at = fields.DateTime(attribute="question.asked_at", required=True)
    due_at = fields.DateTime(attribute="question.due_at", required=True)
    answer = fields.String(required=True, allow_none=True)
    answered_at = fields.DateTime(attribute="question.answered_at", required=True, allow_none=True)
    answered_by = fields.String(attribute="question.answered_by", required=True, allow_none=True)
    answered_by_name = fields.String(
        attribute="question.answered_by_name", required=True, allow_none=True
    )
    told_by = Choice(DeliveredBy, attribute="question.told_by", required=True, allow_none=True)
    closed_at = fields.DateTime(attribute="question.closed_at", required=True, allow_none=True)
    closed_by = fields.String(attribute="question.closed_by", required=True, allow_none=True)
