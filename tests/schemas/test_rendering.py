"""Rendering: what is served is what the schemas declare, and nothing internal is in it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from marshmallow import Schema, fields

from models.content import Content
from models.enums import Kind, Language
from models.media_items import MediaItem, MediaKind, MediaRole, MediaSource
from models.registry import CONTENT
from schemas.fields import Link
from schemas.media import MediaSchema
from schemas.registry import SCHEMAS
from schemas.rendering import setting
from services import changes, content, links, media_items, paths, rendering
from tests.factories import ACTOR, create, create_maximal, create_media, dummy_figure

ZH, EN = Language.ZH_CN, Language.EN
TODAY = dt.date(2026, 1, 15)
INTERNAL = [(kind, name) for kind, model in CONTENT.items() for name in model.INTERNAL]
# Plain types as they are on the wire; what the schema calls a string may be dumped by a function.
TYPES: dict[type[fields.Field[Any]], tuple[type, ...]] = {
    fields.String: (str,),
    fields.Integer: (int,),
    fields.Float: (int, float),
    fields.Boolean: (bool,),
    fields.Date: (str,),
    fields.Enum: (str,),
    fields.Function: (str, int, bool),
    fields.Method: (str, int, bool),
}


def rendered(document: Content, form: str = "detail", language: Language = ZH) -> dict[str, Any]:
    read = content.get(document.KIND, document.id)
    body: dict[str, Any] = orjson.loads(rendering.render(read, TODAY)[language.value][form])
    return body


def mismatches(schema: Schema, data: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield where `data` is not what `schema` declares: other keys, other types, other nulls."""
    declared = {field.data_key or name: field for name, field in schema.fields.items()}
    yield from (f"{path}{name} is not declared" for name in data.keys() - declared.keys())
    yield from (f"{path}{name} is missing" for name in declared.keys() - data.keys())
    for name in data.keys() & declared.keys():
        yield from misfits(declared[name], data[name], f"{path}{name}")


def misfits(field: Any, value: Any, path: str) -> Iterator[str]:
    if value is None:
        if not field.allow_none:
            yield f"{path} is null"
    elif isinstance(field, Link):
        if set(value) != {"$ref"}:
            yield f"{path} is no placeholder"
    elif isinstance(field, fields.Nested):
        yield from mismatches(field.schema, value, f"{path}.")
    elif isinstance(field, fields.List):
        for position, element in enumerate(value):
            yield from misfits(field.inner, element, f"{path}.{position}")
    else:
        expected = next(types for kind, types in TYPES.items() if isinstance(field, kind))
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            yield f"{path} is {type(value).__name__}"


def texts_in(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from texts_in(inner)


def placeholders(node: Any) -> Iterator[str]:
    if isinstance(node, dict) and "$ref" in node:
        yield node["$ref"]
    elif isinstance(node, (dict, list)):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from placeholders(inner)


def declared_names(schema: type[Schema]) -> set[str]:
    """Return every name in a schema and in what is nested in it, cards of links left out."""
    found: set[str] = set()
    for name, field in schema().fields.items():
        found |= {name, field.attribute or name}
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and not isinstance(inner, Link):
            found |= declared_names(type(inner.schema))
    return found


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("make", [create, create_maximal])
def test_what_is_served_is_what_the_schema_declares(kind: Kind, make: Any) -> None:
    document = make(kind)
    for language in Language:
        for form, schema in zip(("card", "detail"), SCHEMAS[kind], strict=True):
            assert list(mismatches(schema(), rendered(document, form, language))) == []


@pytest.mark.parametrize("kind", Kind)
def test_the_detail_begins_with_the_card(kind: Kind) -> None:
    document = create_maximal(kind)
    card, detail = rendered(document, "card"), rendered(document)
    assert {name: detail[name] for name in card} == card
    assert detail.keys() > card.keys()


@pytest.mark.parametrize("kind", Kind)
def test_every_text_that_staff_fill_in_is_served_unless_it_is_internal(kind: Kind) -> None:
    document = create_maximal(kind)
    served = set(texts_in(rendered(document)))
    stored = document.stored()
    hidden = {*CONTENT[kind].INTERNAL, *changes.BOOKKEEPING}
    linked = {value for _, _, value in links.targets(document, stored)}
    filled = {
        text
        for name, value in stored.items()
        if name not in hidden
        for text in texts_in(value)
        if text not in linked
    }
    # Numbers of figures and dates are served as text of their own form.
    assert sorted(text for text in filled if text not in served) == []


@pytest.mark.parametrize(("kind", "name"), INTERNAL)
def test_internal_fields_are_in_no_rendering(kind: Kind, name: str) -> None:
    document = create_maximal(kind)
    secrets = set(texts_in(document.stored()[name]))
    assert secrets
    for body in rendering.render(content.get(kind, document.id), TODAY).values():
        for text in body.values():
            assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(("kind", "name"), INTERNAL)
def test_internal_fields_are_in_no_schema(kind: Kind, name: str) -> None:
    for schema in SCHEMAS[kind]:
        assert name not in declared_names(schema)


def test_what_must_stay_internal_is_declared_so() -> None:
    assert (Kind.CLUSTERS, "target_list") in INTERNAL
    assert (Kind.CHAPTERS, "reviewer_note") in INTERNAL


@pytest.mark.parametrize("kind", Kind)
def test_every_link_that_the_schema_shows_is_a_placeholder_of_its_target(kind: Kind) -> None:
    document = create_maximal(kind)
    stored = document.stored()
    shown = {
        f"{target}:{item}"
        for pattern, target in CONTENT[kind].LINKS.items()
        if pattern.partition(".")[0] in SCHEMAS[kind][1]().fields
        for _, item in paths.expand(stored, pattern)
    }
    assert set(placeholders(rendered(document))) == shown


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TRACKS])
def test_every_declared_link_is_shown(kind: Kind) -> None:
    heads = {pattern.partition(".")[0] for pattern in CONTENT[kind].LINKS}
    assert heads <= set(SCHEMAS[kind][1]().fields)


@pytest.mark.parametrize("kind", Kind)
def test_cards_stand_for_themselves(kind: Kind) -> None:
    # A card is shown wherever something links to the item: it must not need others in turn.
    assert list(placeholders(rendered(create_maximal(kind), "card"))) == []


def test_texts_say_which_language_they_are_in_and_how_complete() -> None:
    document = create(Kind.FAQS, title="题", topic="主题", answer="答")

    def told(language: Language) -> tuple[str, str, str]:
        card = rendered(document, "card", language)
        return card["language"], card["translation"], card["title"]

    assert told(ZH) == ("zh-CN", "original", "题")
    assert told(EN) == ("zh-CN", "missing", "题")
    content.translate(Kind.FAQS, document.id, EN, {"title": "Title"}, revision=1, actor=ACTOR)
    assert told(EN) == ("en", "partial", "Title")
    texts = {"topic": "Topic", "answer": "Answer"}
    content.translate(Kind.FAQS, document.id, EN, texts, revision=2, actor=ACTOR)
    assert told(EN) == ("en", "current", "Title")
    content.update(Kind.FAQS, document.id, {"title": "新题"}, revision=3, actor=ACTOR)
    assert told(EN) == ("en", "behind", "Title")
    assert told(ZH) == ("zh-CN", "original", "新题")


def test_labels_are_in_the_language_of_the_answer() -> None:
    document = create(Kind.TRACKS, track_class="emerging", place="jiaozhou")
    assert rendered(document)["class_label"] == "加快布局类"
    assert rendered(document, language=EN)["class_label"] == "Emerging"
    assert rendered(create(Kind.TRACKS))["place_label"] is None


@pytest.mark.parametrize(("review_by", "stale"), [("2026-01-14", True), ("2026-01-15", False)])
def test_a_figure_tells_that_it_is_past_its_review_date(review_by: str, stale: bool) -> None:
    document = create(Kind.TRACKS, figures=[dummy_figure(review_by=review_by)])
    (figure,) = rendered(document)["figures"]
    assert figure["stale"] is stale
    assert (figure["value"], figure["display"]) == ("500", "超500亿元")
    assert figure["label"] == "2025年底目标"


def test_demonstration_data_is_marked() -> None:
    marked = create(Kind.TRACKS, demo_fields=["summary"])
    assert (rendered(marked)["demo"], rendered(marked)["demo_fields"]) == (True, ["summary"])
    assert rendered(create(Kind.TRACKS))["demo"] is False


def test_media_have_their_one_shape_with_the_poster_inside() -> None:
    document = create_maximal(Kind.FILMS)
    video = rendered(document)["video"]
    assert set(video) == set(MediaSchema().fields)
    assert (video["id"], video["alt"]) == ("video.media", "video.alt")
    (source,) = video["sources"]
    assert source == {
        "url": "/media/public/test/video.media.mp4",
        "type": "video/mp4",
        "width": 1920,
        "height": None,
        "size": 1,
    }
    assert (video["width"], video["height"], video["duration"]) == (1920, 1080, 12.5)
    assert video["poster"]["id"] == "poster"


def source_of(role: MediaRole, name: str, **more: Any) -> MediaSource:
    types = {"webp": "image/webp", "vtt": "text/vtt", "mp4": "video/mp4", "pdf": "application/pdf"}
    mime = types.get(name.rpartition(".")[2], "application/vnd.apple.mpegurl")
    return MediaSource(role=role, key=f"public/film/{name}", type=mime, size=7, **more)


def register(identity: str, kind: MediaKind, sources: list[MediaSource]) -> None:
    media_items.register(MediaItem(id=identity, kind=kind, sources=sources, placeholder="data:x"))


def test_a_film_has_its_sizes_the_playlist_and_thumbnails() -> None:
    sources = [
        source_of(MediaRole.FILM, "film-720.mp4", width=1280, height=720),
        source_of(MediaRole.THUMBNAILS, "thumbnails.vtt"),
        source_of(MediaRole.FILM, "film-360.mp4", width=640, height=360),
        source_of(MediaRole.PLAYLIST, "hls/master.m3u8"),
        source_of(MediaRole.THUMBNAILS, "thumbnails.webp", width=800, height=450),
        source_of(MediaRole.TEXT, "text.json"),
    ]
    register("m1", MediaKind.VIDEO, sources)
    film = rendered(create(Kind.TRACKS, cover={"media": "m1"}))["cover"]
    assert [(one["width"], one["height"], one["size"]) for one in film["sources"]] == [
        (640, 360, 7),
        (1280, 720, 7),
    ]
    assert film["hls"]["url"] == "/media/public/film/hls/master.m3u8"
    assert film["thumbnails"]["sheet"]["url"] == "/media/public/film/thumbnails.webp"
    assert film["thumbnails"]["times"]["url"] == "/media/public/film/thumbnails.vtt"
    assert (film["placeholder"], film["pages"]) == ("data:x", [])
    assert "text.json" not in str(film)


def test_a_document_has_its_file_and_its_pages_in_order() -> None:
    sources = [
        source_of(MediaRole.PAGE, "pages/2.webp", page=2),
        source_of(MediaRole.PAGE_THUMBNAIL, "pages/1-small.webp", page=1),
        source_of(MediaRole.PAGE, "pages/1.webp", page=1),
        source_of(MediaRole.DOCUMENT, "file.pdf"),
    ]
    register("m1", MediaKind.DOCUMENT, sources)
    document = rendered(create(Kind.TRACKS, cover={"media": "m1"}))["cover"]
    assert [one["url"] for one in document["sources"]] == ["/media/public/film/file.pdf"]
    assert [one["page"] for one in document["pages"]] == [1, 2]
    first, second = document["pages"]
    assert first["thumbnail"]["url"] == "/media/public/film/pages/1-small.webp"
    assert second["thumbnail"] is None
    assert (document["hls"], document["thumbnails"]) == (None, None)


def test_the_alternative_text_of_the_item_stands_in_for_that_of_the_place() -> None:
    create_media("m1")
    document = create(Kind.TRACKS, cover={"media": "m1"})
    assert rendered(document)["cover"]["alt"] == "测试"


def test_media_that_are_gone_are_null() -> None:
    assert rendered(create(Kind.TRACKS, cover={"media": "gone"}))["cover"] is None


def test_no_schema_reads_the_setting_outside_of_rendering() -> None:
    with pytest.raises(LookupError):
        setting()
