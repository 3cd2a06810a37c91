"""A 行程单 on paper: which blocks stand on the sheet, and the PDF of it."""

from collections.abc import Iterator
from typing import Any

from core import logs
from core.errors import Unavailable
from media import sheets, stores
from media.errors import ObjectMissing, StoreUnavailable
from media.failures import RenditionFailed
from models.departures import DepartureState
from models.enums import Language
from services import gate_needs
from services.itinerary_parts import Itinerary, ItineraryStop, MapFile, Point, Sketch
from services.itinerary_texts import day_text, hour, moment_text, span_text, word

# A map is printed from the smallest file that has so many pixels across.
MAP_PIXELS = 1_000
MAP_NAME = "map"
RETRY_AFTER_S = 2

Block = dict[str, Any]

logger = logs.get(__name__)


def pdf(itinerary: Itinerary) -> bytes:
    """Return the PDF, A4. A map whose file cannot be had is left out; raises `Unavailable`."""
    pictures = _pictures(itinerary)
    try:
        return sheets.pdf(_sheet(itinerary, has_map=bool(pictures)), pictures)
    except RenditionFailed as error:
        logger.warning("itinerary_not_printed", departure=itinerary.departure, error=str(error))
        raise Unavailable(retry_after_s=RETRY_AFTER_S) from error


def file_name(itinerary: Itinerary) -> str:
    """Return the name under which the PDF is saved."""
    said = word("itinerary", itinerary.language)
    return f"{said}-{itinerary.day:%Y%m%d}-{itinerary.departure}.pdf"


def _pictures(itinerary: Itinerary) -> dict[str, bytes]:
    if itinerary.map is None or not itinerary.map.files:
        return {}
    file = _printed(list(itinerary.map.files))
    try:
        with stores.current().open(file.key) as chunks:
            return {MAP_NAME: b"".join(chunks)}
    except (ObjectMissing, StoreUnavailable) as error:
        logger.warning("map_not_printed", key=file.key, error=type(error).__name__)
        return {}


def _printed(files: list[MapFile]) -> MapFile:
    by_width = sorted(files, key=lambda file: file.width or 0)
    return next((file for file in by_width if (file.width or 0) >= MAP_PIXELS), by_width[-1])


def _sheet(itinerary: Itinerary, *, has_map: bool) -> dict[str, Any]:
    spoken = itinerary.language
    caption = f"{word('organiser', spoken)} · {word('itinerary', spoken)}"
    marks = [word("demo", spoken)] if itinerary.demo else []
    if itinerary.state in (DepartureState.PROPOSED, DepartureState.CANCELLED):
        marks.append(word(itinerary.state.value, spoken))
    return {
        "language": spoken.value,
        "title": itinerary.title,
        "caption": caption,
        "mark": " · ".join(marks),
        "foot": f"{itinerary.title} · {itinerary.day:%Y-%m-%d}",
        "pages": word("page", spoken, n="{n}", total="{total}"),
        "blocks": list(_blocks(itinerary, has_map=has_map)),
    }


def _blocks(itinerary: Itinerary, *, has_map: bool) -> Iterator[Block]:
    spoken = itinerary.language
    yield {"kind": "facts", "rows": _facts(itinerary)}
    for text in remarks(itinerary):
        yield {"kind": "text", "text": text, "muted": True}
    if itinerary.note:
        yield _heading("note", itinerary)
        yield {"kind": "text", "text": itinerary.note}
    yield _heading("stops", itinerary)
    yield {"kind": "timeline", "rows": [*_timeline(itinerary)]}
    if contacts := _contacts(itinerary):
        yield _heading("contact", itinerary)
        yield {"kind": "facts", "rows": [contacts]}
    if has_map and itinerary.map is not None:
        yield _heading("map", itinerary)
        yield {
            "kind": "picture",
            "file": MAP_NAME,
            "width": itinerary.map.width,
            "height": itinerary.map.height,
            "alt": itinerary.map.alt or word("map", spoken),
            "pins": [[str(one.number), one.x, one.y] for one in pinned(itinerary)],
            "caption": map_caption(itinerary),
        }
    if itinerary.sketch is not None:
        yield _heading("sketch", itinerary)
        yield _sketch(itinerary, itinerary.sketch)
    yield _heading("advice", itinerary)
    yield {"kind": "list", "items": list(itinerary.advice)}


def _sketch(itinerary: Itinerary, sketch: Sketch) -> Block:
    spoken = itinerary.language
    return {
        "kind": "sketch",
        "width": sketch.width,
        "height": sketch.height,
        "pins": [[one.label, one.x, one.y, one.across, not one.numbers] for one in sketch.pins],
        "path": [[one.x, one.y] for one in sketch.path],
        "arrows": [[[one.x, one.y] for one in arrow] for arrow in sketch.arrows],
        "scale": [sketch.scale, scale_text(sketch, spoken)],
        "north": word("north", spoken),
        "mark": word("sketch_mark", spoken),
        "legend": legend(itinerary),
        "notes": sketch_notes(itinerary),
    }


def legend(itinerary: Itinerary) -> list[tuple[str, str]]:
    """Return what the pins of the sketch stand for: the meeting point, then the stops."""
    if itinerary.sketch is None:
        return []
    rows = [(str(one.number), one.title) for one in itinerary.stops if one.location is not None]
    if itinerary.meeting is not None and itinerary.sketch.meets:
        rows.insert(0, (word("meeting_mark", itinerary.language), itinerary.meeting.title))
    return rows


def sketch_notes(itinerary: Itinerary) -> list[str]:
    """Return what stands under the sketch: what it is, and what it does not show."""
    spoken, sketch = itinerary.language, itinerary.sketch
    if sketch is None:
        return []
    notes = [sketch.caption]
    left_out = [
        f"{one.number} {one.title}" for one in itinerary.stops if one.number in sketch.unplaced
    ]
    if left_out:
        notes.append(word("unplaced", spoken, text=word("comma", spoken).join(left_out)))
    meeting = itinerary.meeting
    if meeting is not None and meeting.location is not None and not sketch.meets:
        notes.append(word("far_off", spoken, text=meeting.title))
    return notes


def scale_text(sketch: Sketch, language: Language) -> str:
    """Return how long the bar of the scale is in nature."""
    if sketch.scale_metres >= 1_000:
        return word("kilometres", language, n=sketch.scale_metres // 1_000)
    return word("metres", language, n=sketch.scale_metres)


def pinned(itinerary: Itinerary) -> list[ItineraryStop]:
    """Return the stops that have a pin on the map; none where the map shows them itself."""
    if itinerary.map is None or itinerary.map.demo:
        return []
    return [one for one in itinerary.stops if one.x is not None and one.y is not None]


def map_caption(itinerary: Itinerary) -> str | None:
    """Return what stands under the map: its 审图号, or why it needs none."""
    if itinerary.map is None:
        return None
    if itinerary.map.approval:
        return word("approval", itinerary.language, text=itinerary.map.approval)
    return itinerary.map.exemption


def remarks(itinerary: Itinerary) -> list[str]:
    """Return the small print: until when what is possible, what is provisional, what is demo."""
    spoken, found = itinerary.language, []
    if itinerary.answer_by:
        found.append(word("answer_by", spoken, time=moment_text(itinerary.answer_by, spoken)))
    if itinerary.cancel_by:
        found.append(word("cancel_by", spoken, time=moment_text(itinerary.cancel_by, spoken)))
    if itinerary.provisional:
        found.append(word("provisional", spoken))
    if itinerary.demo:
        found.append(word("demo_note", spoken))
    return found


def people(itinerary: Itinerary) -> int | None:
    """Return how many come, where that is known."""
    return itinerary.party if itinerary.party is not None else itinerary.people


def gate(itinerary: Itinerary) -> str:
    """Return what gates on the way must know of the group, in words; empty: nothing."""
    said = gate_needs.listed(itinerary.gate_needs, itinerary.language)
    return said[:1].upper() + said[1:]


def _facts(itinerary: Itinerary) -> list[list[tuple[str, str]]]:
    spoken = itinerary.language
    rows = [
        [
            (word("date", spoken), day_text(itinerary.day, spoken)),
            (word("time", spoken), span_text(itinerary.starts_at, itinerary.ends_at)),
        ],
        [
            (word("language", spoken), word(itinerary.spoken.value, spoken)),
            (word("version", spoken), word("version_n", spoken, n=itinerary.version)),
        ],
    ]
    if (count := people(itinerary)) is not None:
        rows[1].insert(0, (word("people", spoken), word("people_n", spoken, n=count)))
    if itinerary.meeting is not None:
        meeting = itinerary.meeting
        by = word("gather_by", spoken, time=hour(meeting.at))
        told = [f"{meeting.title}  {by}", meeting.note or "", _coordinates(meeting.location)]
        rows.append([(word("meeting", spoken), "\n".join(filter(None, told)))])
    if needs := gate(itinerary):
        rows.append([(word("gate", spoken), needs)])
    return rows


def _timeline(itinerary: Itinerary) -> Iterator[Block]:
    spoken = itinerary.language
    for stop in itinerary.stops:
        lines = [stop.note]
        if stop.address:
            lines.append(word("address_is", spoken, text=stop.address))
        if stop.visit_note:
            lines.append(word("visit_note_is", spoken, text=stop.visit_note))
        travel = stop.travel_minutes
        yield {
            "time": hour(stop.arrives_at),
            "until": f"– {hour(stop.leaves_at)}",
            "number": str(stop.number),
            "title": stop.title,
            "lines": [word("stay", spoken, n=stop.minutes), *filter(None, lines)],
            "after": word("travel", spoken, n=travel) if travel else None,
        }


def _contacts(itinerary: Itinerary) -> list[tuple[str, str]]:
    spoken, rows = itinerary.language, []
    if itinerary.contact is not None:
        told = [itinerary.contact.name, itinerary.contact.phone]
        rows.append((word("guide", spoken), " ".join(filter(None, told))))
    if itinerary.desk_phone is not None:
        rows.append((word("desk", spoken), itinerary.desk_phone))
    if itinerary.transport is not None:
        told = [itinerary.transport.name, itinerary.transport.plate]
        rows.append((word("vehicle", spoken), " ".join(filter(None, told))))
    return rows


def _coordinates(point: Point | None) -> str:
    return "" if point is None else f"{point.lng:.4f}, {point.lat:.4f} (GCJ-02)"


def _heading(name: str, itinerary: Itinerary) -> Block:
    return {"kind": "heading", "text": word(name, itinerary.language)}
