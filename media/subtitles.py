"""WebVTT subtitles: checked strictly, written anew with nothing in them but timed text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import Invalid
from media.facts import Rendition, Renditions, Role
from media.files import write

_STAMP = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}((?:[ \t]+\S+)*)[ \t]*")
_SETTING = re.compile(
    r"vertical:(?:rl|lr)|line:-?[\d.]+%?(?:,(?:start|center|end))?|size:[\d.]+%"
    r"|position:[\d.]+%(?:,(?:line-left|center|line-right))?|align:(?:start|center|end|left|right)"
)
# What may stand in a text beside characters; any other `<` is shown, not obeyed.
_TAG = re.compile(
    r"</?(?:b|i|u|ruby|rt|c)>|<c(?:\.[\w-]+)+>|<v(?:\.[\w-]+)*[ \t][^<>&\n]+>|</v>"
    r"|<lang [A-Za-z-]+>|</lang>"
)
_LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)")
_NOT_SHOWN = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Cue:
    """A text and when it is shown, in seconds. `settings` say where."""

    starts: float
    ends: float
    settings: str
    text: str


def read(path: Path) -> list[Cue]:
    """Return the cues of a WebVTT file, in order.

    Styles and regions are left out: a style sheet could load what somebody else serves.

    Raises:
        Invalid: `media_subtitles`, with the line at which it is no WebVTT; `media_broken` when
            it is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("media_broken") from None
    if "\0" in text:
        raise Invalid("media_broken")
    cues = [cue for number, block in _blocks(text) if (cue := _cue(number, block)) is not None]
    if not cues:
        raise Invalid("media_subtitles", line=1)
    return sorted(cues, key=lambda cue: (cue.starts, cue.ends))


def make(path: Path, output: Path) -> Renditions:
    """Write `subtitles.vtt`; raises what `read` does."""
    cues = read(path)
    blocks = (
        f"{stamp(cue.starts)} --> {stamp(cue.ends)}{cue.settings}\n{cue.text}\n" for cue in cues
    )
    write(output / "subtitles.vtt", "\n".join(["WEBVTT\n", *blocks]).encode())
    file = Rendition.of(output, "subtitles.vtt", Role.SUBTITLES, "text/vtt")
    return Renditions((file,), duration=max(cue.ends for cue in cues))


def stamp(seconds: float) -> str:
    """Return a time as WebVTT writes it."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of its first line, lines) of each block after the header."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            if number - len(block) > 1:
                yield number - len(block), block
            block = []


def _cue(number: int, block: list[str]) -> Cue | None:
    """Return the cue of a block; None for a note, a style or a region."""
    if block[0].split()[0].rstrip(":") in _NOT_SHOWN and "-->" not in block[0]:
        return None
    at = 0 if "-->" in block[0] else 1
    timing = _TIMING.fullmatch(block[at].strip()) if len(block) > at else None
    if timing is None:
        raise Invalid("media_subtitles", line=number + min(at, len(block) - 1))
    starts, ends = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:8])
    if ends <= starts or any("-->" in line for line in block[at + 1 :]):
        raise Invalid("media_subtitles", line=number + at)
    settings = [one for one in timing[9].split() if _SETTING.fullmatch(one)]
    text = _shown("\n".join(line.rstrip() for line in block[at + 1 :]))
    return Cue(starts, ends, "".join(f" {one}" for one in settings), text)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _shown(text: str) -> str:
    """Return a text with the tags of WebVTT, and every other markup as plain characters."""
    pieces, end = [], 0
    for tag in _TAG.finditer(text):
        pieces += [_escaped(text[end : tag.start()]), tag[0]]
        end = tag.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    plain = _LONE_AMPERSAND.sub("&amp;", text)
    return plain.replace("<", "&lt;").replace(">", "&gt;")
