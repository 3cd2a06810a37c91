"""Media: which items an item uses, what is missing, how renditions are renewed."""

import pytest
from mongoengine.errors import ValidationError

from models.enums import Kind
from models.media_items import MediaItem, MediaKind, MediaRole, MediaSource
from models.registry import CONTENT
from services import content, media_items
from tests.factories import create, create_maximal, create_media


def item(identity: str, width: int = 640, poster: str | None = None) -> MediaItem:
    source = MediaSource(
        role=MediaRole.PICTURE,
        key=f"public/test/{identity}-{width}.webp",
        type="image/webp",
        size=1,
    )
    return MediaItem(
        id=identity, kind=MediaKind.IMAGE, sources=[source], sha256="0" * 64, poster=poster
    )


@pytest.mark.parametrize("kind", Kind)
def test_every_use_of_media_in_a_full_item_is_known_by_its_path(kind: Kind) -> None:
    document = content.get(kind, create_maximal(kind).id)
    used = media_items.used_by(document)
    heads = {pattern.partition(".")[0] for pattern in CONTENT[kind].MEDIA}
    assert {path.partition(".")[0] for path in used} == heads
    assert all(path.endswith(".media") for path in used)
    assert media_items.problems(document) == {}


def test_what_points_to_nothing_is_named() -> None:
    create_media("there")
    document = create(
        Kind.SITES,
        cover={"media": "there"},
        photos=[{"media": "there"}, {"media": "gone"}],
    )
    assert media_items.problems(document) == {
        "photos.1.media": ("media_missing", {"target": "gone"})
    }


def test_items_come_with_their_posters_and_unknown_ones_are_left_out() -> None:
    media_items.register(item("film", poster="poster"))
    media_items.register(item("poster"))
    media_items.register(item("orphan", poster="gone"))
    assert media_items.lookup({"film", "none"}).keys() == {"film", "poster"}
    assert media_items.lookup({"orphan"}).keys() == {"orphan"}
    assert media_items.lookup(set()) == {}


def test_registering_again_replaces_the_renditions() -> None:
    media_items.register(item("one", 640))
    media_items.register(item("one", 1280))
    (found,) = MediaItem.objects
    assert [source.key for source in found.sources] == ["public/test/one-1280.webp"]


def test_an_item_without_a_file_is_refused() -> None:
    empty = MediaItem(id="none", kind=MediaKind.IMAGE, sha256="0" * 64)
    with pytest.raises(ValidationError):
        media_items.register(empty)
    assert MediaItem.objects.count() == 0
