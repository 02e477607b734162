"""A store of any version becomes one of this version, or stays what it was."""

import sqlite3
from pathlib import Path

import pytest

from scrubjay.errors import InputError, UsageError
from scrubjay.store.errors import StoreError
from scrubjay.store.sqlite.connecting import connect, create, inspected, statements
from scrubjay.store.sqlite.migrating import Migration, latest, migrate, migrations, version_of
from store.made import Place, file


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()


def opened(folder: Path) -> sqlite3.Connection:
    path = str(folder / "scrubjay.db")
    create(path)
    return connect(path)


def test_versions_are_numbered_without_a_gap() -> None:
    assert [step.version for step in migrations()] == list(range(1, latest() + 1))


@pytest.mark.parametrize("version", range(latest()))
def test_a_store_of_every_earlier_version_becomes_the_newest(tmp_path: Path, version: int) -> None:
    old, new = opened(tmp_path / "old"), opened(tmp_path / "new")
    migrate(old, "old", migrations()[:version]) if version else None
    assert version_of(old) == version
    assert migrate(old, "old") == list(range(version + 1, latest() + 1))
    assert migrate(old, "old") == []
    migrate(new, "new")
    assert schema(old) == schema(new)
    old.close()
    new.close()


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    connection = opened(tmp_path)
    migrate(connection, "x")
    before = schema(connection)
    broken = Migration(
        latest() + 1, "CREATE TABLE more (id INTEGER);\nINSERT INTO nowhere VALUES (1);"
    )
    with pytest.raises(StoreError):
        migrate(connection, "x", [*migrations(), broken])
    assert version_of(connection) == latest()
    assert schema(connection) == before
    mended = Migration(latest() + 1, "CREATE TABLE more (id INTEGER);")
    assert migrate(connection, "x", [*migrations(), mended]) == [latest() + 1]
    connection.close()


def test_what_is_in_a_store_outlives_a_migration(place: Place) -> None:
    with place.opened() as store:
        store.do(file)
    connection = connect(str(place.database))
    step = Migration(latest() + 1, "ALTER TABLE files ADD COLUMN note TEXT NOT NULL DEFAULT '';")
    migrate(connection, "x", [*migrations(), step])
    assert connection.execute("SELECT digest, note FROM files").fetchall() == [("digest-one", "")]
    connection.close()


def test_a_store_of_a_newer_version_is_left_alone(place: Place) -> None:
    with place.opened():
        pass
    connection = connect(str(place.database))
    connection.execute("INSERT INTO schema_version VALUES (999, 'x', 0)")
    connection.close()
    with pytest.raises(UsageError, match="install the newer one"), place.opened():
        pass


def test_a_version_that_was_made_otherwise_is_not_taken_for_ours(place: Place) -> None:
    with place.opened():
        pass
    connection = connect(str(place.database))
    connection.execute("UPDATE schema_version SET digest = 'x'")
    connection.close()
    with pytest.raises(UsageError, match="another Scrubjay"), place.opened():
        pass


def test_statements_end_where_sql_ends_them() -> None:
    script = (
        "SELECT 1;\n-- ; no\nCREATE TRIGGER t BEFORE DELETE ON x\nBEGIN SELECT 1; END;\nSELECT 2"
    )
    assert len(list(statements(script))) == 3


def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "scrubjay.db"
    connection = connect(str(path))
    connection.execute("CREATE TABLE other (a)")
    with pytest.raises(InputError, match="something else"):
        migrate(connection, str(path))
    names = connection.execute("SELECT name FROM sqlite_schema").fetchall()
    assert names == [("other",)]
    connection.close()


def test_a_folder_in_the_place_of_a_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "scrubjay.db").mkdir(mode=0o700)
    with pytest.raises(InputError, match="no file"):
        inspected(str(tmp_path / "scrubjay.db"))
