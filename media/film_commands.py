"""What ffmpeg is told for each thing made of a film."""

import math
from dataclasses import dataclass
from pathlib import Path

from media.ffmpeg import ONLY_FILES

# Sizes by their shorter side, and the most bits a second that a size may take.
LADDER = ((360, 800_000), (720, 2_500_000), (1080, 5_000_000))
KEYFRAME_S = 2
SEGMENT_S = 4
MOST_RATE = 30.0
MOST_THUMBNAILS = 100
THUMBNAIL_SIDE = 90
COLUMNS = 10
# The largest pictures that decoders accept, also when a film changes its size on the way.
MAX_PIXELS = 4096 * 4096
# Films of phones with a high dynamic range look grey on other screens unless they are mapped.
_TONES = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,"
)
_VIDEO = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high"),
    *("-force_key_frames", f"expr:gte(t,n_forced*{KEYFRAME_S})", "-sc_threshold", "0"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv", "-flags:v", "+bitexact"),
)
_SOUND = ("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000", "-flags:a", "+bitexact")
# Phones write into a film where and by whom it was made.
_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact")


@dataclass(frozen=True)
class Source:
    """A film as the probe found it: pixels as seen, seconds, pictures a second."""

    path: Path
    demuxer: str
    width: int
    height: int
    duration: float
    rate: float
    sound: bool
    hdr: bool


@dataclass(frozen=True)
class Size:
    """A size in which a film is made. `label` is its shorter side."""

    label: int
    width: int
    height: int
    bits: int

    @property
    def name(self) -> str:
        """The name of its MP4 file."""
        return f"film-{self.label}.mp4"


@dataclass(frozen=True)
class Sheet:
    """How the thumbnails of a film stand on their sheet."""

    every_s: int
    count: int
    columns: int
    rows: int
    width: int
    height: int


def sizes(width: int, height: int) -> list[Size]:
    """Return the sizes to make of a film, the smallest first; never larger than it is.

    A film that is clearly larger than one step and smaller than the next keeps its own size too.
    """
    short = min(width, height)
    steps = [(side, bits) for side, bits in LADDER if side <= short]
    above = next((bits for side, bits in LADDER if side > short), None)
    if above is not None and (not steps or short > steps[-1][0] * 1.2):
        steps.append((short, above))
    return [
        Size(_even(side), _even(width * side / short), _even(height * side / short), bits)
        for side, bits in steps
    ]


def film_arguments(source: Source, made: list[Size], threads: int) -> list[str]:
    """Make all MP4 files at once: the film is decoded only one time."""
    arguments = ["-threads", str(threads), "-max_pixels", str(MAX_PIXELS), *ONLY_FILES]
    arguments += ["-f", source.demuxer, "-i", f"file:{source.path}"]
    arguments += ["-filter_complex_threads", "1", "-filter_complex", _graph(source, made)]
    gop = str(math.ceil(min(source.rate, MOST_RATE)) * KEYFRAME_S * 5)
    for index, size in enumerate(made):
        arguments += ["-map", f"[v{index}]", *(("-map", "0:a:0") if source.sound else ())]
        arguments += [*_VIDEO, "-g", gop, "-threads", str(threads)]
        arguments += ["-maxrate", str(size.bits), "-bufsize", str(size.bits * 2)]
        arguments += [*(_SOUND if source.sound else ()), "-sn", "-dn", *_BARE]
        arguments += ["-t", f"{source.duration + 1:.3f}", "-movflags", "+faststart", size.name]
    return arguments


def hls_arguments(made: list[Size], sound: bool) -> list[str]:
    """Cut the MP4 files into segments as they are; key frames stand at the same times in all."""
    inputs = [argument for size in made for argument in ("-i", size.name)]
    maps, streams = [], []
    for index, size in enumerate(made):
        maps += ["-map", f"{index}:v:0", *(("-map", f"{index}:a:0") if sound else ())]
        streams.append(f"v:{index}{f',a:{index}' if sound else ''},name:{size.label}")
    return [
        *(*inputs, *maps, "-c", "copy", "-f", "hls", "-hls_time", str(SEGMENT_S)),
        *("-hls_playlist_type", "vod", "-hls_flags", "independent_segments"),
        *("-hls_segment_filename", "hls/%v/%04d.ts", "-master_pl_name", "master.m3u8"),
        *("-var_stream_map", " ".join(streams), "hls/%v/index.m3u8"),
    ]


def poster_arguments(largest: Size, duration: float, target: str) -> list[str]:
    """Pick the most typical picture of a second, some way into the film."""
    start = f"{min(duration * 0.1, 10):.3f}"
    arguments = ["-ss", start, "-i", largest.name, "-vf", f"thumbnail={round(MOST_RATE)}"]
    return [*arguments, "-frames:v", "1", "-update", "1", target]


def sheet_of(size: Size, duration: float) -> Sheet:
    """Return the sheet of a film: a picture a second, or fewer, so that one sheet is enough."""
    every = max(1, math.ceil(duration / MOST_THUMBNAILS))
    count = max(1, math.ceil(duration / every))
    columns = min(COLUMNS, count)
    scale = THUMBNAIL_SIDE / min(size.width, size.height)
    width, height = _even(size.width * scale), _even(size.height * scale)
    return Sheet(every, count, columns, math.ceil(count / columns), width, height)


def sheet_arguments(smallest: Size, sheet: Sheet, target: str) -> list[str]:
    """Draw the thumbnails on one sheet, each from the beginning of its time."""
    chain = (
        f"fps=fps=1/{sheet.every_s}:round=up:start_time=0,"
        f"scale={sheet.width}:{sheet.height},tile={sheet.columns}x{sheet.rows}"
    )
    arguments = ["-i", smallest.name, "-vf", chain, "-frames:v", "1", "-update", "1"]
    return [*arguments, "-c:v", "libwebp", "-quality", "70", target]


def _graph(source: Source, made: list[Size]) -> str:
    """Return the filters: fewer pictures and pixels first, then the colours, then each size."""
    largest = made[-1]
    fewer = f"fps={MOST_RATE:g}," if source.rate > MOST_RATE * 1.02 else ""
    first = f"scale={largest.width}:{largest.height}:flags=bicubic"
    colours = _TONES if source.hdr else "scale=out_color_matrix=bt709:out_range=tv,"
    labels = "".join(f"[s{index}]" for index in range(len(made)))
    branches = (
        f"[s{index}]scale={size.width}:{size.height}:flags=bicubic,setsar=1[v{index}]"
        for index, size in enumerate(made)
    )
    base = f"[0:v:0]{fewer}{first},{colours}format=yuv420p,split={len(made)}{labels}"
    return ";".join((base, *branches))


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)
