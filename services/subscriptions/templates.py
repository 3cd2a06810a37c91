"""Which template tells of which event, from the settings; checked once at start."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.environment import SettingsError
from core.settings import Settings
from models.notifications import Event
from services import notification_texts
from services.subscriptions import keywords
from services.wordings import Message

SETTING = "WECHAT_TEMPLATES"
PARTS = {"template", "page", "fields"}
# The words for the visitor, for any event.
WORDS = ("title", "text")


@dataclass(frozen=True)
class Template:
    """How an event is told: the fields and the page are filled from what is told."""

    event: Event
    template: str
    page: str
    fields: Mapping[str, str]

    def filled(self, data: Mapping[str, object], message: Message) -> dict[str, str] | None:
        """Return the fields as the platform takes them; None when one cannot be filled."""
        told = {**data, "title": message.title, "text": message.text}
        values = {
            name: keywords.fitted(name, pattern.format_map(told))
            for name, pattern in self.fields.items()
        }
        kept = {name: value for name, value in values.items() if value is not None}
        return kept if len(kept) == len(values) else None

    def leads_to(self, data: Mapping[str, object]) -> str:
        """Return the page that the message opens."""
        return self.page.format_map(data)


_configured: dict[Event, Template] = {}


def configure(settings: Settings) -> None:
    """Take the templates; raise `SettingsError` that names every mistake."""
    found, mistakes = _read(settings.wechat_templates)
    if mistakes:
        raise SettingsError("; ".join(f"{SETTING} {mistake}" for mistake in mistakes))
    _configured.clear()
    _configured.update(found)


def of(event: Event) -> Template | None:
    """Return the template of an event; None when there is none."""
    return _configured.get(event)


def all_of() -> dict[str, list[Event]]:
    """Return the events that each template tells of, by the template's id."""
    found: dict[str, list[Event]] = {}
    for event, template in _configured.items():
        found.setdefault(template.template, []).append(event)
    return found


def _read(text: str) -> tuple[dict[Event, Template], list[str]]:
    if not text:
        return {}, []
    try:
        told = orjson.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return {}, ["is not a JSON object"]
    found: dict[Event, Template] = {}
    mistakes: list[str] = []
    for name, given in told.items():
        wrong = _mistakes(name, given)
        mistakes += [f"{name}: {mistake}" for mistake in wrong]
        if not wrong:
            event = Event(name)
            found[event] = Template(
                event, given["template"], given.get("page", ""), given["fields"]
            )
    return found, mistakes


def _mistakes(name: str, given: Any) -> list[str]:
    if name not in set(Event):
        return ["there is no such event"]
    if not isinstance(given, dict) or not given.keys() <= PARTS:
        return [f"takes {', '.join(sorted(PARTS))}"]
    fields, page = given.get("fields"), given.get("page", "")
    wrong = []
    if not isinstance(given.get("template"), str) or not given["template"]:
        wrong.append("template is not set")
    if not isinstance(fields, dict) or not fields:
        return [*wrong, "fields is not set"]
    known = names(Event(name))
    for keyword, pattern in fields.items():
        if keywords.kind_of(keyword) is None:
            wrong.append(f"{keyword} is no keyword of a template")
        wrong += _wrong_pattern(keyword, pattern, {*known, *WORDS})
    return wrong + _wrong_pattern("page", page, known)


def _wrong_pattern(where: str, pattern: object, known: set[str]) -> list[str]:
    names = _placeholders(pattern) if isinstance(pattern, str) else None
    if names is None:
        return [f"{where} is no text with {{names}}"]
    return [f"{where} names {{{name}}}, which is not told" for name in sorted(names - known)]


def names(event: Event) -> set[str]:
    """Return what the data of an event holds: that is what its wording names."""
    wording = notification_texts.WORDINGS[event]
    texts = [part for one in (wording.chinese, wording.english) for part in (one.title, one.text)]
    return set().union(*(_placeholders(text) or set() for text in texts))


def _placeholders(pattern: str) -> set[str] | None:
    """Return the names in a text; None when it is malformed or names anything but plain names."""
    try:
        parsed = list(string.Formatter().parse(pattern))
    except ValueError:
        return None
    names = {name for _, name, spec, how in parsed if name is not None and not spec and not how}
    count = sum(name is not None for _, name, _, _ in parsed)
    plain = all(name.isidentifier() for name in names)
    return names if plain and (names or not count) else None
