"""PDF documents as pages and text."""

import json
from pathlib import Path

import pytest
from PIL import Image

from core.errors import Invalid
from media.documents import make
from media.facts import Renditions, Role
from media.limits import Limits
from tests.media.files import pdf, picture, raw_pdf


def made_of(folder: Path, data: bytes, **options: object) -> Renditions:
    path = folder / "given.pdf"
    path.write_bytes(data)
    return make(path, folder / "out", pages=3, **options)  # type: ignore[arg-type]


def test_pages_become_pictures_and_text(tmp_path: Path) -> None:
    told: list[float] = []
    made = made_of(tmp_path, pdf(["First page", "招商", "Third"]), on_progress=told.append)
    pages = [file for file in made.files if file.role is Role.PAGE]
    small = [file for file in made.files if file.role is Role.PAGE_THUMBNAIL]
    assert [file.name for file in pages] == ["pages/1.webp", "pages/2.webp", "pages/3.webp"]
    assert [file.page for file in small] == [1, 2, 3]
    assert (made.width, made.height) == (1125, 1500)
    assert [(file.width, file.height) for file in small] == [(240, 320)] * 3
    image = Image.open(pages[0].path).convert("L")
    assert image.size == (1125, 1500)
    assert image.getextrema()[0] < 60  # type: ignore[operator]
    assert image.getpixel((5, 5)) == 255
    (text,) = [file for file in made.files if file.role is Role.TEXT]
    assert (text.name, text.mime) == ("text.json", "application/json")
    texts = json.loads(text.path.read_text(encoding="utf-8"))
    assert [texts[0], texts[2]] == ["First page", "Third"]
    assert told == pytest.approx([1 / 3, 2 / 3, 1])


def test_text_is_bare_lines(tmp_path: Path) -> None:
    made = made_of(tmp_path, pdf(["a   b\u200b\u0007 c"]))
    (text,) = json.loads(made.files[-1].path.read_text(encoding="utf-8"))
    assert text.split() == ["a", "b", "c"] or text.startswith("a b")
    assert text.isprintable()


@pytest.mark.parametrize("box", ["0 0 20 14400", "0 0 14400 20", "0 0 1 1", "0 0 14400 14400"])
def test_a_page_of_any_shape_is_drawn_within_bounds(tmp_path: Path, box: str) -> None:
    made = made_of(tmp_path, raw_pdf(box=box))
    for file in made.files[:2]:
        with Image.open(file.path) as image:
            assert max(image.size) <= 16_383
            assert image.width * image.height <= 9_000_000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (picture(), "media_type"),
        (pdf()[:300], "media_broken"),
        (pdf(["a"] * 4), "media_pages"),
    ],
)
def test_what_is_refused_leaves_nothing(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        made_of(tmp_path, data, limits=Limits(document_pages=3))
    assert caught.value.code == code
    assert list((tmp_path / "out").rglob("*") if (tmp_path / "out").exists() else []) == []


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(pdf(["a", "b"]))
    first, second = (make(tmp_path / "given", tmp_path / name, pages=2) for name in "xy")
    for one, other in zip(first.files, second.files, strict=True):
        assert one.name == other.name
        assert one.path.read_bytes() == other.path.read_bytes()
