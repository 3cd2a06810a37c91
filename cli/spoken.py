"""Failures in words, as the command line says them."""

import errno

from core import messages
from core.errors import AppError

_ELSEWHERE = "choose another data folder (--data, or DATA_DIR)"
_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), f"free some space, or {_ELSEWHERE}"),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM),
        f"give this account the right to read and write there, or {_ELSEWHERE}",
    ),
    **dict.fromkeys(
        (errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE),
        "end other programs or raise the limits of this account, then start again",
    ),
}


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


def system_error(failure: OSError) -> str:
    """Return why the system refused something, with the file if it is known, and what to do."""
    where = f" ({failure.filename})" if failure.filename else ""
    return f"{failure.strerror or failure}{where}; {remedy(failure)}"


def remedy(failure: OSError) -> str:
    """Return what to do when the system refuses a file of the data folder, or a process."""
    return _REMEDIES.get(failure.errno or 0, _ELSEWHERE)
