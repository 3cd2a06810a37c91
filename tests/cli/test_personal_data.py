"""`personal-data`: who looks after keys sees what is left to do, and does it."""

from collections.abc import Callable

import pytest
from click.testing import Result

from core.sealing import Keyring
from models.visitors import Visitor
from services import personal_data

Run = Callable[..., Result]
OTHER = "another-key-only-for-tests-" * 2


@pytest.fixture
def visitor(run: Run) -> str:
    """A visitor whose name was encrypted with the usual key."""
    found = Visitor()
    row = {**found.to_mongo(), **personal_data.sealed(Visitor, found.id, {"name": "测试"})}
    Visitor._get_collection().insert_one(row)
    return str(found.id)


def test_status_and_rotation(run: Run, visitor: str, environ: dict[str, str]) -> None:
    old = Keyring(environ["PERSONAL_DATA_KEY"]).current_id
    new = Keyring(OTHER).current_id
    changed = {
        "PERSONAL_DATA_KEY": OTHER,
        "PERSONAL_DATA_OLD_KEYS": environ["PERSONAL_DATA_KEY"],
    }
    assert run("personal-data", "status").stdout.split() == [old, "1", "PERSONAL_DATA_KEY"]
    lines = run("personal-data", "status", **changed).stdout.splitlines()
    assert {tuple(line.split()) for line in lines} == {
        (old, "1", "PERSONAL_DATA_OLD_KEYS"),
        (new, "0", "PERSONAL_DATA_KEY"),
    }
    result = run("personal-data", "rotate", **changed)
    assert result.stdout == f"1 documents encrypted with {new}\n"
    assert run("personal-data", "rotate", **changed).stdout.startswith("0 documents")
    result = run("personal-data", "status", PERSONAL_DATA_KEY=OTHER)
    assert result.stdout.split() == [new, "1", "PERSONAL_DATA_KEY"]


def test_a_wrong_key_stops_db_prepare(
    run: Run, refused: Callable[[Result], str], visitor: str
) -> None:
    assert run("db", "prepare").exit_code == 0
    text = refused(run("db", "prepare", PERSONAL_DATA_KEY=OTHER))
    assert text.startswith("settings: the personal data of this database is encrypted with other")


def test_a_value_that_no_key_opens_is_told_and_left(
    run: Run, refused: Callable[[Result], str], visitor: str
) -> None:
    Visitor.objects(id=visitor).update(set__name="0123456789ab.AAAA")
    text = refused(run("personal-data", "rotate"))
    assert text == "a value opens with none of the keys; what was done stays done"
    assert run("personal-data", "status").stdout.splitlines()[-1].endswith("not in the settings")
