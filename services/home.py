"""The first page: everything it shows, read with one query."""

from typing import Any

from models.articles import ArticleType
from models.enums import Kind, Language
from models.tracks import TrackClass
from services import live
from services.live import Selection

FEATURED = {"featured": True}
TRACKS_MAX = 40

SELECTIONS = (
    Selection(Kind.FILMS, 1, {"facet": "main"}),
    Selection(Kind.VENUES, 1),
    Selection(Kind.HANDBOOK, 1),
    Selection(Kind.ROUTES, 6, FEATURED),
    Selection(Kind.PROJECTS, 6, FEATURED),
    Selection(Kind.ARTICLES, 3, {"facet": ArticleType.NOTICE.value}),
    *(
        Selection(Kind.TRACKS, TRACKS_MAX, {"facet": track_class.value})
        for track_class in TrackClass
    ),
)


def read(language: Language) -> dict[str, Any]:
    """Return the first page; what is not live is null or absent from its list.

    A class of tracks comes without its label, which the caller adds in the language.
    """
    groups = live.groups(SELECTIONS, language)
    film, venue, handbook, routes, projects, notices, *tracks = [
        live.cards(rows, language) for rows in groups
    ]
    return {
        "film": film[0] if film else None,
        "venue": venue[0] if venue else None,
        "handbook": handbook[0] if handbook else None,
        "routes": routes,
        "projects": projects,
        "notices": notices,
        "tracks": [
            {"class": track_class.value, "items": cards}
            for track_class, cards in zip(TrackClass, tracks, strict=True)
        ],
    }
