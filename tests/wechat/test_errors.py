"""The gateway's errors can be answered as they are."""

import inspect

import pytest

from core import messages
from core.errors import AppError
from wechat import errors

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_text_of_its_own_and_a_failing_status(kind: type[AppError]) -> None:
    assert issubclass(kind, AppError)
    assert kind.default_code.startswith("wechat_")
    assert messages.has(kind.default_code)
    assert kind.status in (400, 403, 409, 503)


def test_all_kinds_are_known_here() -> None:
    assert len(KINDS) == 16
