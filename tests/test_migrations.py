"""The migrations: what they make, one step at a time, there and back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.engine import URL

from marketplace.extensions import db
from marketplace.models import MARKETPLACE_TABLES
from tests.catalog import Catalog, catalog
from tests.conftest import DATABASES
from tests.seed import STATEMENTS, app_on, run
from tests.servers import postgresql_database, sqlite_database

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
SHARED = {table.name for table in MARKETPLACE_TABLES}

REFERENCES = {
    ("services", "services_provider_id_fkey", "provider_id", "users"),
    ("bookings", "bookings_customer_id_fkey", "customer_id", "users"),
    ("bookings", "bookings_service_id_fkey", "service_id", "services"),
    ("bookings", "bookings_provider_id_fkey", "provider_id", "users"),
}
"""What the documentation lists under "Relationships", in words only."""


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An app on a new, empty database of each kind."""
    database = (
        sqlite_database() if request.param == "sqlite" else postgresql_database(request.getfixturevalue("postgresql"))
    )
    with database as url, app_on(url) as app:
        yield app


def present() -> Catalog:
    with db.engine.connect() as connection:
        return catalog(connection)


def revisions(app: Flask) -> list[str]:
    """Return the revisions, the first one first."""
    scripts = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def test_the_migrations_are_numbered_and_each_follows_the_one_before(app: Flask):
    numbers = [f"{position:04d}" for position in range(1, len(revisions(app)) + 1)]

    assert revisions(app) == numbers
    assert [path.name[:5] for path in sorted(VERSIONS.glob("*.py"))] == [f"{number}_" for number in numbers]


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_stands_on_its_own_and_imports_nothing_of_the_application(path: Path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "a relative import").split(".")[0])

    assert "alembic" in imported
    assert imported.isdisjoint({"marketplace", "config", "app", "tests", "a relative import"})


def test_each_migration_takes_back_exactly_what_it_did(app: Flask):
    states = [present()]
    for number in revisions(app):
        upgrade(revision=number)
        states.append(present())
        assert states[-1] != states[-2], f"{number} did nothing"

    for number, before in zip(reversed(revisions(app)), reversed(states[:-1]), strict=True):
        downgrade()
        assert present() == before, f"{number} left something behind"


def test_the_migrations_run_again_after_they_were_taken_back(app: Flask):
    upgrade()
    first = present()
    downgrade(revision="base")
    assert not any(present().values())

    upgrade()

    assert present() == first


def test_the_tables_of_the_marketplace_are_not_dropped_with_rows_in_them(app: Flask, caplog: pytest.LogCaptureFixture):
    upgrade(revision="0001")
    before = present()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, email, password, role, profile)"
            " VALUES ('00000000000000000000000000000001', 'ada@example.com', '', 'customer', '{}')",
        )

    with pytest.raises(SystemExit):
        downgrade(revision="base")

    assert "The table users holds rows, which are the marketplace's: it is not dropped." in caplog.text
    assert present() == before


def test_the_migrations_make_what_the_models_say(app: Flask):
    upgrade()

    assert app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0


def test_the_check_finds_a_column_that_no_migration_made(app: Flask):
    upgrade()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE services ADD COLUMN surprise VARCHAR(10)")

    assert app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 1


@pytest.mark.parametrize("revision", ["0001", "head"])
def test_the_shared_tables_are_those_of_the_documented_statements_to_the_letter(postgresql: URL, revision: str):
    with postgresql_database(postgresql) as documented_url, postgresql_database(postgresql) as url, app_on(url):
        run(documented_url, STATEMENTS)
        engine = sa.create_engine(documented_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            documented = catalog(connection)
        upgrade(revision=revision)
        migrated = present()

    assert {entry[0] for entry in documented["columns"]} == SHARED
    for kind in ("columns", "indexes", "constraints", "triggers"):
        found = {entry for entry in migrated[kind] if entry[0] in SHARED and not _is_ours(kind, entry)}
        assert found == documented[kind], kind


@pytest.mark.parametrize("revision", ["0001", "head"])
def test_the_shared_tables_refer_to_each_other_as_documented(postgresql: URL, revision: str):
    with postgresql_database(postgresql) as url, app_on(url):
        upgrade(revision=revision)
        constraints = present()["constraints"]

    assert {entry for entry in constraints if entry[0] in SHARED and entry[2] == "f"} == {
        (table, name, "f", f"FOREIGN KEY ({column}) REFERENCES {referred}(id) ON DELETE RESTRICT")
        for table, name, column, referred in REFERENCES
    }


def _is_ours(kind: str, entry: tuple[object, ...]) -> bool:
    """Whether the back office has added it: a foreign key, or an index under a name of its own."""
    if kind == "constraints":
        return entry[2] == "f"
    return kind == "indexes" and str(entry[1]).startswith("ix_")
