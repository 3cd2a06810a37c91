"""`db`: indexes and migrations, on databases of their own."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from cli import database
from core import db
from core.ids import new_id
from core.settings import Settings
from models.migrations import Migration
from models.registry import DOCUMENTS

Run = Callable[..., Result]
Refused = Callable[..., str]
RunProcess = Callable[..., "subprocess.CompletedProcess[str]"]
READY = f"{len(DOCUMENTS)} collections ready\n"


@pytest.fixture
def fresh(settings: Settings, own_connection: None) -> Iterator[str]:
    """Connect to a database that does not exist yet; return its name."""
    name = f"test_fresh_{new_id()}"
    db.configure(dataclasses.replace(settings, mongodb_database=name))
    yield name
    db.configure(settings)
    db.client().drop_database(name)


def indexes(name: str) -> dict[str, set[str]]:
    """Return the names of all indexes by collection."""
    found = db.client()[name]
    return {each: set(found[each].index_information()) for each in found.list_collection_names()}


def declared() -> dict[str, int]:
    """Return how many indexes the models declare by collection, the one on the id included."""
    return {document._get_collection_name(): len(document.list_indexes()) for document in DOCUMENTS}


def migration(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(f"def run(database):\n    {body}\n")


def note(number: int) -> str:
    return f"database.notes.insert_one({{'_id': {number}}})"


def noted() -> list[int]:
    return [row["_id"] for row in db.database()["notes"].find().sort("$natural", 1)]


def test_prepare_makes_every_collection_and_index_and_may_be_repeated(run: Run, fresh: str) -> None:
    for _ in range(2):
        assert run("db", "prepare", MONGODB_DATABASE=fresh).stdout == READY
        found = {name: len(names) for name, names in indexes(fresh).items()}
        assert found == declared()


def test_two_may_prepare_a_new_database_at_once(environ: dict[str, str], fresh: str) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-m", "application", "db", "prepare"],
            env={**environ, "MONGODB_DATABASE": fresh},
            cwd=Path(database.__file__).parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = [(*start.communicate(timeout=300), start.returncode) for start in starts]
    assert answers == [(READY, "", 0)] * 3
    assert {name: len(names) for name, names in indexes(fresh).items()} == declared()


def test_migrations_run_once_in_the_order_of_their_names(fresh: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    migration(folder, "20260301-second", note(2))
    migration(folder, "20260115-first", note(1))
    migration(folder, "draft-of-something", note(99))
    assert list(database.migrate(folder)) == ["20260115-first", "20260301-second"]
    assert list(database.migrate(folder)) == []
    migration(folder, "20260401-third", note(3))
    migration(folder, "20260201-late-comer", note(4))
    assert list(database.migrate(folder)) == ["20260201-late-comer", "20260401-third"]
    assert noted() == [1, 2, 4, 3]
    recorded = list(Migration.objects.order_by("finished_at").scalar("id"))
    assert recorded == [
        "20260115-first",
        "20260301-second",
        "20260201-late-comer",
        "20260401-third",
    ]


def test_a_failing_migration_is_not_recorded_and_stops_the_rest(fresh: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    migration(folder, "1-good", note(1))
    migration(folder, "2-bad", "raise RuntimeError('not yet')")
    migration(folder, "3-never", note(3))
    for _ in range(2):
        with pytest.raises(database.MigrationError, match="2-bad failed: RuntimeError"):
            list(database.migrate(folder))
        assert noted() == [1]
        assert list(Migration.objects.scalar("id")) == ["1-good"]
    migration(folder, "2-bad", note(2))
    assert list(database.migrate(folder)) == ["2-bad", "3-never"]
    assert noted() == [1, 2, 3]


@pytest.mark.parametrize("text", ["def run(:", "import no_such_module", "x = 1", ""])
def test_a_file_that_is_no_migration_is_told(fresh: str, tmp_path: Path, text: str) -> None:
    (tmp_path / "1-odd.py").write_text(text)
    with pytest.raises(database.MigrationError, match="1-odd failed"):
        list(database.migrate(tmp_path))


def test_prepare_names_the_migrations_it_runs(
    run: Run, fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration(tmp_path, "20260115-first", note(1))
    monkeypatch.setattr(database, "MIGRATIONS", tmp_path)
    said = run("db", "prepare", MONGODB_DATABASE=fresh).stdout
    assert said == f"migrated 20260115-first\n{READY}"
    assert run("db", "prepare", MONGODB_DATABASE=fresh).stdout == READY


def test_a_migration_that_fails_ends_prepare_with_its_name(
    run: Run, refused: Refused, fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration(tmp_path, "20260115-first", "raise RuntimeError('not yet')")
    monkeypatch.setattr(database, "MIGRATIONS", tmp_path)
    text = refused(run("db", "prepare", MONGODB_DATABASE=fresh))
    where = "RuntimeError in 20260115-first.py, line 2"
    assert text == f"migration 20260115-first failed: {where}: not yet"


def test_drop_asks_and_then_deletes_the_whole_database(run: Run, fresh: str) -> None:
    run("db", "prepare", MONGODB_DATABASE=fresh)
    result = run("db", "drop", MONGODB_DATABASE=fresh, stdin="n\n")
    assert result.exit_code == 1
    assert "Aborted" in result.stderr
    assert indexes(fresh)
    assert run("db", "drop", "--yes", MONGODB_DATABASE=fresh).exit_code == 0
    assert indexes(fresh) == {}


def test_the_migrations_of_the_project_run_on_a_new_database(
    run_process: RunProcess, fresh: str
) -> None:
    done = run_process("db", "prepare", MONGODB_DATABASE=fresh)
    assert (done.returncode, done.stderr) == (0, "")
    names = {path.stem for path in database.MIGRATIONS.glob("[0-9]*.py")}
    assert set(Migration.objects.scalar("id")) == names
