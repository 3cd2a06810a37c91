"""Users ask, staff answer."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from models.questions import Question
from tests.callback.pushing import Platform

API = "/admin/api/v1/questions"
Work = Callable[[], None]
HOUR = dt.timedelta(hours=1)


def ask(platform: Platform, work: Work, text: str = "园区停车方便吗？") -> str:
    """Ask a question; return its id."""
    platform.write(text)
    work()
    return str(Question.objects.order_by("-asked_at").first().id)


def answer(desk: FlaskClient, question: str, text: str = "停车方便。") -> dict[str, Any]:
    """Answer as staff; return what is shown then."""
    found = desk.post(f"{API}/{question}/answer", json={"text": text})
    assert found.status_code == 200, found.text
    return dict(found.get_json())


def told(platform: Platform) -> list[str]:
    """Return which messages with the answer came to the phone."""
    return [str(one["content"]) for one in platform.received() if "停车方便。" in one["content"]]
