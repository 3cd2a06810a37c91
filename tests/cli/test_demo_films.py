"""The demo's films: made as every film is, the same each time, with subtitles that fit."""

from __future__ import annotations

import hashlib
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from cli.demo_media import Film, Slide, generate
from cli.demo_media.subtitles import webvtt
from media.facts import Role

SLIDES = (
    Slide("向新而行", ("招商宣传片",), "第一句，说城市。第二句。", "First <one> & more.", 0.6),
    Slide("欢迎", (), "", "Welcome to the place where every supplier is near.", 0.4),
)
FILM = Film("films/x", SLIDES)


def test_a_film_plays_everywhere_and_is_reproducible(tmp_path: Path) -> None:
    film, poster = generate([FILM], tmp_path / "one")
    assert (film.duration, film.poster, poster.width) == (1.0, poster.name, 1280)
    sizes = [one for one in film.sources if one.role is Role.FILM]
    assert [(one.width, one.height) for one in sizes] == [(640, 360), (1280, 720)]
    assert film.sha256 == sizes[-1].sha256
    assert {one.role for one in film.sources} == {
        *(Role.FILM, Role.PLAYLIST, Role.STREAM, Role.THUMBNAILS)
    }
    assert [s.label for s in film.subtitles] == ["zh-CN", "en"]
    for source in sizes:
        path = tmp_path / "one" / source.path
        report = probed(path, "null")
        assert re.search(rf"Video: h264 \(High\).*yuv420p\(tv, bt709.*{source.width}x", report)
        assert "25 fps" in report
        assert "Audio: aac" in report
        assert "creation_time" not in report
        assert re.findall(r"Duration: 00:00:(\d\d\.\d)", report) == ["01.0"]
        data = path.read_bytes()
        assert 0 < data.index(b"moov") < data.index(b"mdat")  # plays before it is loaded
    (master,) = (one.path for one in film.sources if one.role is Role.PLAYLIST)
    assert "Duration: 00:00:01.0" in probed(tmp_path / "one" / master, "null")
    for one in film.subtitles:
        assert "Subtitle: webvtt" in probed(tmp_path / "one" / one.path, "webvtt")
    assert generate([FILM], tmp_path / "two") == [film, poster]
    (tmp_path / "two" / film.sources[0].path).write_bytes(b"damaged")
    assert generate([FILM], tmp_path / "two") == [film, poster]
    for one in film.sources:
        data = (tmp_path / "two" / one.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one.sha256


def probed(path: Path, target: str) -> str:
    """Decode a file as a whole and return what ffmpeg says about it."""
    command = [get_ffmpeg_exe(), "-hide_banner", "-i", str(path), "-f", target, "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_subtitles_are_valid_and_end_with_their_slides(language: str) -> None:
    caption = "三类赛道，各有方向。" * 5, "Three classes of tracks, each with an aim. " * 4
    long = Slide("赛道", (), *caption, 6)
    text = webvtt(Film("f", (long, *SLIDES)), language)
    assert text.startswith("WEBVTT\n\n1\n00:00:00.000 --> ")
    stamp = r"00:00:(\d\d\.\d{3})"
    cues = re.findall(rf"\d+\n{stamp} --> {stamp}\n(.+)\n", text)
    spans = [(float(start), float(end)) for start, end, _ in cues]
    assert len(spans) > 2
    assert all(one[0] < one[1] <= other[0] for one, other in pairwise(spans))
    assert 6.0 in [end for _, end in spans]
    assert spans[-1][1] == (6.6 if language == "zh-CN" else 7.0)
    assert max(len(line) for _, _, line in cues) <= (32 if language == "zh-CN" else 80)
    assert language == "zh-CN" or "First &lt;one&gt; &amp; more." in text
