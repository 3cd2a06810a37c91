"""A loading that dies at any step is finished by the next."""

from collections.abc import Callable

import pytest
from click.testing import Result

from cli.seed.load import Outcome
from models.enums import Kind
from models.snapshots import Snapshot
from tests.cli.seed_files import (
    Files,
    Killed,
    Load,
    all_are,
    check_whole,
    die,
    track,
)

Run = Callable[..., Result]
Refused = Callable[..., str]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("step", "number"), [("create", 1), ("translate", 2), ("publish", 1), ("note", 1), ("note", 2)]
)
def test_a_first_loading_that_was_cut_short_is_finished_by_the_next(
    load_all: Load, monkeypatch: pytest.MonkeyPatch, step: str, number: int, after: bool
) -> None:
    with monkeypatch.context() as patch:
        die(patch, step, number, after=after)
        with pytest.raises(Killed):
            load_all()
    load_all()
    check_whole()
    assert load_all() == all_are(Outcome.UNCHANGED)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("step", "number"), [("update", 1), ("translate", 1), ("publish", 1), ("note", 1), ("note", 2)]
)
def test_an_update_that_was_cut_short_is_finished_by_the_next(
    files: Files,
    load_all: Load,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    number: int,
    after: bool,
) -> None:
    load_all()
    files["tracks"][0]["title"] = "改名的赛道"
    with monkeypatch.context() as patch:
        die(patch, step, number, after=after)
        with pytest.raises(Killed):
            load_all()
    load_all()
    check_whole()
    assert track().title == "改名的赛道"
    assert "改名的赛道" in Snapshot.objects.get(kind=Kind.TRACKS).body["zh-CN"]["card"]
    assert load_all() == all_are(Outcome.UNCHANGED)


def test_a_loading_may_be_cut_short_again_and_again(
    files: Files, load_all: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_all()
    files["tracks"][0]["title"] = "改名的赛道"
    for step in ("publish", "translate", "publish", "note"):
        with monkeypatch.context() as patch:
            die(patch, step, 1, after=step == "note")
            with pytest.raises(Killed):
                load_all()
    assert load_all()["test-track"] is Outcome.UPDATED
    check_whole()
