"""Enumerations that several resources share. Values are what the wire and the database hold."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of content, named as their public routes are."""

    TRACKS = "tracks"
    PROJECTS = "projects"
    ROUTES = "routes"
    SITES = "sites"
    FILMS = "films"
    VENUES = "venues"
    HANDBOOK = "handbook"
    CHAPTERS = "chapters"
    CLUSTERS = "clusters"
    ARTICLES = "articles"
    FAQS = "faqs"


class ContentState(StrEnum):
    """Where the working copy stands; whether it is public is told by the live snapshot alone."""

    DRAFT = "draft"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    EXPIRED = "expired"
    ARCHIVED = "archived"


class Language(StrEnum):
    """Languages of content. The first one is the original that translations are made from."""

    ZH_CN = "zh-CN"
    EN = "en"


class Place(StrEnum):
    """The area that an item or a figure speaks of. Figures of different places never mix."""

    JIAOZHOU = "jiaozhou"
    XIHAIAN = "xihaian"
    QINGDAO = "qingdao"


class Comparator(StrEnum):
    """How a figure's value is meant: 等于, 以上, 超, 突破, 约, or a range 3—5."""

    EQUAL = "eq"
    AT_LEAST = "gte"
    MORE_THAN = "gt"
    SURPASS = "surpass"
    ABOUT = "approx"
    RANGE = "range"


class FigureKind(StrEnum):
    """A goal that was set, or a result that was reached."""

    TARGET = "target"
    ACTUAL = "actual"


class TranslationStatus(StrEnum):
    """What a reader in another language gets.

    `original`: the language it was written in; `current`: fully translated; `partial`: some
    texts fall back to the original; `behind`: the original changed since; `missing`: all of it
    falls back.
    """

    ORIGINAL = "original"
    CURRENT = "current"
    PARTIAL = "partial"
    BEHIND = "behind"
    MISSING = "missing"


class Coordinates(StrEnum):
    """Coordinate reference systems. Stored is only GCJ-02, which the mini-program's map takes."""

    GCJ02 = "gcj02"
