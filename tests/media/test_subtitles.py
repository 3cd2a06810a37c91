"""WebVTT: strict when read, bare when written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from media.facts import Role
from media.subtitles import Cue, make, read, stamp

HEAD = "WEBVTT\n\n"


def parsed(folder: Path, text: str) -> list[Cue]:
    path = folder / "given.vtt"
    path.write_text(text, encoding="utf-8", newline="")
    return read(path)


def test_cues_are_read_in_order_with_their_places(tmp_path: Path) -> None:
    text = (
        "\ufeffWEBVTT 园区\r\n\r\nNOTE for translators\r\nmore\r\n\r\n2\r\n"
        "00:03.000 --> 01:00:04.000 align:start onclick:x line:90%\r\n第二句\r\n\r\n"
        "00:01.000 --> 00:02.000\r\n第一句\r\n<b>重点</b>\r\n"
    )
    first, second = parsed(tmp_path, text)
    assert first == Cue(1, 2, "", "第一句\n<b>重点</b>")
    assert second == Cue(3, 3604, " align:start line:90%", "第二句")


def test_styles_and_foreign_markup_are_not_passed_on(tmp_path: Path) -> None:
    style = "STYLE\n::cue { background: url(https://example.org/x.png) }\n\n"
    body = (
        "00:01.000 --> 00:02.000\n"
        "<script>a</script> <v 讲解员>好</v> <c.x>1</c> a<b & c > d &amp;\n"
    )
    path = tmp_path / "given.vtt"
    path.write_text(HEAD + style + body, encoding="utf-8")
    made = make(path, tmp_path / "out").files[0]
    assert (made.role, made.mime, made.name) == (Role.SUBTITLES, "text/vtt", "subtitles.vtt")
    assert made.path.read_text(encoding="utf-8") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n&lt;script&gt;a&lt;/script&gt; <v 讲解员>好</v> "
        "<c.x>1</c> a&lt;b &amp; c &gt; d &amp;\n"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD, 1),
        (HEAD + "no times\n", 3),
        (HEAD + "00:01.000 -> 00:02.000\na\n", 3),
        (HEAD + "00:01,000 --> 00:02,000\na\n", 3),
        (HEAD + "00:61.000 --> 00:62.000\na\n", 3),
        (HEAD + "00:02.000 --> 00:01.000\na\n", 3),
        (HEAD + "00:01.000 --> 00:01.000\na\n", 3),
        (HEAD + "1\nsecond\n00:01.000 --> 00:02.000\n", 3),
        (HEAD + "1\n00:01.000 --> 00:02\n", 4),
        (HEAD + "00:01.000 --> 00:02.000\na\n00:02.000 --> 00:03.000\nb\n", 3),
    ],
)
def test_what_is_no_webvtt_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(Invalid) as caught:
        parsed(tmp_path, text)
    assert (caught.value.code, caught.value.params) == ("media_subtitles", {"line": line})


def test_what_was_written_reads_the_same(tmp_path: Path) -> None:
    cues = parsed(tmp_path, HEAD + "00:01.000 --> 99:00:02.345 size:50%\n一 & <i>二</i>\n")
    once = make(tmp_path / "given.vtt", tmp_path / "one").files[0].path
    twice = make(once, tmp_path / "two").files[0].path
    assert once.read_bytes() == twice.read_bytes()
    assert read(once)[0].ends == cues[0].ends == 99 * 3600 + 2.345


@given(st.integers(min_value=0, max_value=10**9))
def test_times_keep_their_thousandths(milliseconds: int) -> None:
    hours, minutes, seconds = stamp(milliseconds / 1000).split(":")
    whole = (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
    assert whole == milliseconds
