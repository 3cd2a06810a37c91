"""Group lists and day sheets as files: a workbook, or a PDF to print."""

from collections.abc import Sequence
from typing import Any

from core import logs
from core.clock import SHANGHAI
from core.errors import Unavailable
from media import sheets
from media.failures import RenditionFailed
from models.enums import Language
from services import gate_needs, itinerary_texts, workbooks
from services.bookings import group_texts
from services.bookings.group_lists import Arrival, DaySheet, Group, GroupList
from services.bookings.group_texts import word
from services.itinerary_texts import day_text, span_text
from services.workbooks import Column, Table

RETRY_AFTER_S = 2
# Columns, how wide they are, and whether they hold what is only told whole.
COLUMNS = (
    *(("number", 6.5, False), ("organisation", 24.0, False), ("name", 13.0, False)),
    *(("phone", 19.5, False), ("party", 9.0, False), ("state", 12.5, False)),
    *(("language", 11.5, False), ("companions", 26.0, True), ("plates", 15.0, True)),
    ("needs", 22.0, True),
)
# Where a gate asks for something, what is missing stands beside; the long texts make room for it.
MISSING = ("missing", 14.0)
NARROWED = {"organisation": 20.0, "companions": 21.0, "needs": 17.0}
ARRIVED_WIDTH = 7.0
# A heading stands on the page on which its table begins: so many millimetres.
HEADED = 60
BETWEEN = "、"

logger = logs.get(__name__)


def group_workbook(found: GroupList, language: Language) -> bytes:
    """Return the group list of a departure as .xlsx."""
    title = f"{word('group_list', language)} · {_title(found, language)}"
    table = _table(found, language, whole=True)
    return workbooks.workbook(title, _lines(found, language), [table])


def day_workbook(found: DaySheet, language: Language) -> bytes:
    """Return the day sheet of a site as .xlsx."""
    tables = [_arrival(one, language, whole=found.whole) for one in found.arrivals]
    return workbooks.workbook(_day_title(found, language), _day_lines(found, language), tables)


def group_pdf(found: GroupList, language: Language) -> bytes:
    """Return the group list of a departure as PDF; raise `Unavailable`."""
    title = _title(found, language)
    table = _table(found, language, whole=True)
    mark = itinerary_texts.word("demo", language) if found.departure.demo else ""
    lines = _lines(found, language)
    return _pdf(title, word("group_list", language), mark, lines, [table], language)


def day_pdf(found: DaySheet, language: Language) -> bytes:
    """Return the day sheet of a site as PDF; raise `Unavailable`."""
    tables = [_arrival(one, language, whole=found.whole) for one in found.arrivals]
    demo = any(one.group_list.departure.demo for one in found.arrivals)
    mark = itinerary_texts.word("demo", language) if demo else ""
    title, caption = _day_title(found, language), word("day_sheet", language)
    return _pdf(title, caption, mark, _day_lines(found, language), tables, language)


def _title(found: GroupList, language: Language) -> str:
    words = found.departure.title
    return str(words.en if language is Language.EN and words.en else words.zh)


def _lines(found: GroupList, language: Language) -> list[str]:
    departure = found.departure
    span = span_text(departure.starts_at, departure.ends_at)
    day = day_text(departure.starts_at.astimezone(SHANGHAI).date(), language)
    when = [word("starts", language, span=f"{day} {span}")]
    return [*_joined([*when, *_led(found, language)]), *_counted(found, language)]


def _led(found: GroupList, language: Language) -> list[str]:
    """Return where a group meets, who leads it, and in which vehicle."""
    meeting, said = found.departure.meeting, []
    if meeting is not None:
        place = meeting.title.en if language is Language.EN else None
        said.append(word("meets", language, place=place or meeting.title.zh))
    if found.guide:
        said.append(word("guide", language, name=found.guide))
    if found.vehicle:
        name = " ".join(text for text in (found.vehicle, found.plate) if text)
        said.append(word("vehicle", language, name=name))
    return said


def _joined(texts: Sequence[str]) -> list[str]:
    return ["　".join(texts)] if texts else []


def _counted(found: GroupList, language: Language) -> list[str]:
    """Return how many come, and what gates ask of them."""
    counted = word(
        "summary",
        language,
        groups=len(found.groups),
        people=found.people,
        pending=found.pending,
        capacity=found.departure.capacity,
    )
    if not found.gate_needs:
        return [counted]
    needs = gate_needs.listed(found.gate_needs, language)
    return [counted, word("gate", language, needs=needs)]


def _day_title(found: DaySheet, language: Language) -> str:
    return f"{found.title} · {day_text(found.day, language)}"


def _day_lines(found: DaySheet, language: Language) -> list[str]:
    if not found.arrivals:
        return [word("nobody", language)]
    visits = len(found.arrivals)
    said = [word("day_summary", language, visits=visits, people=found.people)]
    return said if found.whole else [*said, word("masked", language)]


def _arrival(found: Arrival, language: Language, *, whole: bool) -> Table:
    groups = found.group_list
    span = span_text(found.arrives_at, found.leaves_at)
    lines = [*_joined(_led(groups, language)), *_counted(groups, language)]
    heading = f"{span}　{_title(groups, language)}"
    return _table(groups, language, whole=whole, heading=heading, lines=lines)


def _table(
    found: GroupList,
    language: Language,
    *,
    whole: bool,
    heading: str = "",
    lines: Sequence[str] = (),
) -> Table:
    shown = [(name, width) for name, width, needs_whole in COLUMNS if whole or not needs_whole]
    if found.gate_needs:
        shown = [*((name, NARROWED.get(name, width)) for name, width in shown), MISSING]
    columns = [Column(word(name, language), width) for name, width in shown]
    rows = []
    for number, group in enumerate(found.groups, 1):
        cells = _cells(number, group, language)
        rows.append([cells[name] for name, _ in shown])
    return Table(columns, rows, heading, lines)


def _cells(number: int, group: Group, language: Language) -> dict[str, str]:
    found = group.booking
    return {
        "number": str(number),
        "organisation": group.organisation or "",
        "name": group.name or "",
        "phone": group.phone or "",
        "party": str(found.party),
        "state": group_texts.state(found.state, language),
        "language": itinerary_texts.word(found.language, language),
        "companions": BETWEEN.join(group.companions),
        "plates": word("no_car", language) if found.no_car else BETWEEN.join(group.plates),
        "missing": gate_needs.listed(group.missing, language),
        "needs": group.needs or "",
    }


def _pdf(
    title: str,
    caption: str,
    mark: str,
    lines: Sequence[str],
    tables: Sequence[Table],
    language: Language,
) -> bytes:
    """Print tables, each with a column to tick off who is here."""
    blocks: list[dict[str, Any]] = [{"kind": "text", "text": line} for line in lines]
    for table in tables:
        if table.heading:
            blocks.append({"kind": "heading", "text": table.heading, "room": HEADED})
        blocks += [{"kind": "text", "text": line, "muted": True} for line in table.lines]
        blocks.append(
            {
                "kind": "table",
                "headings": [
                    *(one.heading for one in table.columns),
                    word("arrived", language),
                ],
                "widths": [*(one.width for one in table.columns), ARRIVED_WIDTH],
                "rows": [[*row, ""] for row in table.rows],
            }
        )
    organiser = itinerary_texts.word("organiser", language)
    sheet = {
        "language": language.value,
        "orientation": "landscape",
        "title": title,
        "caption": f"{organiser} · {caption} · {word('internal', language)}",
        "mark": mark,
        "foot": f"{title} · {caption}",
        "pages": itinerary_texts.word("page", language, n="{n}", total="{total}"),
        "blocks": blocks,
    }
    try:
        return sheets.pdf(sheet)
    except RenditionFailed as error:
        logger.warning("group_list_not_printed", error=str(error))
        raise Unavailable(retry_after_s=RETRY_AFTER_S) from error
