"""What is wrong with content files is told by file and item."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.seed_files import (
    ROUTE,
    SITE,
    Files,
    write,
)

Run = Callable[..., Result]
Refused = Callable[..., str]

# What is wrong with the files, and what is said about it.
BROKEN: dict[str, tuple[Callable[[Files], object], str]] = {
    "link": (
        lambda files: files["sites"][0].update(tracks=["test-track", "nowhere"]),
        "sites/test-site: tracks.1 links to tracks/nowhere, not there",
    ),
    "stop": (
        lambda files: files["routes"][0]["stops"][1].update(site="nowhere"),
        "routes/test-route: stops.stop-2.site links to sites/nowhere, not there",
    ),
    "source": (
        lambda files: files["tracks"][0].update(sources=["rumour"]),
        "tracks.yaml, item 1: KeyError('rumour')",
    ),
    "figure's source": (
        lambda files: files["tracks"][0]["figures"][0].update(source="rumour"),
        "tracks.yaml, item 1: KeyError('rumour')",
    ),
    "no source of a figure": (
        lambda files: files["tracks"][0]["figures"][0].pop("source"),
        "tracks.yaml, item 1: KeyError('source')",
    ),
    "no slug": (
        lambda files: files["sites"][0].pop("slug"),
        "sites.yaml, item 1: KeyError('slug')",
    ),
    "no title": (
        lambda files: files["sites"][0].pop("title"),
        "sites.yaml, item 1: KeyError('title')",
    ),
    "slug twice": (
        lambda files: files["sites"].append(SITE),
        "sites.yaml, item 2: the slug test-site is there twice",
    ),
    "text for an item": (
        lambda files: files["sites"].append("test-site"),
        "sites.yaml, item 2: AttributeError",
    ),
    "a mapping for a list": (
        lambda files: files.update(sites=SITE),
        "sites.yaml: list expected, not dict",
    ),
    "a list for a mapping": (
        lambda files: files.update(sources=["paper"]),
        "sources.yaml: dict expected, not list",
    ),
    "a number for a list": (
        lambda files: files.update(sites=5),
        "sites.yaml: list expected, not int",
    ),
    "english as a list": (
        lambda files: files["tracks"][0].update(en=["Test track"]),
        "tracks.yaml, item 1: ValueError",
    ),
    "unknown field": (
        lambda files: files["tracks"][0].update(colour="red"),
        "tracks/test-track: invalid: ",
    ),
    "unknown choice": (
        lambda files: files["sites"][0].update(site_type="castle"),
        "sites/test-site: invalid: ",
    ),
    "english of nothing": (
        lambda files: files["tracks"][0]["en"].update({"chain.x.name": "Nothing"}),
        "tracks/test-track: invalid: ",
    ),
    "not publishable": (
        lambda files: files["routes"][0].update(stops=ROUTE["stops"][:1], en={}),
        "routes/test-route: not_publishable: ",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_with_the_files_is_named(
    files: Files, folder: Path, seed: Run, refused: Refused, what: str
) -> None:
    spoil, said = BROKEN[what]
    spoil(files)
    write(files, folder)
    assert refused(seed()).startswith(said)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tracks", "- slug: [\n"),
        ("tracks", "- slug: a\n  slug b: c\n d: e"),
        ("sites", "\x00"),
        ("sources", "- not: [valid"),
        ("faqs", "!!python/object/apply:os.getcwd []"),
    ],
)
def test_a_file_that_is_no_yaml_is_named(
    files: Files, folder: Path, seed: Run, refused: Refused, name: str, text: str
) -> None:
    write(files, folder)
    (folder / f"{name}.yaml").write_text(text)
    said = refused(seed())
    assert said.startswith(f"{name}.yaml: ")
    assert "\n" not in said


def test_a_file_in_another_encoding_or_missing_is_named(
    files: Files, folder: Path, seed: Run, refused: Refused
) -> None:
    write(files, folder)
    (folder / "faqs.yaml").write_bytes("- slug: 问".encode("gb18030"))
    assert refused(seed()).startswith("faqs.yaml: 'utf-8' codec")
    (folder / "faqs.yaml").unlink()
    assert refused(seed()).startswith("faqs.yaml: [Errno 2] No such file")


def test_an_entry_that_cannot_be_drawn_is_named(
    files: Files, folder: Path, run: Run, refused: Refused, from_folder: None
) -> None:
    del files["routes"][0]["stops"][0]["x"]
    write(files, folder)
    said = refused(run("seed"))
    assert said == "routes/test-route cannot be drawn: KeyError('x')"


def test_a_media_folder_that_cannot_be_written_is_told(
    files: Files, folder: Path, run: Run, refused: Refused, from_folder: None, tmp_path: Path
) -> None:
    write(files, folder)
    data = tmp_path / "data"
    data.mkdir()
    (data / "media").write_text("a file in the place of the folder")
    said = refused(run("seed", DATA_DIR=str(data)))
    assert said.startswith("the media folder cannot be written: Not a directory")
    assert said.endswith("; choose another data folder (--data, or DATA_DIR)")
