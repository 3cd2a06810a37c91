"""Films for phones: MP4 in several sizes, HLS, a poster, and thumbnails along the film."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from core.errors import Invalid
from media import images
from media.facts import Kind, Rendition, Renditions, Role
from media.failures import RenditionFailed
from media.ffmpeg import ffmpeg
from media.film_commands import (
    Sheet,
    Size,
    Source,
    film_arguments,
    hls_arguments,
    poster_arguments,
    sheet_arguments,
    sheet_of,
    sizes,
)
from media.inspection import probe
from media.limits import Limits
from media.outputs import hand_over, workspace
from media.processes import never
from media.signatures import HEAD_BYTES, type_of
from media.subtitles import stamp

# How long making may take: for each film, and for each second of it.
BASE_S, FACTOR = 300.0, 20.0
# The share of the work that encoding is; what follows takes the rest.
ENCODING = 0.92
MASTER = "hls/master.m3u8"
SHEET, SHEET_TIMES = "thumbnails.webp", "thumbnails.vtt"
_TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t"}


def make(
    path: Path,
    output: Path,
    *,
    limits: Limits | None = None,
    threads: int = 2,
    on_progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = never,
) -> Renditions:
    """Write all renditions of a film into `output`.

    `film-<side>.mp4` (H.264 and AAC, starts to play before it is loaded), `hls/master.m3u8` with
    what it leads to, `poster-<width>.webp`, `thumbnails.webp` and `thumbnails.vtt`. Never enlarged;
    at most 30 pictures a second; turned as it is to be seen; without metadata. Subtitles inside
    the film are left out: tracks are files of their own.

    `threads` bounds each decoder and encoder. `on_progress` hears shares from 0 to 1, in order.

    Raises:
        Invalid: What `inspection.inspect` raises for films.
        RenditionFailed: ffmpeg failed or took longer than the film's length allows.
        OSError: There is no room on the disk.
        Cancelled: `cancelled()` became true.
    """
    source = _source(path, limits or Limits())
    made = sizes(source.width, source.height)
    with workspace(output) as work:
        run = partial(
            ffmpeg,
            work=work,
            seconds=source.duration,
            timeout_s=BASE_S + FACTOR * source.duration,
            cancelled=cancelled,
        )
        encoding = film_arguments(source, made, threads)
        run(encoding, on_progress=lambda share: on_progress(share * ENCODING))
        (work / "hls").mkdir()
        run(hls_arguments(made, source.sound))
        sheet = sheet_of(made[0], source.duration)
        run(sheet_arguments(made[0], sheet, SHEET))
        (work / SHEET_TIMES).write_text(_times(sheet, source.duration), encoding="utf-8")
        on_progress((1 + ENCODING) / 2)
        still = _still(run, work, made[-1], source.duration)
        poster = images.make(still, output, stem="poster", role=Role.POSTER, cancelled=cancelled)
        names = [*(size.name for size in made), *_stream_names(work), SHEET, SHEET_TIMES, MASTER]
        hand_over(work, output, names)
    on_progress(1.0)
    return Renditions(
        files=(*_described(output, names, made, sheet), *poster.files),
        placeholder=poster.placeholder,
        width=made[-1].width,
        height=made[-1].height,
        duration=source.duration,
    )


def _source(path: Path, limits: Limits) -> Source:
    with path.open("rb") as file:
        found = type_of(file.read(HEAD_BYTES))
    if found is None or found.kind is not Kind.VIDEO:
        raise Invalid("media_type")
    told = probe(path, found, limits)
    return Source(path=path.resolve(), demuxer=found.opened_as, **told)


def _still(run: Callable[[list[str]], None], work: Path, largest: Size, duration: float) -> Path:
    """Take the picture that stands for the film: after any titles, or else the first."""
    still = work / "poster.png"
    for start in (min(duration * 0.1, 10.0), 0.0):
        run(poster_arguments(largest, start, still.name))
        if still.exists():
            return still
    message = "no picture could be taken from the film"
    raise RenditionFailed(message)


def _stream_names(work: Path) -> list[str]:
    """Return the segments, and after them the playlists that name them."""
    found = sorted(path.relative_to(work).as_posix() for path in (work / "hls").glob("*/*"))
    return sorted(found, key=lambda name: name.endswith(".m3u8"))


def _times(sheet: Sheet, duration: float) -> str:
    """Return the WebVTT that tells which part of the sheet belongs to which time."""
    cues = []
    for index in range(sheet.count):
        row, column = divmod(index, sheet.columns)
        start, end = index * sheet.every_s, min((index + 1) * sheet.every_s, duration)
        area = f"{column * sheet.width},{row * sheet.height},{sheet.width},{sheet.height}"
        cues.append(f"{stamp(start)} --> {stamp(end)}\n{SHEET}#xywh={area}\n")
    return "\n".join(["WEBVTT\n", *cues])


def _described(
    output: Path, names: list[str], made: list[Size], sheet: Sheet
) -> Iterator[Rendition]:
    by_name = {size.name: size for size in made}
    for name in names:
        if name in by_name:
            size = by_name[name]
            sides = {"width": size.width, "height": size.height}
            yield Rendition.of(output, name, Role.FILM, "video/mp4", **sides)
        elif name == SHEET:
            sides = {"width": sheet.columns * sheet.width, "height": sheet.rows * sheet.height}
            yield Rendition.of(output, name, Role.THUMBNAILS, "image/webp", **sides)
        elif name == SHEET_TIMES:
            yield Rendition.of(output, name, Role.THUMBNAILS, "text/vtt")
        else:
            role = Role.PLAYLIST if name == MASTER else Role.STREAM
            yield Rendition.of(output, name, role, _TYPES[Path(name).suffix])
