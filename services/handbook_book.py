"""What stands in the PDF of an edition, told as `media.books` asks: read from live copies alone.

What a live copy does not hold (drafts, remarks of reviewers, departments) cannot get into it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from core.clock import SHANGHAI
from models.enums import Kind, Language, TranslationStatus
from models.snapshots import Snapshot, in_time, snapshot_key
from services import handbook, media_items
from services.handbook_words import date_text, word

# More would be thousands of pages: nobody reads such a file, and no process draws it.
CHARACTERS_MAX = 3_000_000
FOLLOWS = {TranslationStatus.MISSING, TranslationStatus.PARTIAL, TranslationStatus.BEHIND}
# What a policy tells, besides how long it holds, in this order.
POLICY = ("issuing_body", "document_number")
POLICY_TEXTS = ("eligible", "granted")
CONTACT = ("department", "phone", "email", "website", "note")
COVER_PIXELS = 1_000

Row = dict[str, Any]
Detail = Mapping[str, Any]


class TooLong(Exception):
    """An edition has more text than a file can be drawn of."""


@dataclass(frozen=True)
class Book:
    """The description of a book, and the keys of the pictures that it shows."""

    told: Row
    pictures: Sequence[str]


def read(edition: str, language: Language) -> Book | None:
    """Return an edition as a book; None when it is not live. Raises `TooLong`."""
    fields = {"item": 1, "refs": 1, "published_at": 1, f"body.{language}.detail": 1}
    found = {"_id": snapshot_key(Kind.HANDBOOK, edition), **in_time()}
    row = Snapshot.raw().find_one(found, fields)
    if row is None:
        return None
    query = {"kind": Kind.CHAPTERS, "facet": edition, **in_time()}
    cursor = Snapshot.raw().find(query, fields).sort([("order", 1), ("_id", 1)])
    rows, characters = [], 0
    for chapter in cursor.limit(handbook.CHAPTERS_MAX):
        characters += len(chapter["body"][language]["detail"])
        if characters > CHARACTERS_MAX:
            raise TooLong
        rows.append(chapter)
    return _book(row, rows, language)


def _book(row: Row, rows: list[Row], language: Language) -> Book:
    detail = _detail(row, language)
    made_at = max(one["published_at"] for one in (row, *rows))
    parts = [*_opening(detail, language)]
    for depth, chapter in handbook.outline(rows):
        parts.append(_chapter(_detail(chapter, language), depth, language))
    if detail["sources"]:
        blocks = [{"kind": "table", "rows": [[_cited(one, language)] for one in detail["sources"]]}]
        parts.append(_part(word("sources", language), blocks))
    cover = _cover(detail)
    day = made_at.astimezone(SHANGHAI).date()
    told = {
        "language": language.value,
        "title": detail["title"],
        "caption": word("caption", language),
        "foot": detail["title"],
        "year": word("year", language, year=detail["year"]),
        "summary": detail["summary"],
        "cover": cover,
        "marks": [word("demo_edition", language)] if detail["demo"] else [],
        "dated": word("dated", language, date=date_text(day, language)),
        "made_at": made_at.isoformat(timespec="seconds"),
        "words": {
            "contents": word("contents", language),
            "pages": word("pages", language, n="{n}", total="{total}"),
        },
        "parts": parts,
    }
    named = media_items.keys_in({"parts": parts})
    return Book(told, sorted(named | ({cover} if cover else set())))


def _detail(row: Row, language: Language) -> Row:
    detail: Row = orjson.loads(row["body"][language]["detail"])
    return detail


def _cover(detail: Detail) -> str:
    """Return the key of the picture of the front page: one that is large enough for paper."""
    cover = detail["cover"]
    if cover is None or not cover["sources"]:
        return ""
    large = [one for one in cover["sources"] if (one["width"] or 0) >= COVER_PIXELS]
    url: str = (large or cover["sources"][-1:])[0]["url"]
    return url.removeprefix(handbook.MEDIA_URL)


def _part(title: str, blocks: list[Row], *, number: str = "", level: int = 0) -> Row:
    return {"number": number, "title": title, "level": level, "blocks": blocks}


def _opening(detail: Detail, language: Language) -> Iterator[Row]:
    """Yield what comes before the chapters."""
    marks = [*_translated(detail, language)]
    if detail["foreword"]:
        html = {"kind": "html", "html": detail["foreword"]}
        yield _part(word("foreword", language), [*marks, html])
    if detail["figures"]:
        yield _part(word("figures", language), [_figures(detail["figures"], language)])


def _chapter(detail: Detail, depth: int, language: Language) -> Row:
    return _part(
        detail["title"], [*_blocks(detail, language)], number=detail["number"], level=depth
    )


def _blocks(detail: Detail, language: Language) -> Iterator[Row]:
    yield from _translated(detail, language)
    if detail["demo"]:
        yield {"kind": "boxed", "box": "warning", "text": word("demo", language)}
    if detail["summary"]:
        yield {"kind": "note", "text": detail["summary"], "lead": True}
    if said := _origin(detail, language):
        yield {"kind": "note", "text": said}
    if detail["body"]:
        yield {"kind": "html", "html": detail["body"]}
    if detail["figures"]:
        yield {**_figures(detail["figures"], language), "above": word("figures", language)}
    policies = [_policy(one, language) for one in detail["policies"]]
    yield from _titled(word("policies", language), policies)
    contacts = [_contact(one, language) for one in detail["contacts"]]
    yield from _titled(word("contacts", language), contacts)


def _titled(title: str, tables: list[Row]) -> Iterator[Row]:
    for number, table in enumerate(tables):
        yield {**table, "above": "" if number else title}


def _translated(detail: Detail, language: Language) -> Iterator[Row]:
    status = TranslationStatus(detail["translation"])
    if status in FOLLOWS:
        yield {"kind": "boxed", "box": "callout", "text": word(status.value, language)}


def _figures(figures: Sequence[Detail], language: Language) -> Row:
    names = ("metric", "value", "period", "place", "source")
    return {
        "kind": "table",
        "headings": [word(name, language) for name in names],
        "rows": [
            [
                one["metric"],
                _with(one["display"], word("stale", language) if one["stale"] else ""),
                one["label"],
                one["place_label"] or "",
                _with(one["source"], _date(one["as_of"], language)),
            ]
            for one in figures
        ],
    }


def _with(text: str, more: str) -> str:
    return f"{text}\n{more}" if more else text


def _policy(policy: Detail, language: Language) -> Row:
    rows = [[word(name, language), policy[name]] for name in POLICY if policy[name]]
    dates = [
        word(name, language, date=_date(policy[name], language))
        for name in ("valid_from", "valid_until")
        if policy[name]
    ]
    if dates:
        rows.append([word("valid", language), " ".join(dates)])
    rows += [[word(name, language), policy[name]] for name in POLICY_TEXTS if policy[name]]
    return {"kind": "table", "title": policy["title"], "rows": rows}


def _contact(contact: Detail, language: Language) -> Row:
    rows = [[word(name, language), contact[name]] for name in CONTACT if contact[name]]
    return {"kind": "table", "title": contact["name"], "rows": rows}


def _origin(detail: Detail, language: Language) -> str:
    """Return which day a chapter's facts are from, and which documents."""
    told = []
    if detail["as_of"]:
        told.append(word("as_of", language, date=_date(detail["as_of"], language)))
    if detail["sources"]:
        joined = "；" if language is Language.ZH_CN else "; "
        texts = joined.join(_cited(one, language) for one in detail["sources"])
        told.append(word("source_is", language, text=texts))
    return "\n".join(told)


def _cited(source: Detail, language: Language) -> str:
    told = [source["title"], source["publisher"], _date(source["published_on"], language)]
    return ("，" if language is Language.ZH_CN else ", ").join(one for one in told if one)


def _date(text: str | None, language: Language) -> str:
    return date_text(dt.date.fromisoformat(text), language) if text else ""
