"""Failures in words, as the command line says them."""

from core import messages
from core.errors import AppError


def problem(found: object) -> str:
    """Return what is wrong with a field: a code of `core.messages`, or a library's own text."""
    params: dict[str, object] = {}
    if isinstance(found, tuple):
        found, params = found
    known = isinstance(found, str) and messages.has(found)
    return messages.text(str(found), messages.EN, params) if known else str(found)


def error(failure: AppError) -> str:
    """Return an expected failure: one line, and one for each field at fault."""
    lines = [f"{failure.code}: {messages.text(failure.code, messages.EN, failure.params)}"]
    lines += [f"  {path}: {problem(found)}" for path, found in failure.fields.items()]
    return "\n".join(lines)
