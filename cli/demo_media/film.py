"""A drawn film, with a silent sound track, made into what is made of every film."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from imageio_ffmpeg import get_ffmpeg_exe

from cli.demo_media.scenes import HEIGHT, WIDTH, frames
from cli.demo_media.specs import FRAME_RATE, Film
from media import films
from media.facts import Renditions
from media.failures import RenditionFailed

_COLOURS = "scale=flags=accurate_rnd:out_color_matrix=bt709:out_range=tv,format=yuv420p"
# What is made of it loses something once more, so this loses next to nothing. Bit-exact flags and
# no metadata: the same film gives the same bytes, hence the same file names.
_CODING = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-threads", "2"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv", "-c:a", "aac", "-b:a", "32k", "-map_metadata", "-1"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
)


def render(film: Film, output: Path) -> Renditions:
    """Write all that is made of a film into `output`.

    Raises:
        RuntimeError: ffmpeg failed; the message holds what it said.
        OSError: There is no room for temporary files, or ffmpeg cannot be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        drawn, log = Path(folder, "drawn.mp4"), Path(folder, "log")
        with log.open("wb") as errors:
            code = _run(film, drawn, errors.fileno())
        if code:
            raise RuntimeError(f"ffmpeg: {log.read_text(errors='replace')[-2000:]}")
        try:
            return films.make(drawn, output)
        except RenditionFailed as failure:
            raise RuntimeError(str(failure)) from failure


def _command(film: Film, target: Path) -> list[str]:
    seconds = f"{film.seconds:.3f}"
    command = [get_ffmpeg_exe(), "-y", "-hide_banner", "-loglevel", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}"]
    command += ["-r", str(FRAME_RATE), "-i", "pipe:0"]
    command += ["-f", "lavfi", "-t", seconds, "-i", "anullsrc=r=48000:cl=stereo"]
    return [*command, "-vf", _COLOURS, "-map", "0:v", "-map", "1:a", *_CODING, str(target)]


def _run(film: Film, target: Path, errors: int) -> int:
    """Feed the frames to ffmpeg and return its exit code."""
    process = subprocess.Popen(
        _command(film, target), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
    )
    try:
        # A broken pipe means that ffmpeg ended early: its exit code and log tell why.
        with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as pipe:
            for image in frames(film):
                pipe.write(image.tobytes())
        return process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
