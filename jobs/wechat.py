"""What WeChat pushed, and the answers of staff to what visitors asked there."""

from typing import Any

from services import question_delivery, question_pictures, questions, wechat_events, wechat_pushes


def handle(*, push: str) -> None:
    """Do what follows from a push, unless that was done."""
    wechat_events.handle(push)


def deliver(*, question: str) -> None:
    """Tell the answer of a question, unless that was done."""
    question_delivery.deliver(question)


def end_picture_check(*, question: str) -> None:
    """Wait no longer for what WeChat finds in a picture, if that has not come."""
    question_pictures.end(question)


HANDLERS: dict[str, Any] = {
    wechat_pushes.HANDLE_JOB: handle,
    questions.DELIVER_JOB: deliver,
    question_pictures.END_JOB: end_picture_check,
}
