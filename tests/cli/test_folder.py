"""The data folder: its lock, its secrets, and what may be deleted."""

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from cli import spoken
from cli.run import DataFolder, demo_environment
from cli.supervisor import StartError


def test_clear_empties_a_folder_of_ours_and_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "letter.txt").touch()
    folder = DataFolder(tmp_path / "data")
    folder.acquire()
    folder.prepare()
    folder.secrets()
    (folder.path / "media").symlink_to(outside)
    folder.clear()
    folder.release()
    assert folder.is_empty
    assert (outside / "letter.txt").exists()


def test_a_folder_with_other_content_never_becomes_ours(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    folder = DataFolder(tmp_path)
    folder.acquire()
    with pytest.raises(StartError, match="not ours to delete"):
        folder.clear()
    folder.release()
    assert (tmp_path / "letter.txt").exists()


def test_the_folder_is_locked_until_it_is_released(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path / "data"), DataFolder(tmp_path / "data")
    first.acquire()
    with pytest.raises(StartError, match=f"in use by another run .process {os.getpid()}"):
        second.acquire()
    first.release()
    second.acquire()
    with (tmp_path / "data" / ".lock").open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    second.release()


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EACCES, "give this account the right to read and write there"),
        (errno.EMFILE, "end other programs or raise the limits of this account"),
        (errno.ENOTDIR, "choose another data folder (--data, or DATA_DIR)"),
    ],
)
def test_what_the_system_refuses_comes_with_what_to_do(code: int, todo: str) -> None:
    failure = OSError(code, os.strerror(code), "/some/file")
    assert spoken.system_error(failure).startswith(f"{os.strerror(code)} (/some/file); {todo}")


def test_secrets_are_made_once_and_belong_to_their_owner_only(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    made = folder.secrets()
    path = tmp_path / "secrets.env"
    path.chmod(0o644)
    assert folder.secrets() == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("EXTRA=1\n")
    again = folder.secrets()
    assert again["EXTRA"] == "1"
    assert again["SECRET_KEY"] != made["SECRET_KEY"]
    assert demo_environment(tmp_path) == again


def test_the_store_is_known_to_commands_while_there_is_one(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.keep_store({"S3_ENDPOINT": "http://127.0.0.1:1", "S3_SECRET_KEY": "s"})
    assert stat.S_IMODE((tmp_path / "store.env").stat().st_mode) == 0o600
    assert demo_environment(tmp_path)["S3_ENDPOINT"] == "http://127.0.0.1:1"
    for _ in range(2):
        folder.keep_store({})
    assert demo_environment(tmp_path) == {}
