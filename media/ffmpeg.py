"""Running ffmpeg on one film, with progress."""

from collections.abc import Callable, Sequence
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from media.failures import failure
from media.processes import never, run

# A film cannot make ffmpeg open anything but files, whatever addresses it holds.
ONLY_FILES = ("-protocol_whitelist", "file")
SAID_LINES = 3


def ffmpeg(
    arguments: Sequence[str],
    *,
    work: Path,
    seconds: float,
    timeout_s: float,
    on_progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = never,
) -> None:
    """Run ffmpeg in the folder `work`; `seconds` is how long what it makes will play.

    The binary is the packaged one; where there is none, that on PATH. Progress is told about
    twice a second, from 0 to 1.

    Raises:
        RenditionFailed: ffmpeg gave up, with the last of what it said; or it took too long.
        OSError: It had no room on the disk.
        Cancelled: `cancelled()` became true.
    """
    command = [get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]
    command += ["-progress", "pipe:1", "-y", *arguments]

    reached = 0.0

    def hear(line: str) -> None:
        nonlocal reached
        key, _, value = line.partition("=")
        if key == "out_time_us" and value.strip().isdigit():
            # Of several outputs ffmpeg tells one at a time, and not always the same.
            reached = max(reached, min(1.0, int(value) / 1_000_000 / seconds))
            on_progress(reached)

    ended = run(command, timeout_s=timeout_s, cwd=work, on_line=hear, cancelled=cancelled)
    if ended.code != 0:
        raise failure(_reason(ended.code, ended.said, arguments), ended.said)


def _reason(code: int, said: str, arguments: Sequence[str]) -> str:
    """Return what people may read of a failure: the last lines, with names instead of paths."""
    for path in (one.removeprefix("file:") for one in arguments if one.startswith("file:/")):
        said = said.replace(path, "the film")
    lines = [line.strip() for line in said.splitlines() if line.strip()][-SAID_LINES:]
    return f"ffmpeg ended with {code}: {'; '.join(lines) or 'it said nothing'}"
