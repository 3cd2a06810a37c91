"""`media add`: files from the command line take the way of every upload."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from models.media_items import MediaItem, MediaState
from models.uploads import Upload, UploadState
from tests.cli.conftest import PROJECT, Run
from tests.media.uploading import film, picture, work_off


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture
def worker(environ: dict[str, str]) -> Iterator[None]:
    """A worker beside the command, in a process of its own."""
    argv = [sys.executable, "-m", "application", "worker"]
    with subprocess.Popen(argv, cwd=PROJECT, env={**os.environ, **environ}) as process:
        yield
        process.terminate()


def test_files_are_added_and_what_is_not_taken_is_told(
    run: Run, tmp_path: Path, settings: Settings
) -> None:
    good = written(tmp_path, "图.jpg", picture())
    bad = written(tmp_path, "坏.jpg", b"<html></html>")
    told = run("media", "add", good, bad, "--alt", "测试", "--internal")
    assert told.exit_code == 1
    assert "坏.jpg: media_type: Files of this type are not accepted" in told.output
    (item,) = MediaItem.objects
    assert f"{item.id}  图.jpg" in told.output
    assert (item.alt, item.audience.value, item.state) == (
        "测试",
        "internal",
        MediaState.PROCESSING,
    )
    again = run("media", "add", good)
    assert (again.exit_code, item.id in again.output) == (0, True)
    assert MediaItem.objects.count() == 1
    assert Upload.objects(state=UploadState.OPEN).count() == 0
    work_off(settings)


@pytest.mark.usefixtures("worker")
def test_waiting_shows_how_far_it_is(run: Run, tmp_path: Path) -> None:
    told = run("media", "add", written(tmp_path, "影片.mp4", film(tmp_path)), "--wait")
    assert told.exit_code == 0, told.output
    assert MediaItem.objects.get(kind="video").state is MediaState.READY
    bad = run("media", "add", written(tmp_path, "半.mp4", film(tmp_path)[:9_000]), "--wait")
    assert (bad.exit_code, "media_broken" in bad.output) == (1, True)
