"""Books on paper, drawn by the real child process and read back by PDFium."""

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from media import books

CHAPTERS = 500
Part = dict[str, Any]

HOSTILE = """
<script>alert(1)</script><p>前<strong>粗<em>斜</p><p>后</p>&#0;&#x1f600;<b><i><u>
<img src="file:///etc/hostname" alt="本机"><img src="https://example.org/x.png" alt="外站">
<img src="/media/public/../../etc/hostname" alt="路径"><img src="/media/public/bad.png" alt="坏图">
<a href="javascript:alert(1)">坏链接</a><a href="https://example.org/ok">好链接</a>
<table><tr><td colspan="999999" rowspan="999999">大</td><td rowspan="-1" colspan="x">小</td></tr>
<tr></tr><tr><td>二</td></tr></table></td></tr></table></ul></li><li>游离</li>
<table><caption>空</caption></table><table><tr><td>外<table><tr><td>内</td></tr></table>
<ul><li>未关<ol><li>也未关<aside class="nobody">框<blockquote>引
"""


def part(number: int, **changes: Any) -> Part:
    html = f"<h2>第{number}节</h2><p>{'测试文字，用来填满几行。' * 20}</p><ul><li>条目</li></ul>"
    told = {"number": str(number), "title": f"测试章{number}", "level": 0}
    return {**told, "blocks": [{"kind": "html", "html": html}], **changes}


def rich(html: str) -> list[Part]:
    return [{"kind": "html", "html": html}]


def book(*parts: Part, **changes: Any) -> dict[str, Any]:
    told = {
        "language": "zh-CN",
        "title": "测试手册",
        "caption": "测试",
        "foot": "页脚文字",
        "words": {"contents": "目录", "pages": "第 {n} 页，共 {total} 页"},
        "year": "2025年版",
        "summary": "测试简介",
        "cover": "",
        "marks": ["演示标记"],
        "dated": "更新日期",
        "made_at": dt.datetime(2025, 1, 17, tzinfo=dt.UTC).isoformat(),
        "pictures": {},
        "parts": list(parts),
    }
    return {**told, **changes}


class Read:
    """A drawn book, page by page."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        self.count = books.draw(told, folder)
        self.bytes = Path(folder, books.RESULT).read_bytes()
        self.document = pypdfium2.PdfDocument(self.bytes)
        self.pages = [page.get_textpage().get_text_bounded() for page in self.document]
        self.text = re.sub(r"\s+", "", "".join(self.pages))

    def bookmarks(self) -> list[tuple[int, str, int]]:
        """Return level, title and page (from 1) of each."""
        found = []
        for mark in self.document.get_toc():
            where = mark.get_dest()
            assert where is not None
            found.append((mark.level, mark.get_title(), where.get_index() + 1))
        return found

    def page_of(self, text: str) -> int:
        """Return the last page that shows a text: the contents come first."""
        return max(number for number, page in enumerate(self.pages, start=1) if text in page)


def test_contents_and_bookmarks_lead_to_the_page_where_a_chapter_begins(tmp_path: Path) -> None:
    tree = [part(1), part(2, level=1), part(3, level=1), part(4), part(5, level=1)]
    read = Read(tmp_path, book(*tree))
    assert read.count == len(read.pages)
    marks = read.bookmarks()
    assert [level for level, _, _ in marks] == [0, 1, 1, 0, 1]
    for number, (_, title, page) in enumerate(marks, start=1):
        assert title == f"{number}  测试章{number}"
        assert page == read.page_of(f"测试章{number}")
        line = next(one for one in read.pages[1].splitlines() if f"测试章{number}" in one)
        assert line.split()[-1] == str(page)
    assert "页脚文字" not in read.pages[0]
    assert all("页脚文字" in page for page in read.pages[1:])
    assert f"第 2 页，共 {read.count} 页" in read.pages[1]
    assert all(text in read.pages[0] for text in ("测试手册", "2025年版", "演示标记", "更新日期"))


def test_the_same_book_is_the_same_file(tmp_path: Path) -> None:
    first = Read(tmp_path, book(part(1)))
    assert Read(tmp_path, book(part(1))).bytes == first.bytes
    assert Read(tmp_path, book(part(2))).bytes != first.bytes


def test_hostile_text_is_text(tmp_path: Path) -> None:
    Path(tmp_path, "bad").write_bytes(b"no picture")
    wide = "".join(f"<td>列{n}</td>" for n in range(40))
    hostile = [*rich(f"<table><tr>{wide}</tr></table>"), *rich(HOSTILE)]
    told = book(part(1, blocks=hostile), part(2), pictures={"public/bad.png": "bad"})
    read = Read(tmp_path, told)
    assert all(f"列{n}" in read.text for n in range(40))
    for text in (
        "粗斜",
        "坏链接",
        "好链接",
        "大",
        "小",
        "二",
        "游离",
        "外",
        "内",
        "也未关",
        "框",
        "引",
    ):
        assert text in read.text, text
    for alt in ("[路径]", "[坏图]"):
        assert alt in read.text
    assert "本机" not in read.text
    assert b"javascript" not in read.bytes
    assert b"https://example.org/ok" in read.bytes
    assert b"example.org/x.png" not in read.bytes


def test_pictures_are_printed_and_a_missing_one_is_told_by_its_text(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.new("RGBA", (1200, 600), (200, 30, 30, 255)).save(data, "WEBP")
    Path(tmp_path, "picture-0").write_bytes(data.getvalue())
    shown = ("a.webp", "红"), ("b.webp", "缺图")
    html = "".join(f'<img src="/media/public/{name}" alt="{alt}">' for name, alt in shown)
    told = book(
        part(1, blocks=rich(html)), cover="public/a.webp", pictures={"public/a.webp": "picture-0"}
    )
    read = Read(tmp_path, told)
    assert "[缺图]" in read.text
    assert "[红]" not in read.text
    for number in (0, 2):
        page = read.document[number].render(scale=0.5).to_pil().convert("RGB")
        colours = {colour for _, colour in page.getcolors(10_000_000) or []}
        assert any(red > 180 and green < 60 for red, green, _ in colours), number


def test_a_table_goes_on_with_its_headings_and_loses_nothing(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>行{n}始</td><td>{'内容' * 30}行{n}终</td></tr>" for n in range(60))
    long = f"<tr><td>长</td><td>{'很长。' * 1500}长行终</td></tr>"
    html = f"<table><tr><th>表头甲</th><th>表头乙</th></tr>{rows}{long}</table><p>{'A' * 3000}</p>"
    read = Read(tmp_path, book(part(1, blocks=rich(html))))
    for n in range(60):
        assert f"行{n}始" in read.text
        assert f"行{n}终" in read.text
    assert "长行终" in read.text
    assert read.text.count("很") == 1500
    assert read.text.count("A") == 3000
    table_pages = [page for page in read.pages if "始" in page]
    assert len(table_pages) > 2
    assert all("表头甲" in page for page in table_pages)


@pytest.mark.slow
def test_an_edition_of_five_hundred_chapters_is_drawn(tmp_path: Path) -> None:
    tree = [part(n, level=0 if n % 10 == 1 else 1) for n in range(1, CHAPTERS + 1)]
    read = Read(tmp_path, book(*tree))
    marks = read.bookmarks()
    assert len(marks) == CHAPTERS
    last = f"测试章{CHAPTERS}"
    assert marks[-1][2] == read.page_of(last)
    line = next(one for page in read.pages for one in page.splitlines() if last in one)
    assert line.split()[-1] == str(marks[-1][2])
