"""Files named by their content, whole or not there."""

import hashlib
from pathlib import Path

import pytest

from media import files
from media.types import SHOWN, shown_as


def test_a_file_is_named_by_its_content(tmp_path: Path) -> None:
    path = files.put(tmp_path, "area", b"bytes", "webp")
    digest = hashlib.sha256(b"bytes").hexdigest()
    assert path == f"area/{digest[:2]}/{digest}.webp"
    assert (tmp_path / path).read_bytes() == b"bytes"


def test_the_same_bytes_are_written_once(tmp_path: Path) -> None:
    first = tmp_path / files.put(tmp_path, "area", b"bytes", "webp")
    written = first.stat().st_mtime_ns
    assert tmp_path / files.put(tmp_path, "area", b"bytes", "webp") == first
    assert first.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [b"", b"byteX", b"bytes and more"])
def test_a_damaged_file_is_told_and_written_again(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / files.put(tmp_path, "area", b"bytes", "webp")
    path.write_bytes(damage)
    assert not files.is_intact(path, len(b"bytes"))
    files.put(tmp_path, "area", b"bytes", "webp")
    assert files.is_intact(path, len(b"bytes"))


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "file"
    target.mkdir(parents=True)
    with pytest.raises(OSError, match="director"):
        files.write(target, b"bytes")
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_what_a_browser_would_run_is_never_shown() -> None:
    assert shown_as("a/b.WEBP") == "image/webp"
    for name in ("x.html", "x.svg", "x.xhtml", "x.js", "x", "x.webp.html"):
        assert shown_as(name) is None
    assert not {"text/html", "image/svg+xml"} & set(SHOWN.values())
