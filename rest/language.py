"""The language of an answer: `?lang=`, then Accept-Language, then Chinese."""

from flask import g, has_request_context, request

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
    wanted = request.args.get("lang", "")
    if wanted in set(Language):
        return Language(wanted)
    best = request.accept_languages.best_match(["zh", "en"], default="zh")
    return Language.EN if best == "en" else DEFAULT
