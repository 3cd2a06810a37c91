"""实用手册: chapters form a tree within their edition, read in the order that staff gave."""

from typing import Any

import orjson

from models.enums import Kind, Language
from models.handbook import Chapter
from models.handbook_files import HandbookFile, file_id
from models.media_items import MediaKind
from models.snapshots import Snapshot, snapshot_key
from services import live, related
from services.live import Selection

DEPTH_MAX = 6
CHAPTERS_MAX = 500
MEDIA_URL = "/media/"
PDF = "application/pdf"

Card = dict[str, Any]


def problems(chapter: Chapter) -> dict[str, object]:
    """Return what is wrong with a chapter's place in the tree: another edition, or a loop."""
    above, depth = chapter.parent, 0
    while above:
        depth += 1
        if above == chapter.id or depth > DEPTH_MAX:
            return {"parent": "tree_loop"}
        place = _place(above)
        if place is None:
            return {}  # reported as a missing link
        edition, above = place
        if edition != chapter.edition:
            return {"parent": "other_edition"}
    return {}


def _place(chapter: str) -> tuple[str, str | None] | None:
    """Return edition and parent of a chapter: as it is live, or else of its working copy."""
    key = snapshot_key(Kind.CHAPTERS, chapter)
    if row := Snapshot.raw().find_one({"_id": key}, {"facet": 1, "refs": 1}):
        return row["facet"], _parent(row)
    draft = Chapter.objects(id=chapter).only("parent", "edition").first()
    return (draft.edition, draft.parent) if draft else None


def read_edition(id_or_slug: str, language: Language) -> dict[str, Any]:
    """Return an edition with the tree of its live chapters; raise `NotFound`."""
    return edition_answer(live.find(Kind.HANDBOOK, id_or_slug, language), language)


def edition_answer(row: Card, language: Language) -> dict[str, Any]:
    """Return the answer for the snapshot of an edition, which need not be the live one."""
    data, (chapters,) = related.answer_with(Kind.HANDBOOK, row, language, [_chapters(row["item"])])
    pdf = data.get("pdf") or _drawn(row["item"], language)
    return {**data, "pdf": pdf, "chapters": _tree(chapters, language)}


def _drawn(edition: str, language: Language) -> Card | None:
    """Return the PDF that was drawn of an edition, as a reference to media."""
    row = HandbookFile._get_collection().find_one({"_id": file_id(edition, language)})
    if row is None:
        return None
    source = {"url": f"{MEDIA_URL}{row['key']}", "type": PDF, "size": row["size"]}
    return {
        "id": row["_id"],
        "kind": MediaKind.DOCUMENT.value,
        **dict.fromkeys(("alt", "width", "height", "placeholder", "duration", "poster")),
        **dict.fromkeys(("hls", "thumbnails")),
        "sources": [{**source, "width": None, "height": None}],
        "pages": [],
        "demo": False,
    }


def read_chapter(edition: str, id_or_slug: str, language: Language) -> dict[str, Any]:
    """Return a live chapter of a live edition, with what is before, after and below it."""
    edition_row = live.find(Kind.HANDBOOK, edition, language)
    row = live.find(Kind.CHAPTERS, id_or_slug, language, match={"facet": edition_row["item"]})
    return chapter_answer(row, language)


def chapter_answer(row: Card, language: Language) -> dict[str, Any]:
    """Return the answer for the snapshot of a chapter, which need not be the live one."""
    data, (chapters,) = related.answer_with(Kind.CHAPTERS, row, language, [_chapters(row["facet"])])
    rows = _reading_order(_with(chapters, row))
    place = next((i for i, found in enumerate(rows) if found["item"] == row["item"]), None)
    before = rows[place - 1] if place else None
    after = rows[place + 1] if place is not None and place + 1 < len(rows) else None
    return {
        **data,
        "previous": live.cards([before], language)[0] if before else None,
        "next": live.cards([after], language)[0] if after else None,
        "children": live.cards(_children(_with(chapters, row)).get(row["item"], []), language),
    }


def _with(chapters: list[Card], row: Card) -> list[Card]:
    """Return chapters with `row` among them: in the place of its live copy when it is another."""
    if "order" not in row:  # it is the live one
        return chapters
    others = [chapter for chapter in chapters if chapter["item"] != row["item"]]
    return sorted([*others, row], key=lambda chapter: (chapter["order"], chapter["_id"]))


def _chapters(edition: str) -> Selection:
    return Selection(Kind.CHAPTERS, CHAPTERS_MAX, {"facet": edition})


def _parent(row: Card) -> str | None:
    """Return the id of the parent chapter; it is among the links, as `chapters:<id>`."""
    prefix = snapshot_key(Kind.CHAPTERS, "")
    return next((ref.removeprefix(prefix) for ref in row["refs"] if ref.startswith(prefix)), None)


def _children(rows: list[Card]) -> dict[str | None, list[Card]]:
    """Group live chapters by parent; one whose parent is offline stands at the top."""
    known = {row["item"] for row in rows}
    grouped: dict[str | None, list[Card]] = {}
    for row in rows:
        parent = _parent(row)
        grouped.setdefault(parent if parent in known else None, []).append(row)
    return grouped


def _reading_order(rows: list[Card]) -> list[Card]:
    return [row for _, row in outline(rows)]


def outline(rows: list[Card]) -> list[tuple[int, Card]]:
    """Return chapters as a reader turns the pages, each before what is below it, with its depth.

    `rows` are live ones in the order of lists, with `item` and `refs`.
    """
    grouped, ordered = _children(rows), []
    pending = [(0, row) for row in reversed(grouped.get(None, []))]
    while pending:
        depth, row = pending.pop()
        ordered.append((depth, row))
        pending.extend((depth + 1, below) for below in reversed(grouped.get(row["item"], [])))
    return ordered


def _tree(rows: list[Card], language: Language) -> list[Card]:
    grouped = _children(rows)

    def node(row: Card) -> Card:
        card: Card = orjson.loads(row["body"][language]["card"])
        return {**card, "children": [node(child) for child in grouped.get(row["item"], [])]}

    return [node(row) for row in grouped.get(None, [])]
