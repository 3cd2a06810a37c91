"""The demo's own pictures and films: legible, exact, made once and repaired when damaged."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from cli.demo_media import MOTIFS, Card, Film, MediaFile, RouteMap, RouteMapStop, Slide, generate
from cli.demo_media.cards import PANEL_LEFT, draw_card, layout_card
from cli.demo_media.palettes import AMBER, NAVY, palette_of
from cli.demo_media.route_layout import CLEARANCE, PIN_RADIUS, RING, crosses, distance, overlap
from cli.demo_media.route_maps import draw_route_map, layout_route_map
from cli.demo_media.scenes import BOTTOM, layout_slide
from cli.demo_media.typography import LANGUAGE, TextBlock, drawable, font, wrap

CARD = Card("tracks/x", "智能家电", "上下游集聚", "聚焦突破", "tracks", True, ("目标 超500亿元",))
STOPS = (
    RouteMapStop("招商服务中心", 0.15, 0.30, "停留40分钟"),
    RouteMapStop("工业互联网生态园", 0.40, 0.45, "停留60分钟"),
    RouteMapStop("临空经济示范区", 0.80, 0.40, "停留60分钟"),
    RouteMapStop("农产品博览交易中心", 0.60, 0.70, "停留45分钟"),
    RouteMapStop("招商服务中心", 0.15, 0.30, "返回"),
)
ROUTE = RouteMap("routes/x", "产业考察一日线", "从招商服务中心出发", STOPS)
SLIDES = (
    Slide("向新而行", ("招商宣传片",), "第一句，说城市。第二句。", "First <one> & more.", 0.6),
    Slide("欢迎", (), "", "Welcome to the place where every supplier is near.", 0.4),
)
FILM = Film("films/x", SLIDES)
LONG_TEXTS = [
    "上合新区新一代信息技术与高端智能制造装备产业链供应链协同发展体系建设和跨境数字化供应链综合"
    "服务平台及中欧班列集结中心示范项目",
    "The international partnership programme for smart-appliance supply chains 2025",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten",
    "🚀AI+机器人Robotics“源网荷储”（一期）：3—5家，超500亿元👍🏽以上；工业互联网Industrial平台",
    "🚀🚀",
    "一",
]


def assert_tidy(blocks: tuple[TextBlock, ...], size: tuple[int, int]) -> None:
    """Check that no text leaves the picture or touches another text."""
    assert blocks
    for block in blocks:
        left, top, right, bottom = block.ink
        assert 24 <= left < right <= size[0] - 24, block
        assert 4 <= top < bottom <= size[1] - 4, block
    for one, other in combinations(blocks, 2):
        assert not overlap(one.ink, other.ink), (one, other)


def files_of(media: list[MediaFile], folder: Path) -> list[Path]:
    """Return where all files of some media lie."""
    return [folder / s.path for m in media for s in (*m.sources, *m.subtitles)]


def has_colour(image: Image.Image, x: float, y: float, colour: tuple[int, int, int]) -> bool:
    """Tell whether a pixel has nearly the given colour."""
    pixel = image.getpixel((round(x), round(y)))
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= 12 for a, b in zip(pixel, colour, strict=True))


def test_lines_obey_the_rules_of_chinese_typesetting() -> None:
    text = "（一）《关于落实工作方案》提出：“源网荷储”，力争到2025年底，规模超500亿元；招引3—5家。"
    for width in range(130, 900, 10):
        lines = wrap(text, width, 40)
        assert "".join(lines) == text
        assert all(line[0] not in "、，。；：）》”—" and line[-1] not in "（《“" for line in lines)
        if width > 200:
            assert all(w in "|".join(lines) for w in ("2025年", "500亿元；", "3—5家", "方案"))


def test_glyphs_are_the_mainland_forms_and_emoji_are_left_out() -> None:
    def drawn(character: str, language: str | None) -> bytes:
        image = Image.new("L", (80, 80))
        ImageDraw.Draw(image).text((8, 0), character, 255, font(56), language=language)
        return image.tobytes()

    for character in "骨述角次":
        assert drawn(character, LANGUAGE) == drawn(character, "zh-CN")
        assert drawn(character, LANGUAGE) != drawn(character, "zh-Hant")
    # Symbols without a glyph are left out, letters never.
    assert drawable("🚀 智能\n家电👍🏽 A\u0378") == "智能 家电 A"
    assert drawable("\U0003106c店") == "\U0003106c店"


@pytest.mark.parametrize("motif", ["tracks", "projects"])
@pytest.mark.parametrize("title", LONG_TEXTS)
@pytest.mark.parametrize(
    "figures", [(), ("2025年目标 产业规模超500亿元", "新签约 120个", "x" * 60)]
)
def test_no_text_of_a_card_overflows(motif: str, title: str, figures: tuple[str, ...]) -> None:
    layout = layout_card(Card("a", title, title * 3, title[:12] + "类", motif, True, figures))
    assert_tidy(layout.blocks, (1600, 900))
    if palette_of(motif, "").split:
        assert all(b.ink[2] < PANEL_LEFT for b in layout.blocks if b is not layout.mark)
    assert layout.blocks[0].ink[3] < layout.rule[1] < layout.rule[3] < layout.title.ink[1] + 1


@pytest.mark.parametrize("motif", MOTIFS)
def test_text_on_cards_has_contrast(motif: str) -> None:
    ground = draw_card(Card(f"{motif}/x", "", "", "", motif, False))
    text = 0.0 if palette_of(motif, "").split else 1.0
    bands = [b.tobytes() for b in ground.crop((96, 240, 980, 800)).reduce(20).split()]
    for pixel in zip(*bands, strict=True):
        red, green, blue = (((v / 255 + 0.055) / 1.055) ** 2.4 for v in pixel)
        low, high = sorted((0.2126 * red + 0.7152 * green + 0.0722 * blue, text))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_only_demo_cards_bear_the_mark_and_the_motif_follows_the_name() -> None:
    mark = layout_card(CARD).mark
    assert mark is not None
    x, y = mark.x - 8, mark.y + mark.height / 2
    assert has_colour(draw_card(CARD), x, y, AMBER)
    assert not has_colour(draw_card(replace(CARD, demo=False)), x, y, AMBER)
    one, same, other = (draw_card(replace(CARD, name=name)).tobytes() for name in ("a", "a", "b"))
    assert one == same != other


def test_pins_stand_exactly_where_the_stops_are() -> None:
    image, layout = draw_route_map(ROUTE), layout_route_map(ROUTE)
    for stop in ROUTE.stops:
        x, y = stop.x * 1600, stop.y * 1200
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            inside, outside = PIN_RADIUS - 2, PIN_RADIUS + 3
            assert has_colour(image, x + dx * inside, y + dy * inside, NAVY)
            assert not has_colour(image, x + dx * outside, y + dy * outside, NAVY)
    assert [pin.numbers for pin in layout.pins] == [(1, 5), (2,), (3,), (4,)]
    assert {label.pin.numbers for label in layout.labels} == {(1, 5), (2,), (3,), (4,)}
    assert "非地图 · 演示" in layout.mark.lines[0]


@pytest.mark.parametrize("count", [2, 4, 7, 12])
def test_labels_of_a_route_map_touch_nothing(count: int) -> None:
    dice = random.Random(count)  # noqa: S311  coordinates, not a secret
    stops = tuple(
        RouteMapStop(text, dice.uniform(0.05, 0.95), dice.uniform(0.18, 0.74), "停留30分钟")
        for text in (LONG_TEXTS * 2)[:count]
    )
    layout = layout_route_map(RouteMap("r", LONG_TEXTS[0], LONG_TEXTS[1], stops))
    assert_tidy(layout.blocks, (1600, 1200))
    assert layout.legend is not None
    points = [point for leg in layout.legs for point in leg]
    for label in layout.labels:
        assert not crosses(label.tag, points, CLEARANCE - 1)
        assert all(distance(label.tag, pin) > PIN_RADIUS + RING for pin in layout.pins)
    for pin in layout.pins:
        assert not overlap(pin.box, layout.legend.box)
        assert not overlap(pin.box, layout.band)


@pytest.mark.parametrize("text", LONG_TEXTS)
@pytest.mark.parametrize("count", [0, 1, 7])
def test_no_text_of_a_slide_overflows(text: str, count: int) -> None:
    layout = layout_slide(Slide(text, (text,) * count, "", "", 1))
    assert_tidy(layout.blocks, (1280, 720))
    assert all(block.ink[3] <= BOTTOM + 10 for block in layout.blocks)


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: replace(CARD, motif="flags"), "motif"),
        (lambda: replace(CARD, figures=("1", "2", "3", "4")), "three"),
        (lambda: replace(STOPS[0], x=1.1), "within"),
        (lambda: replace(ROUTE, stops=STOPS[:1]), "two stops"),
        (lambda: replace(SLIDES[0], seconds=0), "positive"),
        (lambda: Film("f", ()), "one slide"),
        (lambda: generate([FILM, replace(CARD, name="films/x/poster")], Path()), "named"),
    ],
)
def test_impossible_items_are_refused(attempt: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        attempt()


def test_images_come_in_three_widths(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    card, route = generate([CARD, ROUTE], tmp_path, lambda *step: seen.append(step))
    assert [step[:2] for step in seen] == [(1, 2), (2, 2)]
    assert {name for _, _, name in seen} == {"tracks/x", "routes/x"}
    for media, height in ((card, 900), (route, 1200)):
        assert [s.width for s in media.sources] == [480, 960, 1600]
        assert (media.width, media.height, media.kind, media.demo) == (1600, height, "image", True)
        assert media.sha256 in media.sources[-1].path
        for source in media.sources:
            with Image.open(tmp_path / source.path) as image:
                image.load()
                assert (image.format, image.size) == ("WEBP", (source.width, source.height))
            assert (tmp_path / source.path).stat().st_size == source.size
            assert re.fullmatch(r"demo/([0-9a-f]{2})/\1[0-9a-f]{62}\.webp", source.path)
    assert "智能家电" in card.alt
    assert "2 工业互联网生态园" in route.alt
    assert not list(tmp_path.rglob("*.partial"))


def test_a_second_run_rewrites_nothing_and_repairs_damage(tmp_path: Path) -> None:
    cards = [CARD, replace(CARD, name="tracks/y")]
    first = generate(cards, tmp_path)
    paths = files_of(first, tmp_path)
    before = [(p.stat().st_ino, p.stat().st_mtime_ns) for p in paths]
    assert generate(cards, tmp_path) == first
    assert [(p.stat().st_ino, p.stat().st_mtime_ns) for p in paths] == before
    intact = {p: p.read_bytes() for p in paths}
    paths[0].unlink()
    paths[2].write_bytes(intact[paths[2]][:-20])
    paths[4].write_bytes(b"\0" * len(intact[paths[4]]))
    assert generate(cards, tmp_path) == first
    assert {p: p.read_bytes() for p in paths} == intact
    for nonsense in ("{ broken", '["other"]', '{"tracks/x": 1, "tracks/y": {"files": []}}'):
        (tmp_path / "demo/index.json").write_text(nonsense)
        assert generate(cards[:1], tmp_path) == first[:1]

    (changed,) = generate([replace(CARD, title="智能家居")], tmp_path)
    assert changed.sha256 != first[0].sha256
    assert all(path.exists() for path in paths)  # something may still refer to the old picture


def test_an_interrupted_run_keeps_what_was_finished(tmp_path: Path) -> None:
    cards = [replace(CARD, name=f"tracks/{n}") for n in range(4)]
    done: list[str] = []

    def stop(_done: int, _total: int, name: str) -> None:
        done.append(name)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(cards, tmp_path, stop)
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.webp")}
    kept = generate([card for card in cards if card.name in done], tmp_path)
    assert all(stamps[path] == path.stat().st_mtime_ns for path in files_of(kept, tmp_path))
    assert len(generate(cards, tmp_path)) == 4


def test_failures_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\necho no such codec >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(broken))
    with pytest.raises(RuntimeError, match="no such codec"):
        generate([FILM], tmp_path / "media")
    (tmp_path / "demo").write_text("in the way")
    with pytest.raises(OSError, match="demo"):
        generate([CARD], tmp_path)
