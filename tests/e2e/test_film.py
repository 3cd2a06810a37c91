"""A film on its whole way: sent in parts with a break, rendered, published, played in a browser.

The short form sends some 20 MB; the long one (`scripts/test --long`) 400 MB in 1080p.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from imageio_ffmpeg import get_ffmpeg_exe

from models.staff import Role
from tests.admin.newsroom import REVIEWERS, release
from tests.buckets import needs_minio
from tests.e2e.browser import Browser, needs_chromium, page
from tests.e2e.colleague import Colleague, joined
from tests.e2e.installation import PROJECT, Installation
from tests.e2e.sending import STALLED
from tests.waiting import PATIENCE_S, eventually

LONG = bool(os.environ.get("TEST_LONG"))
MB = 1_000_000


@dataclass(frozen=True)
class Shape:
    """What film is made, and which sizes it must come in."""

    seconds: int
    size: str
    megabits: int
    heights: tuple[int, ...]
    rendered_within_s: float


SHAPE = (
    Shape(60, "1920x1080", 56, (360, 720, 1080), 3_600)
    if LONG
    else Shape(40, "640x360", 5, (360,), 900)
)
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\n测试字幕\n"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that cannot be made much smaller: noise over moving pictures, with a tone."""
    target = tmp_path_factory.mktemp("given") / "考察影片.mp4"
    length, rate = f"duration={SHAPE.seconds}", f"{SHAPE.megabits}M"
    argv = [get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"]
    argv += ["-f", "lavfi", "-i", f"testsrc2=size={SHAPE.size}:rate=25:{length}"]
    argv += ["-f", "lavfi", "-i", f"sine=frequency=440:{length}"]
    argv += ["-vf", "noise=alls=40:allf=t", "-c:v", "libx264", "-preset", "ultrafast"]
    argv += ["-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate]
    argv += ["-pix_fmt", "yuv420p", "-c:a", "aac", str(target)]
    subprocess.run(argv, check=True, timeout=1_800)
    return target


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """The origin of a page that shows the film, as an H5 player's would be."""
    folder = tmp_path / "page"
    folder.mkdir()
    with page(folder) as served:
        yield served


@pytest.fixture
def running(tmp_path: Path, origin: str, own_connection: None) -> Iterator[Installation]:
    """The product with MinIO, and this process on its database."""
    needs_minio()
    needs_chromium()
    installation = Installation(
        tmp_path / "data", "--minio", "--no-demo", "--workers", "1", CORS_ORIGINS=origin
    )
    with joined(installation):
        yield installation


def sending(editor: Colleague, *arguments: object) -> "subprocess.Popen[str]":
    session = json.dumps({"url": editor.url, "headers": editor.headers})
    argv = [sys.executable, "-m", "tests.e2e.sending", session, *map(str, arguments)]
    return subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def uploaded(editor: Colleague, given: Path) -> str:
    """Upload the film with a break in the middle of a part; return its item."""
    with sending(editor, given) as first:
        assert first.stdout is not None
        upload = first.stdout.readline().strip()
        assert first.stdout.readline().startswith(STALLED)
        os.kill(first.pid, signal.SIGKILL)
    assert editor.call("GET", f"uploads/{upload}")["arrived"] == [1]
    with sending(editor, given, upload) as second:
        told, _ = second.communicate(timeout=600)
    done = json.loads(told)
    assert (done["had"], done["state"]) == ([1], "checking")
    return upload


def rendered(editor: Colleague, item: str) -> list[float]:
    """Wait until an item is ready; return the progress that was told on the way."""
    told: list[float] = []

    def is_done() -> bool:
        found = editor.call("GET", f"media/{item}")
        assert found["fault"] is None, found
        told.append(found["progress"])
        return bool(found["state"] == "ready")

    assert eventually(is_done, SHAPE.rendered_within_s, every_s=0.2)
    return told


def subtitles(editor: Colleague, tmp_path: Path) -> str:
    path = tmp_path / "字幕.vtt"
    path.write_text(VTT)
    begun = editor.call(
        "POST", "uploads", {"name": path.name, "size": path.stat().st_size}, code=201
    )
    (target,) = editor.call("POST", f"uploads/{begun['id']}/parts", {"parts": [1]})["items"]
    assert requests.put(target["url"], data=path.read_bytes(), timeout=PATIENCE_S).ok
    item = str(editor.call("POST", f"uploads/{begun['id']}/finish")["item"])
    rendered(editor, item)
    return item


def check_playlists(url: str, origin: str) -> list[str]:
    """Fetch the master playlist and all that it leads to; return the addresses of the segments."""

    def read(address: str, mime: str) -> requests.Response:
        answer = requests.get(address, headers={"Origin": origin}, timeout=PATIENCE_S)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == mime
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", origin)
        return answer

    def inner(address: str) -> list[str]:
        lines = read(address, "application/vnd.apple.mpegurl").text.splitlines()
        return [f"{address.rpartition('/')[0]}/{one}" for one in lines if one and one[0] != "#"]

    variants = inner(url)
    assert len(variants) == len(SHAPE.heights)
    segments = [segment for variant in variants for segment in inner(variant)]
    for segment in segments:
        assert len(read(segment, "video/mp2t").content) % 188 == 0
    return segments


def test_a_film_goes_the_whole_way_from_staff_to_a_browser(
    running: Installation, given: Path, origin: str, tmp_path: Path
) -> None:
    size = given.stat().st_size
    assert size > (400 if LONG else 20) * MB
    base = f"http://127.0.0.1:{running.port}"
    editor, *desks = (Colleague(base, role) for role in (Role.EDITOR, *REVIEWERS))
    began = time.monotonic()
    item = uploaded(editor, given)
    sent_s = time.monotonic() - began
    began = time.monotonic()
    progress = rendered(editor, item)
    rendered_s = time.monotonic() - began
    assert progress == sorted(progress)
    assert any(0 < share < 1 for share in progress)

    track = {"language": "zh-CN", "label": "简体中文"}
    body = {
        "slug": "whole-way",
        "title": "测试影片",
        "language": "zh-CN",
        "video": {"media": item},
        "subtitles": [{**track, "file": {"media": subtitles(editor, tmp_path)}}],
    }
    release(editor, desks, f"films/{editor.post('films', body, 201)['id']}")
    assert eventually(lambda: running.status("/api/v1/films/whole-way") == 200)
    film = requests.get(f"{base}/api/v1/films/whole-way", timeout=PATIENCE_S).json()
    video = film["video"]
    assert [source["height"] for source in video["sources"]] == [*SHAPE.heights]
    assert video["duration"] == pytest.approx(SHAPE.seconds, abs=0.2)
    assert requests.get(video["poster"]["sources"][-1]["url"], timeout=PATIENCE_S).ok
    track_url = film["subtitles"][0]["file"]["sources"][0]["url"]
    assert "测试字幕" in requests.get(track_url, timeout=PATIENCE_S).content.decode()
    segments = check_playlists(video["hls"]["url"], origin)

    largest = video["sources"][-1]
    with Browser(tmp_path) as browser:
        browser.open(origin)
        for url in (largest["url"], video["hls"]["url"]):
            played = browser.play(url)
            assert played["duration"] == pytest.approx(SHAPE.seconds, abs=0.5)
            assert played["moved"] == pytest.approx(played["duration"] / 2, abs=0.1)
            assert played["moved"] < played["played"] < played["duration"]
            assert 0 == played["back"] < played["again"] < played["moved"]
            assert played["height"] in SHAPE.heights
        parts = browser.fetched(largest["url"])
        assert {(part["status"], part["mimeType"]) for part in parts} == {(206, "video/mp4")}
        starts = {re.split("[ -]", _header(part, "content-range"))[1] for part in parts}
        assert "0" in starts
        assert len(starts) > 1, "the browser fetched all of it before it moved"
        kept = browser.fetched(".ts")
        assert kept
        assert {part["url"] for part in kept} <= {*segments}
        assert {(part["status"] // 100, part["mimeType"]) for part in kept} == {(2, "video/mp2t")}
    print(
        f"{size / MB:.0f} MB sent in {sent_s:.1f} s with a break, rendered in {rendered_s:.1f} s "
        f"({len(set(progress))} steps of progress told), {len(segments)} segments; "
        f"MP4 in {len(parts)} ranges, HLS in {len(kept)} segments played; last: {played}"
    )


def _header(answer: dict[str, Any], name: str) -> str:
    return str({key.lower(): value for key, value in answer["headers"].items()}[name])
