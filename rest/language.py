"""The language of an answer: `?lang=`, then Accept-Language, then Chinese."""

import functools

from flask import g, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from models.enums import Language

DEFAULT = Language.ZH_CN


def current() -> Language:
    """Return the language of the request under way."""
    if not has_request_context():
        return DEFAULT
    chosen: Language | None = g.get("language")
    if chosen is None:
        chosen = g.language = _negotiated()
    return chosen


def _negotiated() -> Language:
    return choose(request.args.get("lang", ""), request.headers.get("Accept-Language", ""))


@functools.lru_cache(maxsize=1_000)
def choose(wanted: str, accepted: str) -> Language:
    """Return the language for a `lang` parameter and an Accept-Language header."""
    if wanted in set(Language):
        return Language(wanted)
    languages = parse_accept_header(accepted, LanguageAccept)
    best = languages.best_match(["zh", "en"], default="zh")
    return Language.EN if best == "en" else DEFAULT
