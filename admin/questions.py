"""Questions that visitors asked in WeChat and no published content answers."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.questions import Question
from rest import paging
from rest.access import current_actor, staff
from schemas.pages import page_of
from schemas.questions import (
    QuestionAnswerSchema,
    QuestionCardSchema,
    QuestionListQuerySchema,
)
from services import questions
from services.questions import Shown

namespace = Namespace("questions", description="在线咨询 questions to answer")


@namespace.route("")
class QuestionList(Resource):
    """All questions."""

    @staff("questions", "read")
    @contract.asks(QuestionListQuerySchema)
    @contract.gives(page_of(QuestionCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List questions, those due first; open ones unless told."""
        actor, state = current_actor(), query["state"]
        page = paging.by_time(
            query,
            lambda limit, after: questions.listing(actor, state=state, limit=limit, after=after),
            "due_at",
        )
        return {**page, "items": questions.in_words(page["items"])}


@namespace.route("/<question_id>")
class QuestionDetail(Resource):
    """One question."""

    @staff("questions", "read")
    @contract.gives(QuestionCardSchema)
    def get(self, question_id: str) -> Shown:
        """Read a question."""
        return _shown(questions.get(current_actor(), question_id))


@namespace.route("/<question_id>/answer")
class QuestionAnswer(Resource):
    """Answering."""

    @staff("questions", "write")
    @contract.takes(QuestionAnswerSchema)
    @contract.gives(QuestionCardSchema)
    def post(self, question_id: str, data: dict[str, Any]) -> Shown:
        """Answer an open question: in the visitor's inbox, and in WeChat while that is open."""
        return _shown(questions.answer(current_actor(), question_id, **data))


@namespace.route("/<question_id>/close")
class QuestionClose(Resource):
    """The end without an answer."""

    @staff("questions", "write")
    @contract.gives(QuestionCardSchema)
    def post(self, question_id: str) -> Shown:
        """Close an open question that needs no answer."""
        return _shown(questions.close(current_actor(), question_id))


def _shown(question: Question) -> Shown:
    return questions.in_words([question])[0]
