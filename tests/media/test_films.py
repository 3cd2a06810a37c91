"""Films for phones: what is made, that it plays, and that making it can be stopped."""

import os
import re
import time
from pathlib import Path

import av
import pytest
from PIL import Image

from core.errors import Invalid
from media.facts import Rendition, Renditions, Role
from media.failures import Cancelled, RenditionFailed
from media.ffmpeg import ffmpeg as run_ffmpeg
from media.film_commands import Size, sheet_of, sizes
from media.films import make
from media.limits import Limits
from media.subtitles import read
from tests.media.files import ffmpeg, film, picture


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Renditions, list[float]]:
    """A film of 9 seconds that is made in two sizes: its folder, what was made, its progress."""
    folder = tmp_path_factory.mktemp("film")
    told: list[float] = []
    given = film(
        folder / "园区 100%d.mp4",
        *("-metadata", "location=+30.1234+104.5678/", "-metadata", "title=secret"),
        size="960x540",
        seconds=9,
    )
    return folder / "out", make(given, folder / "out", on_progress=told.append), told


def by_role(made: Renditions, role: Role) -> list[Rendition]:
    return [file for file in made.files if file.role is role]


def test_a_film_is_made_in_the_sizes_it_has(whole: tuple[Path, Renditions, list[float]]) -> None:
    _, made, _ = whole
    films = by_role(made, Role.FILM)
    assert [(one.name, one.width, one.height) for one in films] == [
        ("film-360.mp4", 640, 360),
        ("film-540.mp4", 960, 540),
    ]
    assert (made.width, made.height) == (960, 540)
    assert made.duration == pytest.approx(9, abs=0.1)
    for one in films:
        data = one.path.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat"), "it plays before it is loaded"
        assert b"secret" not in data
        assert b"+30.1234" not in data
        with av.open(str(one.path)) as opened:
            video, sound = opened.streams.video[0], opened.streams.audio[0]
            assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
            assert (video.width, video.height) == (one.width, one.height)
            assert sound.codec_context.name == "aac"
            assert opened.duration / av.time_base == pytest.approx(9, abs=0.2)  # type: ignore[operator]


def test_key_frames_stand_at_the_same_times_in_all_sizes(
    whole: tuple[Path, Renditions, list[float]],
) -> None:
    times = []
    for one in by_role(whole[1], Role.FILM):
        with av.open(str(one.path)) as opened:
            packets = opened.demux(opened.streams.video[0])
            times.append([round(float(p.pts * p.time_base), 2) for p in packets if p.is_keyframe])
    assert times[0] == times[1]
    assert times[0] == pytest.approx([0, 2, 4, 6, 8], abs=0.11)


def test_hls_leads_from_the_master_to_every_segment(
    whole: tuple[Path, Renditions, list[float]],
) -> None:
    output, made, _ = whole
    (master,) = by_role(made, Role.PLAYLIST)
    assert (master.name, master.mime) == ("hls/master.m3u8", "application/vnd.apple.mpegurl")
    text = master.path.read_text()
    streams = re.findall(r"#EXT-X-STREAM-INF:(.*)\n(.*)", text)
    assert [uri for _, uri in streams] == ["360/index.m3u8", "540/index.m3u8"]
    for told, size in zip([one for one, _ in streams], ("640x360", "960x540"), strict=True):
        assert f"RESOLUTION={size}" in told
        assert re.search(r"BANDWIDTH=[1-9]\d{3,}", told)
        assert re.search(r'CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"', told)
    named = {"hls/master.m3u8"}
    for _, uri in streams:
        playlist = output / "hls" / uri
        named.add(f"hls/{uri}")
        lines = playlist.read_text().splitlines()
        assert "#EXT-X-INDEPENDENT-SEGMENTS" in lines
        assert lines[-1] == "#EXT-X-ENDLIST"
        named |= {f"hls/{uri.split('/')[0]}/{line}" for line in lines if line.endswith(".ts")}
        with av.open(str(playlist)) as opened:
            frames = sum(1 for _ in opened.decode(video=0))
        assert frames == 90
    listed = {file.name for file in made.files if file.role in (Role.STREAM, Role.PLAYLIST)}
    assert listed == named
    assert len(named) == 1 + 2 * (1 + 3)


def test_thumbnails_and_poster_show_the_film(whole: tuple[Path, Renditions, list[float]]) -> None:
    _, made, _ = whole
    sheet, times = by_role(made, Role.THUMBNAILS)
    assert (sheet.name, times.name, times.mime) == ("thumbnails.webp", "thumbnails.vtt", "text/vtt")
    with Image.open(sheet.path) as image:
        assert image.size == (sheet.width, sheet.height) == (9 * 160, 90)
        columns = [image.crop((160 * index, 0, 160 * index + 160, 90)) for index in range(9)]
    assert len({column.tobytes() for column in columns}) == 9
    cues = read(times.path)
    assert [cue.text for cue in cues][:2] == [
        "thumbnails.webp#xywh=0,0,160,90",
        "thumbnails.webp#xywh=160,0,160,90",
    ]
    assert [cue.starts for cue in cues] == list(range(9))
    posters = by_role(made, Role.POSTER)
    assert [one.name for one in posters] == [
        "poster-375.webp",
        "poster-750.webp",
        "poster-960.webp",
    ]
    assert (made.placeholder or "").startswith("data:image/webp;base64,")


def test_progress_goes_forward_to_the_end(whole: tuple[Path, Renditions, list[float]]) -> None:
    _, _, told = whole
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert all(0 <= share <= 1 for share in told)


def test_nothing_but_what_is_listed_lies_in_the_folder(
    whole: tuple[Path, Renditions, list[float]],
) -> None:
    output, made, _ = whole
    lying = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    assert lying == {file.name for file in made.files}
    assert all(file.size == file.path.stat().st_size > 0 for file in made.files)
    assert not [path for path in output.iterdir() if path.name.startswith(".")]


def test_a_film_of_a_phone_is_turned_and_needs_no_sound(tmp_path: Path) -> None:
    upright = film(tmp_path / "a.mp4", "-an", seconds=1)
    ffmpeg("-display_rotation", "90", "-i", upright, "-c", "copy", tmp_path / "turned.mov")
    made = make(tmp_path / "turned.mov", tmp_path / "out")
    (only,) = by_role(made, Role.FILM)
    assert (only.name, only.width, only.height) == ("film-180.mp4", 180, 320)
    with av.open(str(only.path)) as opened:
        assert not opened.streams.audio
        picture_of = next(opened.decode(video=0))
        assert (picture_of.width, picture_of.height, picture_of.rotation) == (180, 320, 0)
    (master,) = by_role(made, Role.PLAYLIST)
    assert re.search(r'CODECS="avc1\.[0-9a-f]{6}"', master.path.read_text())


def test_a_film_of_high_dynamic_range_is_mapped(tmp_path: Path) -> None:
    ffmpeg(
        *("-f", "lavfi", "-i", "color=white:size=128x128:rate=60:duration=1"),
        *("-vf", "setparams=color_trc=arib-std-b67:color_primaries=bt2020:colorspace=bt2020nc"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params"),
        "log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc",
        tmp_path / "hdr.mp4",
    )
    made = make(tmp_path / "hdr.mp4", tmp_path / "out")
    (only,) = by_role(made, Role.FILM)
    with av.open(str(only.path)) as opened:
        context = opened.streams.video[0].codec_context
        assert (context.pix_fmt, context.color_trc) == ("yuv420p", 1)
        assert opened.streams.video[0].average_rate == 30


@pytest.mark.parametrize(
    ("width", "height", "made"),
    [
        (1920, 1080, [(640, 360), (1280, 720), (1920, 1080)]),
        (3840, 2160, [(640, 360), (1280, 720), (1920, 1080)]),
        (1080, 1920, [(360, 640), (720, 1280), (1080, 1920)]),
        (1280, 720, [(640, 360), (1280, 720)]),
        (853, 479, [(640, 360), (852, 478)]),
        (640, 368, [(626, 360)]),
        (320, 181, [(320, 180)]),
        (1, 1, [(2, 2)]),
        (4096, 16, [(4096, 16)]),
    ],
)
def test_sizes_are_even_and_not_above_the_film(
    width: int, height: int, made: list[tuple[int, int]]
) -> None:
    assert [(one.width, one.height) for one in sizes(width, height)] == made


@pytest.mark.parametrize("seconds", [0.04, 1, 9.5, 100, 100.1, 7200])
def test_one_sheet_holds_the_thumbnails_of_any_film(seconds: float) -> None:
    sheet = sheet_of(Size(360, 640, 360, 1), seconds)
    assert 1 <= sheet.count <= 100
    assert sheet.count <= sheet.columns * sheet.rows < sheet.count + sheet.columns
    assert (sheet.count - 1) * sheet.every_s < seconds <= sheet.count * sheet.every_s


def test_a_film_of_one_picture_is_made(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", "-frames:v", "1", "-an", seconds=1)
    made = make(tmp_path / "a.mp4", tmp_path / "out")
    assert by_role(made, Role.PLAYLIST)
    assert by_role(made, Role.POSTER)
    assert by_role(made, Role.THUMBNAILS)


def test_making_can_be_cancelled_and_leaves_nothing(
    whole: tuple[Path, Renditions, list[float]], tmp_path: Path
) -> None:
    (given,) = whole[0].parent.glob("*.mp4")
    told: list[float] = []
    with pytest.raises(Cancelled):
        make(given, tmp_path, on_progress=told.append, cancelled=lambda: bool(told))
    assert told[-1] < 1
    assert list(tmp_path.iterdir()) == []
    assert children_named("ffmpeg") == []


def children_named(name: str) -> list[str]:
    """Return the commands of our children; those that have just ended are given a moment."""
    deadline = time.monotonic() + 10
    while True:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = (folder / "status").read_text()
                command = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"PPid:\t{os.getpid()}\n" in status and name in command:
                found.append(command)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("data", "code"),
    [(picture(), "media_type"), (b"\0\0\0\x18ftypisom" + bytes(99), "media_broken")],
)
def test_what_is_no_film_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "given").write_bytes(data)
    with pytest.raises(Invalid) as caught:
        make(tmp_path / "given", tmp_path / "out")
    assert caught.value.code == code


def test_limits_hold_when_a_film_is_made_too(tmp_path: Path) -> None:
    given = film(tmp_path / "a.mp4", seconds=2)
    with pytest.raises(Invalid) as caught:
        make(given, tmp_path / "out", limits=Limits(film_seconds=1))
    assert (caught.value.code, caught.value.params) == ("media_duration", {"minutes": 0})


def test_a_failure_says_why_without_paths(tmp_path: Path) -> None:
    given = tmp_path / "secret-folder" / "a.mp4"
    given.parent.mkdir()
    given.write_bytes(b"no film")
    with pytest.raises(RenditionFailed) as caught:
        run_ffmpeg(["-i", f"file:{given}", "b.mp4"], work=tmp_path, seconds=1, timeout_s=60)
    assert "Invalid data" in str(caught.value)
    assert "secret-folder" not in str(caught.value)


def test_a_playlist_cannot_make_ffmpeg_read_or_fetch(tmp_path: Path) -> None:
    """Even one that got past the signature: the demuxer is told, and only files may be opened."""
    (tmp_path / "list.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    )
    told = ["-protocol_whitelist", "file", "-i", f"file:{tmp_path / 'list.m3u8'}", "b.mp4"]
    with pytest.raises(RenditionFailed) as caught:
        run_ffmpeg(told, work=tmp_path, seconds=1, timeout_s=60)
    assert "whitelist" in str(caught.value) or "Invalid" in str(caught.value)
    with pytest.raises(Invalid):
        make(tmp_path / "list.m3u8", tmp_path / "out")
