"""`Idempotency-Key`: a creation sent twice happens once and gets the same answer."""

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from core.errors import Invalid
from services import idempotency

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{8,100}")

View = Callable[..., Any]
Actor = Callable[[], str]


def idempotent(actor: Actor) -> Callable[[View], View]:
    """Let callers repeat a request safely; `actor` names who calls, so that keys do not mix.

    The same key with another body is a 409. Failures on our side (5xx) are not kept, refusals
    (4xx) that the view raises are not either: nothing happened, the request may be mended.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            sent = sent_key()
            if sent is None:
                return view(*args, **kwargs)
            begun = idempotency.begin(
                _hash(actor(), request.method, request.path, sent),
                _hash(request.query_string, request.get_data(cache=True)),
                _kept(),
            )
            if isinstance(begun, idempotency.Answer):
                kept = Response(begun.body, begun.status, mimetype="application/json")
                kept.headers["Idempotency-Replayed"] = "true"
                return kept
            return _process(begun, lambda: view(*args, **kwargs))

        return wrapped

    return decorate


def sent_key() -> str | None:
    """Return the key of the request, for creations that find themselves again by it.

    Raises `Invalid("idempotency_key")`.
    """
    sent = request.headers.get(HEADER)
    if sent is not None and not KEY.fullmatch(sent):
        raise Invalid("idempotency_key")
    return sent


def _process(ticket: idempotency.Ticket, view: Callable[[], Response]) -> Response:
    try:
        response = view()
    except Exception:
        idempotency.release(ticket)
        raise
    idempotency.finish(ticket, idempotency.Answer(response.status_code, response.get_data()))
    return response


def _kept() -> dt.timedelta:
    return dt.timedelta(hours=current_app.config["SETTINGS"].idempotency_hours)


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
