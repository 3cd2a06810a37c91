"""Pictures and films for the entries: what to draw, and how an entry refers to it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from mongoengine.errors import FieldDoesNotExist

from cli import demo_media
from cli.seed.source import MALFORMED, ContentError, Entry
from media import stores
from media.errors import ObjectMissing
from media.facts import Role
from models.enums import Kind, Language
from models.media_items import MediaItem, MediaKind, MediaRole, MediaSource, MediaStream
from models.parts import Figure
from schemas import wording
from schemas.labels import LABELS
from services import media_items

Progress = Callable[[int, int, str], None]
# The field whose label stands as a badge on the card of a kind.
BADGES = {
    Kind.TRACKS: "track_class",
    Kind.PROJECTS: "stage",
    Kind.SITES: "site_type",
    Kind.ARTICLES: "article_type",
}
# Read as text in their lists: a picture would only repeat the title.
TEXT_ONLY = (Kind.CHAPTERS, Kind.FAQS)
SUBTITLE_LABELS = {Language.ZH_CN: "简体中文", Language.EN: "English"}
SUBTITLE_MAX = 60
FIGURES_MAX = 3


def make(entries: Iterable[Entry], folder: Path, progress: Progress | None = None) -> None:
    """Draw what is missing in `folder`, put it into the store and register it as media items.

    Raises `ContentError` for an entry that cannot be drawn, `StoreUnavailable` and its like, else
    what `demo_media.generate` does.
    """
    wanted: list[demo_media.Item] = []
    for entry in entries:
        try:
            wanted += _items(entry)
        except (*MALFORMED, FieldDoesNotExist) as error:
            message = f"{entry.kind}/{entry.slug} cannot be drawn: {error!r}"
            raise ContentError(message) from None
    for made in demo_media.generate(wanted, folder, progress):
        _keep(made, folder)
        _register(made)


def references(entry: Entry) -> dict[str, Any]:
    """Return the media fields of an entry: its cover, and map, film and subtitles."""
    found: dict[str, Any] = {}
    if entry.kind not in TEXT_ONLY:
        found["cover"] = {"media": media_id(_card_name(entry)), "alt": entry.fields["title"]}
    if entry.kind is Kind.ROUTES:
        found["map_image"] = {"media": media_id(_map_name(entry))}
    if entry.kind is Kind.FILMS:
        film = media_id(_film_name(entry))
        found["video"] = {"media": film}
        found["subtitles"] = [
            {
                "language": language.value,
                "label": label,
                "file": {"media": f"{film}-{language.lower()}"},
            }
            for language, label in SUBTITLE_LABELS.items()
        ]
    return found


def english(entry: Entry) -> dict[str, str]:
    """Return the English texts of what `references` adds."""
    if entry.kind in TEXT_ONLY or "title" not in entry.english:
        return {}
    return {"cover.alt": entry.english["title"]}


def media_id(name: str) -> str:
    """Return the id of the media item that is drawn under `name`."""
    return "demo-" + name.replace("/", "-")


def _items(entry: Entry) -> Iterator[demo_media.Item]:
    if entry.kind not in TEXT_ONLY:
        yield _card(entry)
    if entry.kind is Kind.ROUTES:
        yield _map(entry)
    if entry.kind is Kind.FILMS:
        slides = tuple(
            demo_media.Slide(**{**slide, "lines": tuple(slide["lines"])}) for slide in entry.slides
        )
        yield demo_media.Film(_film_name(entry), slides)


def _card(entry: Entry) -> demo_media.Card:
    fields = entry.fields
    figures = [Figure._from_son(figure) for figure in fields["figures"][:FIGURES_MAX]]
    return demo_media.Card(
        name=_card_name(entry),
        title=fields["title"],
        subtitle=_first_clause(fields.get("summary", "")),
        badge=_badge(entry),
        motif=entry.kind.value,
        demo=True,
        figures=tuple(
            f"{wording.period_label(figure, Language.ZH_CN)} "
            f"{wording.display(figure, Language.ZH_CN)}"
            for figure in figures
        ),
    )


def _map(entry: Entry) -> demo_media.RouteMap:
    stops = tuple(
        demo_media.RouteMapStop(stop["title"], stop["x"], stop["y"], stop.get("note", ""))
        for stop in entry.fields["stops"]
    )
    subtitle = _first_clause(entry.fields.get("summary", ""))
    return demo_media.RouteMap(_map_name(entry), entry.fields["title"], subtitle, stops)


def _first_clause(text: str) -> str:
    """Return the first sentence of a summary, short enough to be read on a picture."""
    sentence = text.split("。", 1)[0]
    if len(sentence) <= SUBTITLE_MAX:
        return sentence
    return sentence[: SUBTITLE_MAX - 1].rsplit("，", 1)[0] + "…"


def _badge(entry: Entry) -> str:
    name = BADGES.get(entry.kind)
    if name is None:
        return ""
    value = entry.fields.get(name)
    return next((text[0] for key, text in LABELS.items() if key == value), "")


def _card_name(entry: Entry) -> str:
    return f"{entry.kind}/{entry.slug}"


def _map_name(entry: Entry) -> str:
    return f"maps/{entry.slug}"


def _film_name(entry: Entry) -> str:
    return f"video/{entry.slug}"


def _keep(made: demo_media.MediaFile, folder: Path) -> None:
    """Put files into the store in force, unless they are there: in most demos it is `folder`."""
    store = stores.current()
    for file in (*made.sources, *made.subtitles):
        try:
            is_there = store.stat(file.path).size == file.size
        except ObjectMissing:
            is_there = False
        if not is_there:
            store.put(file.path, folder / file.path)


def _register(made: demo_media.MediaFile) -> None:
    identity = media_id(made.name)
    media_items.register(
        MediaItem(
            id=identity,
            kind=MediaKind(made.kind),
            alt=made.alt,
            width=made.width,
            height=made.height,
            duration=made.duration,
            sources=[_source(one) for one in made.sources if one.role is not Role.STREAM],
            stream=[_stream(one) for one in made.sources if one.role is Role.STREAM],
            poster=media_id(made.poster) if made.poster else None,
            sha256=made.sha256,
            demo=made.demo,
        )
    )
    for subtitle in made.subtitles:
        media_items.register(
            MediaItem(
                id=f"{identity}-{str(subtitle.label).lower()}",
                kind=MediaKind.SUBTITLES,
                alt=str(subtitle.label),
                sources=[_source(subtitle)],
                sha256=subtitle.sha256,
                demo=made.demo,
            )
        )


def _stream(source: demo_media.MediaSource) -> MediaStream:
    return MediaStream(key=source.path, size=source.size, sha256=source.sha256)


def _source(source: demo_media.MediaSource) -> MediaSource:
    return MediaSource(
        key=source.path,
        role=MediaRole(source.role.value),
        type=source.type,
        width=source.width,
        height=source.height,
        size=source.size,
        sha256=source.sha256,
    )
