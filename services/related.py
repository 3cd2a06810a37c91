"""Related items: which kinds stand around an item, and how they are found.

What is truly near (a link, a common track) is read together with the item's own links. Where a kind
has nothing near, one more query looks farther: common tags, then what staff feature in the same
place, then the place. Only what is live is found, by indexed queries; no group ever mixes a near
item with a far one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from models.enums import Kind, Language
from services import live
from services.live import RELATED_LIMIT, Row, Selection

# What is found only because nothing is nearer.
FAR_LIMIT = 6


class Way(Enum):
    """How one item is found from another."""

    LINKED = auto()  # it links to the item
    SAME_SITE = auto()  # both link to a site
    TRACKS = auto()
    TAGS = auto()
    FACET = auto()  # topic of a question, type of an article: of the same kind only
    FEATURED = auto()  # featured, and of the same place
    PLACE = auto()


@dataclass(frozen=True)
class Group:
    """A kind beside an item.

    All `near` ways are shown, the first ones first. Without any of them, what the first of the
    `far` ways that finds something finds.
    """

    kind: Kind
    near: tuple[Way, ...]
    far: tuple[Way, ...] = ()


SAME_PLACE = (Way.FEATURED, Way.PLACE)
FARTHER = (Way.TAGS, *SAME_PLACE)

GROUPS: dict[Kind, tuple[Group, ...]] = {
    # What a track gathers is its own or nothing.
    Kind.TRACKS: (
        Group(Kind.PROJECTS, (Way.LINKED,)),
        Group(Kind.ROUTES, (Way.LINKED,)),
        Group(Kind.SITES, (Way.LINKED,)),
        Group(Kind.FILMS, (Way.LINKED,)),
        Group(Kind.ARTICLES, (Way.LINKED,)),
        Group(Kind.CLUSTERS, (Way.LINKED,)),
        Group(Kind.FAQS, (Way.LINKED,)),
    ),
    Kind.PROJECTS: (
        Group(Kind.PROJECTS, (Way.TRACKS,), FARTHER),
        Group(Kind.ROUTES, (Way.SAME_SITE, Way.TRACKS), SAME_PLACE),
        Group(Kind.CLUSTERS, (Way.TRACKS,), (Way.TAGS,)),
    ),
    Kind.ROUTES: (
        Group(Kind.ROUTES, (Way.TRACKS,), SAME_PLACE),
        Group(Kind.PROJECTS, (Way.SAME_SITE, Way.TRACKS), SAME_PLACE),
        Group(Kind.VENUES, (Way.SAME_SITE,), (Way.PLACE,)),
    ),
    Kind.SITES: (
        Group(Kind.ROUTES, (Way.LINKED,), (Way.TRACKS, *SAME_PLACE)),
        Group(Kind.PROJECTS, (Way.LINKED, Way.TRACKS), SAME_PLACE),
        Group(Kind.VENUES, (Way.LINKED,)),
        Group(Kind.SITES, (Way.TRACKS,), FARTHER),
    ),
    Kind.FILMS: (
        Group(Kind.FILMS, (Way.TRACKS,), FARTHER),
        Group(Kind.PROJECTS, (Way.TRACKS,), FARTHER),
        Group(Kind.ROUTES, (Way.TRACKS,), SAME_PLACE),
    ),
    Kind.VENUES: (
        Group(Kind.ROUTES, (Way.SAME_SITE,), SAME_PLACE),
        Group(Kind.SITES, (Way.TRACKS,), SAME_PLACE),
        Group(Kind.HANDBOOK, (Way.TAGS,), (Way.PLACE,)),
        Group(Kind.FILMS, (Way.TAGS,), SAME_PLACE),
        Group(Kind.ARTICLES, (Way.TAGS,)),
    ),
    Kind.HANDBOOK: (
        Group(Kind.VENUES, (Way.TAGS,), (Way.PLACE,)),
        Group(Kind.FILMS, (Way.TAGS,), SAME_PLACE),
        Group(Kind.ROUTES, (Way.TRACKS,), SAME_PLACE),
    ),
    Kind.CHAPTERS: (
        Group(Kind.PROJECTS, (Way.TRACKS,)),
        Group(Kind.ROUTES, (Way.TRACKS,), SAME_PLACE),
        Group(Kind.ARTICLES, (Way.TRACKS, Way.TAGS)),
        Group(Kind.FAQS, (Way.TRACKS, Way.TAGS)),
    ),
    Kind.CLUSTERS: (
        Group(Kind.PROJECTS, (Way.LINKED, Way.TRACKS), FARTHER),
        Group(Kind.CLUSTERS, (Way.TRACKS,), (Way.TAGS, Way.PLACE)),
        Group(Kind.ROUTES, (Way.TRACKS,)),
    ),
    Kind.ARTICLES: (
        Group(Kind.ARTICLES, (Way.TRACKS, Way.TAGS), (Way.FACET, Way.PLACE)),
        Group(Kind.PROJECTS, (Way.TRACKS,), FARTHER),
        Group(Kind.ROUTES, (Way.TRACKS,), SAME_PLACE),
        Group(Kind.FAQS, (Way.TRACKS, Way.TAGS)),
    ),
    Kind.FAQS: (
        Group(Kind.FAQS, (Way.TRACKS,), (Way.FACET, Way.PLACE)),
        Group(Kind.PROJECTS, (Way.TRACKS,)),
        Group(Kind.ROUTES, (Way.TRACKS,), SAME_PLACE),
        Group(Kind.ARTICLES, (Way.TRACKS, Way.TAGS)),
    ),
}


def read(kind: Kind, id_or_slug: str, language: Language) -> dict[str, Any]:
    """Return an item's detail as the public reads it; raise `NotFound`."""
    return answer(kind, live.find(kind, id_or_slug, language), language)


def answer(kind: Kind, row: Row, language: Language) -> dict[str, Any]:
    """Return the answer for a snapshot, which need not be the live one."""
    return answer_with(kind, row, language, [])[0]


def answer_with(
    kind: Kind, row: Row, language: Language, others: Sequence[Selection]
) -> tuple[dict[str, Any], list[list[Row]]]:
    """Return the answer for a snapshot, and the rows of other selections read along with it."""
    groups = GROUPS[kind]
    near = _wanted(groups, row, far=False)
    data, found = live.detail(row, language, [*others, *(selection for _, selection in near)])
    beside = {group.kind: _near(_of(group, near, found[len(others) :])) for group in groups}
    lacking = [group for group in groups if not beside[group.kind]]
    if far := _wanted(lacking, row, far=True):
        farther = live.groups([selection for _, selection in far], language)
        beside |= {group.kind: _far(_of(group, far, farther)) for group in lacking}
    data["published_at"] = row["published_at"]
    data["related"] = {str(of): live.cards(rows, language) for of, rows in beside.items()}
    return data, found[: len(others)]


def _of(
    group: Group, wanted: Sequence[tuple[Group, Selection]], found: Sequence[list[Row]]
) -> list[list[Row]]:
    """Return the rows that were found for a group, one list for each way."""
    return [rows for (of, _), rows in zip(wanted, found, strict=True) if of is group]


def _near(ways: Sequence[list[Row]]) -> list[Row]:
    """Return what was found in any way, once, the first ways first."""
    rows = {row["_id"]: row for found in ways for row in found}
    return list(rows.values())[:RELATED_LIMIT]


def _far(ways: Sequence[list[Row]]) -> list[Row]:
    """Return what the first way found that found something."""
    return next((found for found in ways if found), [])


def _wanted(groups: Sequence[Group], row: Row, *, far: bool) -> list[tuple[Group, Selection]]:
    """Return what to read, each with the group that it is for."""
    limit = FAR_LIMIT if far else RELATED_LIMIT
    # What the item links to is shown as its link already.
    others = {"_id": {"$nin": [row["_id"], *row["refs"]]}}
    return [
        (group, Selection(group.kind, limit, {**match, **others}))
        for group in groups
        for way in (group.far if far else group.near)
        if (match := _match(way, row))
    ]


def _match(way: Way, row: Row) -> Row:
    """Return what a snapshot found this way fulfils; nothing if the item has none to go by."""
    sites = [ref for ref in row["refs"] if ref.startswith(f"{Kind.SITES}:")]
    matches: dict[Way, tuple[object, Row]] = {
        Way.LINKED: (True, {"refs": row["_id"]}),
        Way.SAME_SITE: (sites, {"refs": {"$in": sites}}),
        Way.TRACKS: (row["tracks"], {"tracks": {"$in": row["tracks"]}}),
        Way.TAGS: (row["tags"], {"tags": {"$in": row["tags"]}}),
        Way.FACET: (row["facet"], {"facet": row["facet"]}),
        Way.FEATURED: (row["place"], {"featured": True, "place": row["place"]}),
        Way.PLACE: (row["place"], {"place": row["place"]}),
    }
    given, match = matches[way]
    return match if given else {}
