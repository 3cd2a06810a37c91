"""Related items: which kinds stand around an item, and how they are found."""

from typing import Any

from models.enums import Kind, Language
from services import live
from services.live import RELATED_LIMIT, Selection

# Items that link to this one.
LINKED_FROM: dict[Kind, tuple[Kind, ...]] = {
    Kind.TRACKS: (
        *(Kind.PROJECTS, Kind.ROUTES, Kind.SITES, Kind.FILMS),
        *(Kind.ARTICLES, Kind.CLUSTERS, Kind.FAQS),
    ),
    Kind.SITES: (Kind.ROUTES, Kind.PROJECTS, Kind.VENUES),
}
# Items of the same tracks.
SAME_TRACK: dict[Kind, tuple[Kind, ...]] = {
    Kind.PROJECTS: (Kind.PROJECTS, Kind.ROUTES),
    Kind.ROUTES: (Kind.ROUTES, Kind.PROJECTS),
    Kind.FILMS: (Kind.FILMS, Kind.PROJECTS),
    Kind.CLUSTERS: (Kind.PROJECTS,),
    Kind.ARTICLES: (Kind.ARTICLES, Kind.PROJECTS),
    Kind.FAQS: (Kind.FAQS,),
}


def selections(kind: Kind, row: dict[str, Any]) -> list[Selection]:
    """Return what to read beside the detail of the snapshot `row`."""
    found = [Selection(of, RELATED_LIMIT, {"refs": row["_id"]}) for of in LINKED_FROM.get(kind, ())]
    if row["tracks"]:
        match = {"tracks": {"$in": row["tracks"]}, "_id": {"$ne": row["_id"]}}
        found += [Selection(of, RELATED_LIMIT, match) for of in SAME_TRACK.get(kind, ())]
    return found


def read(kind: Kind, id_or_slug: str, language: Language) -> dict[str, Any]:
    """Return an item's detail as the public reads it; raise `NotFound`."""
    return answer(kind, live.find(kind, id_or_slug, language), language)


def answer(kind: Kind, row: dict[str, Any], language: Language) -> dict[str, Any]:
    """Return the answer for a snapshot, which need not be the live one."""
    wanted = selections(kind, row)
    data, groups = live.detail(row, language, wanted)
    data["published_at"] = row["published_at"]
    data["related"] = {
        str(selection.kind): live.cards(rows, language)
        for selection, rows in zip(wanted, groups, strict=True)
    }
    return data
