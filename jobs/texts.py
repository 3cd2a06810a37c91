"""Checking what visitors wrote."""

from typing import Any

from services import text_checks
from services.text_checks import Written


def check(*, written: str, item: str, revision: int) -> None:
    """Have WeChat check a text; hold it for staff unless it passes."""
    text_checks.check(Written(written), item, revision)


HANDLERS: dict[str, Any] = {text_checks.CHECK_JOB: check}
