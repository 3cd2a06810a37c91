"""`seed`: the command, with pictures and without."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from click.testing import Result
from flask.testing import FlaskClient

from cli.minio import EmbeddedMinio
from core.settings import Settings
from models.enums import Kind
from models.media_items import MediaItem
from models.seeds import Seed
from models.sitemaps import Sitemap
from tests.buckets import bucket_of
from tests.cli.seed_files import (
    Files,
    Killed,
    check_whole,
    die,
    state_of_things,
    write,
)
from tests.factories import create

Run = Callable[..., Result]
Refused = Callable[..., str]


def test_seed_tells_what_became_of_the_entries(files: Files, folder: Path, seed: Run) -> None:
    write(files, folder)
    assert seed().stdout.splitlines()[-1] == "4 loaded"
    assert Sitemap.objects(kind=Kind.TRACKS, id="tracks:1").count() == 1
    files["tracks"][0]["title"] = "改名的赛道"
    write(files, folder)
    assert seed().stdout.splitlines()[-1] == "1 updated, 3 unchanged"


def test_seed_leaves_alone_a_database_with_content_of_others(
    files: Files, folder: Path, seed: Run
) -> None:
    write(files, folder)
    mine = create(Kind.SITES)
    assert seed("--if-empty").stdout == "The database has content: nothing loaded.\n"
    assert Seed.objects.count() == 0
    mine.delete()
    assert seed("--if-empty").stdout.splitlines()[-1] == "4 loaded"
    assert seed("--if-empty").stdout.splitlines()[-1] == "4 unchanged"


def test_seed_if_empty_finishes_what_was_cut_short(
    files: Files, folder: Path, seed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(files, folder)
    with monkeypatch.context() as patch:
        die(patch, "publish", 2, after=False)
        with pytest.raises(Killed):
            seed()
    assert seed("--if-empty").stdout.splitlines()[-1] == "1 unchanged, 3 loaded"
    check_whole()


def test_a_synonym_that_staff_wrote_is_no_obstacle(files: Files, folder: Path, seed: Run) -> None:
    write(files, folder)
    (folder / "synonyms.yaml").write_text("- [家电, 电器]\n", "utf-8")
    for _ in range(2):
        assert seed().exit_code == 0


def test_seed_draws_the_pictures_and_the_api_serves_all_of_it(
    files: Files,
    folder: Path,
    run: Run,
    client: FlaskClient,
    settings: Settings,
    from_folder: None,
) -> None:
    write(files, folder)
    assert run("seed").stdout.splitlines()[-1] == "4 loaded"
    for item in MediaItem.objects:
        for file in item.sources:
            assert (settings.media_dir / file.key).stat().st_size == file.size
    assert MediaItem.objects.count() == 4  # three covers and a map
    route = client.get("/api/v1/routes/test-route").get_json()
    assert [stop["site"]["slug"] for stop in route["stops"]] == ["test-site", "test-site"]
    with client.get(route["map_image"]["sources"][0]["url"]) as picture:
        assert picture.status_code == 200
    english = client.get("/api/v1/tracks/test-track?lang=en").get_json()
    assert (english["title"], english["translation"]) == ("Test track", "current")
    before = state_of_things()
    assert run("seed").stdout.splitlines()[-1] == "4 unchanged"
    assert state_of_things() == before


def test_seed_puts_what_it_draws_into_the_store_in_force(
    files: Files,
    folder: Path,
    run: Run,
    minio: EmbeddedMinio,
    settings: Settings,
    from_folder: None,
) -> None:
    store = bucket_of(minio)
    store.prepare()
    write(files, folder)
    own = {**minio.settings, "S3_BUCKET": store.options.bucket}
    assert run("seed", **own).stdout.splitlines()[-1] == "4 loaded"
    sources = [file for item in MediaItem.objects for file in item.sources]
    assert len(sources) == 12  # three covers and a map, in three sizes
    for file in sources:
        answer = requests.get(store.public_url(file.key), timeout=30)
        assert (answer.status_code, len(answer.content)) == (200, file.size)
        assert answer.headers["Content-Type"] == file.type
    lost = sources[0].key
    store.remove(lost)
    assert run("seed", **own).stdout.splitlines()[-1] == "4 unchanged"
    assert store.stat(lost).size == sources[0].size


def test_seed_tells_that_the_store_is_away(
    files: Files, folder: Path, run: Run, refused: Refused, from_folder: None
) -> None:
    write(files, folder)
    dead = {"S3_ENDPOINT": "http://127.0.0.1:9", "S3_ACCESS_KEY": "a" * 20}
    result = run("seed", **dead, S3_SECRET_KEY="s" * 40, S3_TIMEOUT_S="1")
    assert refused(result).startswith("store_unavailable: ")
    assert MediaItem.objects.count() == 0
