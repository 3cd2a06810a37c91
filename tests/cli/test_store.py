"""`store`: making the media store ready, and asking whether it answers."""

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from cli.minio import EmbeddedMinio

Run = Callable[..., Result]


def test_a_folder_is_made_ready(run: Run, tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path / "new")}
    assert run("store", "check", **env).exit_code == 1
    result = run("store", "prepare", **env)
    assert (result.exit_code, result.stdout) == (0, "The media store is ready.\n")
    assert (tmp_path / "new" / "media").is_dir()
    assert run("store", "check", **env).stdout == "The media store answers.\n"


def test_a_bucket_is_made_ready(run: Run, minio: EmbeddedMinio) -> None:
    env = {**minio.settings, "S3_BUCKET": "test-of-commands"}
    refused = run("store", "check", **env)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: store_unavailable")
    for _ in range(2):
        result = run("store", "prepare", **env)
        assert result.exit_code == 0
        assert "To be set up at the store itself: uploads in parts" in result.stderr
    assert run("store", "check", **env).exit_code == 0
