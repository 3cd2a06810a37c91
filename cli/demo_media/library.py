"""Making a whole set of pictures and films, and only what is not there yet."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path

from PIL import Image

from cli.demo_media.cards import draw_card
from cli.demo_media.film import render
from cli.demo_media.route_maps import draw_route_map
from cli.demo_media.scenes import HEIGHT, WIDTH, Scene
from cli.demo_media.specs import Card, Film, Item, MediaFile, RouteMap
from cli.demo_media.store import Index, put, put_run
from cli.demo_media.subtitles import webvtt
from media.facts import Role

RENDITIONS = (480, 960)  # widths in pixels, besides the full one
QUALITY = 80
LANGUAGES = ("zh-CN", "en")

Progress = Callable[[int, int, str], None]


def generate(
    items: Iterable[Item], folder: Path, progress: Progress | None = None
) -> list[MediaFile]:
    """Make the pictures and films of `items` below `folder`, and describe them in their order.

    What an earlier call made from the same item is checked against its hash and kept; a missing
    or damaged file is made again. The poster of a film comes right after it, named after the film
    with "/poster" added. Files of items that are no longer asked for stay, as something may
    still refer to them.

    Args:
        items: Cards, route maps and films; no two of the same name.
        folder: The media folder; everything goes to `demo/` in it, which is created.
        progress: Called from this thread after each item with how many are done, how many there
            are, and the item's name.

    Raises:
        ValueError: Two items have the same name.
        RuntimeError: ffmpeg failed.
        OSError: The folder cannot be written, or the disk is full. What was finished before is
            kept and not made again by the next call.
    """
    wanted = list(items)
    _refuse_duplicates(wanted)
    index = Index(folder)
    made: dict[str, list[MediaFile]] = {}

    def finish(item: Item, files: list[MediaFile]) -> None:
        made[item.name] = files
        if progress:
            progress(len(made), len(wanted), item.name)

    missing: list[Item] = []
    for item in wanted:
        files = index.finished(item)
        if files is None:
            missing.append(item)
        else:
            finish(item, files)
    with closing(_make_all(missing, folder)) as ready:
        for item, files in ready:
            index.record(item, files)
            finish(item, files)
    return [file for item in wanted for file in made[item.name]]


def _refuse_duplicates(items: list[Item]) -> None:
    names = [item.name for item in items]
    names += [_poster_name(item) for item in items if isinstance(item, Film)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"more than one item is named {twice[0]!r}")


def _make_all(
    items: list[Item], folder: Path
) -> Generator[tuple[Item, list[MediaFile]], None, None]:
    """Make items two at a time, films first, in the order in which they get ready.

    Threads are enough: Pillow scales and encodes, and ffmpeg runs, without the interpreter's lock.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        films_first = sorted(items, key=lambda item: not isinstance(item, Film))
        running = {pool.submit(_make, item, folder): item for item in films_first}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _make(item: Item, folder: Path) -> list[MediaFile]:
    if isinstance(item, Film):
        return _make_film(item, folder)
    if isinstance(item, RouteMap):
        return [_make_image(item.name, route_map_alt(item), draw_route_map(item), True, folder)]
    return [_make_image(item.name, card_alt(item), draw_card(item), item.demo, folder)]


def _make_image(name: str, alt: str, image: Image.Image, demo: bool, folder: Path) -> MediaFile:
    """Store a picture in its widths, smallest first."""
    sources = []
    for width in (*RENDITIONS, image.width):
        size = (width, round(image.height * width / image.width))
        scaled = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
        data = io.BytesIO()
        scaled.save(data, "WEBP", quality=QUALITY, method=4)
        sources.append(put(folder, data.getvalue(), "webp", Role.PICTURE, size=size))
    return MediaFile(
        name=name,
        kind="image",
        alt=alt,
        width=image.width,
        height=image.height,
        duration=None,
        sources=tuple(sources),
        poster=None,
        subtitles=(),
        sha256=sources[-1].sha256,
        demo=demo,
    )


def _make_film(film: Film, folder: Path) -> list[MediaFile]:
    """Store a film as any other one is, its subtitles, and a poster with its title."""
    alt = f"演示影片：{film.slides[0].title}"
    with tempfile.TemporaryDirectory() as output:
        made_of = render(film, Path(output))
        sources = tuple(
            put_run(folder, (one for one in made_of.files if one.role is not Role.POSTER))
        )
    largest = max((one for one in sources if one.role is Role.FILM), key=lambda one: one.width or 0)
    subtitles = tuple(
        put(folder, webvtt(film, language).encode(), "vtt", Role.SUBTITLES, label=language)
        for language in LANGUAGES
    )
    made = MediaFile(
        name=film.name,
        kind="video",
        alt=alt,
        width=WIDTH,
        height=HEIGHT,
        duration=film.seconds,
        sources=sources,
        poster=_poster_name(film),
        subtitles=subtitles,
        sha256=largest.sha256,
        demo=True,
    )
    still = Scene(film, 0).still()
    return [made, _make_image(_poster_name(film), f"{alt}（封面）", still, True, folder)]


def _poster_name(film: Film) -> str:
    return f"{film.name}/poster"


def card_alt(card: Card) -> str:
    """Return what a card says, for those who cannot see it."""
    parts = [card.title, card.subtitle, *card.figures]
    return "；".join(part for part in parts if part) + ("（演示图）" if card.demo else "")


def route_map_alt(route: RouteMap) -> str:
    """Return what a route map shows, with its stops in order."""
    stops = "、".join(f"{number} {stop.label}" for number, stop in enumerate(route.stops, 1))
    heading = "，".join(part for part in (route.title, route.subtitle) if part)
    return f"考察动线示意图（非地图，演示）：{heading}。依次经过：{stops}"
