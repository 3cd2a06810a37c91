"""WebVTT subtitles from the captions of a film's slides."""

from __future__ import annotations

import re

from cli.demo_media.specs import FRAME_RATE, Film

# Two lines of a subtitle on a phone hold about this much.
LONGEST = {"zh-CN": 32, "en": 80}
SENTENCE = re.compile(r"[^。！？；.!?;]+(?:[。！？；]+|[.!?;]+(?=\s|$)|[.!?;]|$)")
CLAUSE = re.compile(r"[^，、,]+(?:[，、,]+|$)")


def webvtt(film: Film, language: str) -> str:
    """Return the subtitles in "zh-CN" or "en"; a caption that is too long becomes several cues.

    Cues never overlap and never outlast their slide; a slide without a caption has none.
    """
    cues, start = [], 0.0
    for slide in film.slides:
        caption = slide.caption_zh if language == "zh-CN" else slide.caption_en
        parts = _parts(" ".join(caption.split()), LONGEST[language])
        letters = sum(map(len, parts))
        began, length = start, slide.frames / FRAME_RATE
        for part in parts:
            ends = began + length * len(part) / letters
            cues.append(f"{_stamp(began)} --> {_stamp(ends)}\n{_escaped(part)}\n")
            began = ends
        start += length
    numbered = (f"{number}\n{cue}" for number, cue in enumerate(cues, 1))
    return "\n".join(["WEBVTT\n", *numbered])


def _parts(caption: str, longest: int) -> list[str]:
    """Split after sentences, then after commas, joining again what fits together."""
    if len(caption) <= longest:
        return [caption] if caption else []
    for rule in (SENTENCE, CLAUSE):
        pieces = rule.findall(caption)
        if len(pieces) > 1:
            middle = _middle(pieces)
            halves = ("".join(pieces[:middle]).strip(), "".join(pieces[middle:]).strip())
            return [part for half in halves for part in _parts(half, longest)]
    return [caption]


def _middle(pieces: list[str]) -> int:
    """Where to cut a list of pieces so that both halves are about equally long."""
    total = sum(map(len, pieces))
    return min(range(1, len(pieces)), key=lambda cut: abs(total - 2 * sum(map(len, pieces[:cut]))))


def _stamp(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
