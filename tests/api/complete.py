"""Complete content: one live item of each kind with every field set and every text translated.

Plainly fictitious. What the API documents must appear in what is read from these.
"""

import datetime as dt
from typing import Any

from core.clock import now
from models.content import Content
from models.departures import Departure, Meeting, PlannedStop, Words
from models.enums import Kind, Language
from models.media_items import MediaItem, MediaKind, MediaRole, MediaSource
from models.parts import Location
from services import content, media_items, translations
from tests.api.whole_fields import LOCATION, Items, own_fields, shared_fields
from tests.factories import ACTOR, create, publish
from tests.visiting import create_departure


def create_items(**everywhere: Any) -> Items:
    """Write, translate and publish one complete item of each kind, linked with each other."""
    register_media()
    items: Items = {}
    for kind in (
        *(Kind.TRACKS, Kind.SITES, Kind.CLUSTERS, Kind.PROJECTS, Kind.FILMS, Kind.VENUES),
        *(Kind.HANDBOOK, Kind.CHAPTERS, Kind.ROUTES, Kind.ARTICLES, Kind.FAQS),
    ):
        fields = {**shared_fields(items), **own_fields(kind, items), **everywhere}
        items[kind] = publish(translate(create(kind, **fields)))
    return items


def create_chapters(edition: Content, parent: Content) -> list[Content]:
    """Add live chapters around the complete one: after it, and below it."""
    return [
        publish(create(Kind.CHAPTERS, edition=edition.id, number="1.1", parent=parent.id)),
        publish(create(Kind.CHAPTERS, edition=edition.id, number="2")),
    ]


def translate(document: Content) -> Content:
    """Translate every text of a draft into English."""
    texts = translations.texts(document, Language.EN)
    english = {text.path: f"English {text.path}" for text in texts}
    return content.translate(
        document.KIND, document.id, Language.EN, english, revision=document.revision, actor=ACTOR
    )


FILM_ROLES = {
    "mp4": MediaRole.FILM,
    "m3u8": MediaRole.PLAYLIST,
    "webp": MediaRole.THUMBNAILS,
    "vtt": MediaRole.THUMBNAILS,
}
PAGE_ROLES = (MediaRole.PAGE, MediaRole.PAGE_THUMBNAIL)
DOCUMENT_ROLES = {
    "pdf": MediaRole.DOCUMENT,
    "webp": MediaRole.PAGE,
    "small.webp": MediaRole.PAGE_THUMBNAIL,
    "json": MediaRole.TEXT,
}


def register_media() -> None:
    """Register a picture, a film with poster, subtitles and a document, with all renditions."""
    film, document = MediaKind.VIDEO, MediaKind.DOCUMENT
    for identity, kind, roles, extra in (
        ("whole-picture", MediaKind.IMAGE, {"webp": MediaRole.PICTURE}, {}),
        ("whole-film", film, FILM_ROLES, {"duration": 12.5, "poster": "whole-picture"}),
        ("whole-subtitles", MediaKind.SUBTITLES, {"vtt": MediaRole.SUBTITLES}, {}),
        ("whole-document", document, DOCUMENT_ROLES, {"pages": 1}),
    ):
        sources = [
            MediaSource(
                role=role,
                key=f"public/test/{identity}.{suffix}",
                type=f"image/{suffix}" if suffix == "webp" else "test/type",
                width=750,
                height=422,
                page=1 if role in PAGE_ROLES else None,
                size=9,
            )
            for suffix, role in roles.items()
        ]
        media_items.register(
            MediaItem(
                id=identity,
                kind=kind,
                alt="测试媒体",
                width=750,
                height=422,
                placeholder="data:image/webp;base64,AAAA",
                sources=sources,
                sha256="0" * 64,
                demo=True,
                **extra,
            )
        )


def create_whole_departure(route: Content) -> Departure:
    """Write a departure of a route with everything that the public is told."""
    location = Location(**LOCATION)
    starts_at = now() + dt.timedelta(days=7)
    words = Words(zh="测试", en="English")
    stop = PlannedStop(
        key="stop-1",
        site="site-1",
        title=words,
        note=words,
        arrives_at=starts_at,
        leaves_at=starts_at + dt.timedelta(hours=1),
        location=location,
        x=0.5,
        y=0.5,
    )
    return create_departure(
        route=route.id,
        slug=route.slug,
        tracks=list(route.tracks),
        title=words,
        stops=[stop],
        meeting=Meeting(title=words, note=words, location=location),
    )
