"""The migrations: what they make, one step at a time, there and back."""

import ast
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts.models import User
from marketplace.accounts.queries import USERS
from marketplace.extensions import db
from marketplace.models import MARKETPLACE_TABLES
from tests.catalog import Catalog, catalog
from tests.conftest import DATABASES, new_database
from tests.seed import STATEMENTS, app_on, run
from tests.servers import guests_database, postgresql_database

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
    with new_database(request.param, request.getfixturevalue("postgresql")) as url, app_on(url) as app:
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


POSTGRESQL_ALONE = {"0011", "0017"}
"""Migrations of what SQLite has no use for."""


def test_each_migration_takes_back_exactly_what_it_did(app: Flask):
    states = [present()]
    for number in revisions(app):
        upgrade(revision=number)
        states.append(present())
        did_nothing = states[-1] == states[-2]
        assert did_nothing == (number in POSTGRESQL_ALONE and db.engine.dialect.name == "sqlite"), number

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


# -- 0004, 0005, 0008 and 0014: indexes built beside the running marketplace ------------------------------------

ORDERED, SEARCHED, BY_STATE, CONFIRMED, OF_USER = (
    getattr(ScriptDirectory(str(VERSIONS.parent)).get_revision(number).module, name)
    for number, name in (
        ("0004", "ORDERED"),
        ("0004", "SEARCHED"),
        ("0005", "PARTIAL"),
        ("0008", "PARTIAL"),
        ("0014", "INDEXES"),
    )
)
PARTIAL = {**BY_STATE, **CONFIRMED, **OF_USER}
SEARCH_INDEXES = {
    "ix_users_search",
    "ix_services_search",
    "ix_password_reset_tokens_search",
    "ix_audit_events_search",
}

MALFORMED = (
    '"text"', "7", "true", "null", "[]", '["firstName"]', '{"firstName": null}', '{"firstName": 7, "lastName": [{}]}',
    '{"firstName": {"firstName": "x"}}', '{"firstName": "a", "firstName": "b"}', '{"\\u0000": 1}', "{}",
    '{"firstName": "\\u0000"}', '{"lastName": "x\\u0000y"}', '{"firstName": "\\ud800"}', '{"firstName": "\\uDC00 x"}',
    '{"firstName": "\\udc00\\ud800"}', '{"firstName": "\\ud83d\\ude00"}', '{"firstName": "\\\\u0000"}',
    '{"firstName": "\\\\\\u0000"}', '{"other": "\\ud800"}', '{"firstName": "' + "long " * 100_000 + '"}',
)  # fmt: skip
"""What a `json` column takes, whatever is in it."""


@pytest.fixture
def migrated(postgresql: URL) -> Iterator[sa.Connection]:
    """A connection, which commits at once, to a new database at the revision before the indexes."""
    with postgresql_database(postgresql) as url, app_on(url):
        upgrade(revision="0003")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            yield connection


def built() -> dict[str, bool]:
    """Return each of these indexes, and whether it is whole."""
    rows = """
        SELECT relname, indisvalid AND indisready FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relname IN :names
    """
    names = sa.bindparam("names", list(list_indexes()), expanding=True)
    with db.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(sa.text(rows).bindparams(names))}


def list_indexes() -> set[str]:
    return {*ORDERED, *SEARCHED, *PARTIAL}


def offered(connection: sa.Connection) -> set[str]:
    """Return the indexes that this server can have."""
    if connection.scalar(sa.text("SELECT true FROM pg_available_extensions WHERE name = 'pg_trgm'")):
        return list_indexes()
    return list_indexes() - SEARCH_INDEXES


def test_the_lists_get_every_index_that_the_server_offers(migrated: sa.Connection):
    assert list_indexes() > SEARCH_INDEXES

    upgrade()

    assert built() == dict.fromkeys(offered(migrated), True)


def test_without_the_right_to_pg_trgm_the_lists_get_all_other_indexes(postgresql: URL):
    with guests_database(postgresql) as url, app_on(url) as app:
        upgrade()

        assert built() == dict.fromkeys(list_indexes() - SEARCH_INDEXES, True)
        assert app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0
        downgrade(revision="0003")
        assert built() == {}


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("ix_bookings_created_at_id", "bookings (created_at)"),
        ("ix_users_search", "users (role)"),
        ("ix_services_inactive_title_id", "services (title)"),
    ],
)
def test_an_index_that_was_left_invalid_is_built_anew(migrated: sa.Connection, name: str, made: str):
    if name not in offered(migrated):
        pytest.skip("this server has no pg_trgm")
    upgrade()
    whole = present()
    downgrade(revision="0003")
    migrated.exec_driver_sql(f"CREATE INDEX {name} ON {made}")
    migrated.exec_driver_sql(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{name}'::regclass")

    upgrade()

    assert built() == dict.fromkeys(offered(migrated), True)
    assert present() == whole


@pytest.mark.parametrize(
    ("before", "table", "killed"),
    [
        ("0003", "services", "ix_services_created_at_id"),
        ("0004", "password_reset_tokens", "ix_password_reset_tokens_used_created_at_id"),
    ],
)
def test_a_migration_that_was_killed_while_it_built_an_index_finishes_when_it_is_run_again(
    migrated: sa.Connection, before: str, table: str, killed: str
):
    upgrade(revision=before)
    with migrated.engine.execution_options(isolation_level="READ COMMITTED").begin() as writer:
        writer.exec_driver_sql(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")  # As an INSERT of the API does.
        killer = threading.Thread(target=kill_the_build, args=(migrated, killed))
        killer.start()
        with pytest.raises(SQLAlchemyError):
            upgrade()
        killer.join()
    db.engine.dispose()
    left = built()
    assert left.pop(killed) is False
    assert all(left.values())
    assert migrated.scalar(sa.text("SELECT version_num FROM back_office_migrations")) == before

    upgrade()

    assert built() == dict.fromkeys(offered(migrated), True)


def kill_the_build(connection: sa.Connection, name: str) -> None:
    kill = sa.text("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE :query
    """)
    for _each in range(600):
        if connection.scalar(kill, {"query": f"CREATE INDEX CONCURRENTLY%{name}%"}):
            return
        time.sleep(0.05)


def test_the_marketplace_goes_on_writing_whatever_profiles_it_likes(migrated: sa.Connection):
    add = sa.text("""
        INSERT INTO users (id, email, password, role, profile)
        VALUES (gen_random_uuid(), :email, '', 'customer', CAST(:profile AS json))
    """)
    change = sa.text("UPDATE users SET profile = CAST(:profile AS json) WHERE email = :email")
    known = [{"email": f"known{n}@example.com", "profile": profile} for n, profile in enumerate(MALFORMED)]
    migrated.execute(add, known)

    upgrade()

    migrated.execute(add, [{**row, "email": f"new-{row['email']}"} for row in known])
    migrated.execute(change, [{**row, "profile": MALFORMED[-n]} for n, row in enumerate(known)])
    assert ("ix_users_search" in built()) == ("ix_users_search" in offered(migrated))
    search = sa.select(sa.func.count()).select_from(User)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        for term, found in (("known", 2 * len(known)), ("new-known", len(known)), ("\N{GRINNING FACE}", 2)):
            assert connection.scalar(search.where(USERS.matches(term))) == found, term


# -- What docs/indexes.md says of them -------------------------------------------------------------

DOCUMENTED = (VERSIONS.parents[1] / "docs" / "indexes.md").read_text(encoding="utf-8")


def test_the_indexes_are_documented_under_their_names():
    assert re.findall(r"^\| `(ix_\w+)` \|", DOCUMENTED, re.MULTILINE) == [*ORDERED, *PARTIAL, *SEARCHED]


def test_the_documented_statements_build_what_the_migration_builds(migrated: sa.Connection):
    statements = re.findall(r"^    ((?:CREATE|SET|ANALYZE) .+);$", DOCUMENTED, re.MULTILINE)
    assert len(statements) == 3 + len(SEARCHED)
    if offered(migrated) != list_indexes():
        pytest.skip("this server has no pg_trgm")
    upgrade()
    whole = present()
    for name in SEARCHED:
        migrated.exec_driver_sql(f"DROP INDEX {name}")
    migrated.exec_driver_sql("DROP EXTENSION pg_trgm")

    for statement in statements:
        migrated.exec_driver_sql(statement)

    assert built() == dict.fromkeys(list_indexes(), True)
    assert present() == whole
