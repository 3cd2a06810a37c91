"""Encoding a film: H.264 in two sizes with a silent sound track, by the packaged ffmpeg."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from imageio_ffmpeg import get_ffmpeg_exe

from cli.demo_media.scenes import HEIGHT, WIDTH, frames
from cli.demo_media.specs import FRAME_RATE, Film

SIZES = ((WIDTH, HEIGHT), (WIDTH // 2, HEIGHT // 2))
_GRAPH = (
    "[0:v]scale=flags=accurate_rnd:out_color_matrix=bt709:out_range=tv,format=yuv420p,"
    "split[large][half];[half]scale={}:{}:flags=bicubic[small]"
)
# Bit-exact flags and no metadata: the same film gives the same bytes, hence the same file name.
# Key frames every two seconds let a player seek at once.
_CODING = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-profile:v", "high"),
    *("-aq-mode", "3", "-g", str(2 * FRAME_RATE), "-threads", "2", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
    *("-c:a", "aac", "-b:a", "32k", "-map_metadata", "-1", "-fflags", "+bitexact"),
    *("-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart"),
)


def encode(film: Film) -> list[bytes]:
    """Return the MP4 files of a film, one for each of `SIZES`.

    Raises:
        RuntimeError: ffmpeg failed; the message holds what it said.
        OSError: There is no room for temporary files, or ffmpeg cannot be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        targets = [Path(folder, f"{width}.mp4") for width, _ in SIZES]
        log = Path(folder, "log")
        with log.open("wb") as errors:
            code = _run(film, targets, errors.fileno())
        if code:
            raise RuntimeError(f"ffmpeg: {log.read_text(errors='replace')[-2000:]}")
        return [target.read_bytes() for target in targets]


def _command(film: Film, targets: list[Path]) -> list[str]:
    seconds = f"{film.seconds:.3f}"
    command = [get_ffmpeg_exe(), "-y", "-hide_banner", "-loglevel", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}"]
    command += ["-r", str(FRAME_RATE), "-i", "pipe:0"]
    command += ["-f", "lavfi", "-t", seconds, "-i", "anullsrc=r=48000:cl=stereo"]
    command += ["-filter_complex", _GRAPH.format(*SIZES[1])]
    for label, target in zip(("[large]", "[small]"), targets, strict=True):
        command += ["-map", label, "-map", "1:a", *_CODING, str(target)]
    return command


def _run(film: Film, targets: list[Path], errors: int) -> int:
    """Feed the frames to ffmpeg and return its exit code."""
    process = subprocess.Popen(
        _command(film, targets), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
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
