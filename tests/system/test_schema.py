"""Finding out how a database differs from what the back office needs."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.engine import URL

from marketplace.extensions import db
from marketplace.system.schema import compare
from tests.seed import app_on, seed_database
from tests.servers import postgresql_database, sqlite_database


@pytest.fixture(scope="module")
def migrated(postgresql: URL) -> Iterator[sa.Engine]:
    """A migrated PostgreSQL database, on which each test rolls back what it did."""
    with postgresql_database(postgresql) as url, app_on(url):
        upgrade()
        yield db.engine


@pytest.fixture
def embedded() -> Iterator[sa.Engine]:
    """A migrated SQLite database."""
    with sqlite_database() as url, app_on(url):
        upgrade()
        yield db.engine


def sentences_after(engine: sa.Engine, statement: str) -> list[str]:
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
        sentences = [str(difference) for difference in compare(connection)]
        connection.rollback()
    return sentences


def check(app: Flask) -> tuple[int, list[str]]:
    result = app.test_cli_runner().invoke(args=["schema", "check"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.splitlines()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("ALTER TABLE services DROP COLUMN description", "services: column description is missing."),
        ("ALTER TABLE users ADD COLUMN nickname text", "users: column nickname is not part of the schema."),
        (
            "ALTER TABLE users ALTER email TYPE varchar(100)",
            "users: column email has type VARCHAR(100) instead of VARCHAR(255).",
        ),
        ("ALTER TABLE services ALTER images TYPE jsonb", "services: column images has type JSONB instead of JSON."),
        (
            "ALTER TABLE bookings ALTER scheduled_at TYPE timestamp",
            "bookings: column scheduled_at has type TIMESTAMP WITHOUT TIME ZONE instead of TIMESTAMP WITH TIME ZONE.",
        ),
        (
            "ALTER TABLE bookings ALTER total_amount TYPE numeric(12, 2)",
            "bookings: column total_amount has type NUMERIC(12, 2) instead of NUMERIC(10, 2).",
        ),
        ("ALTER TABLE services ALTER currency SET NOT NULL", "services: column currency may not be NULL."),
        ("ALTER TABLE services ALTER title DROP NOT NULL", "services: column title may be NULL."),
        (
            "ALTER TABLE services ALTER currency SET DEFAULT 'usd'",
            "services: column currency has the default 'usd'::character varying instead of 'USD'.",
        ),
        (
            "ALTER TABLE services ALTER is_active DROP DEFAULT",
            "services: column is_active has the default nothing instead of true.",
        ),
        (
            "ALTER TABLE users ALTER email SET DEFAULT ''",
            "users: column email has the default ''::character varying instead of nothing.",
        ),
        (
            "ALTER TABLE password_reset_tokens DROP CONSTRAINT password_reset_tokens_pkey",
            "password_reset_tokens: primary key password_reset_tokens_pkey is missing.",
        ),
        (
            "ALTER TABLE users DROP CONSTRAINT users_email_key",
            "users: unique constraint users_email_key is missing.",
        ),
        (
            "ALTER TABLE services ADD UNIQUE (title)",
            "services: unique constraint services_title_key is not part of the schema.",
        ),
        ("ALTER TABLE users DROP CONSTRAINT users_role_check", "users: check users_role_check is missing."),
        (
            (
                "ALTER TABLE bookings DROP CONSTRAINT bookings_duration_check,"
                " ADD CONSTRAINT bookings_duration_check CHECK (duration >= 0)"
            ),
            "bookings: check bookings_duration_check is `duration >= 0` instead of `duration > 0`.",
        ),
        (
            "ALTER TABLE users ADD CHECK (email <> '')",
            "users: check users_email_check is not part of the schema.",
        ),
        (
            "ALTER TABLE services DROP CONSTRAINT services_provider_id_fkey",
            "services: foreign key services_provider_id_fkey is missing.",
        ),
        (
            (
                "ALTER TABLE services DROP CONSTRAINT services_provider_id_fkey,"
                " ADD CONSTRAINT services_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES users ON DELETE CASCADE"
            ),
            (
                "services: foreign key services_provider_id_fkey is `(provider_id) REFERENCES users (id) "
                "ON DELETE CASCADE` instead of `(provider_id) REFERENCES users (id) ON DELETE RESTRICT`."
            ),
        ),
        (
            (
                "ALTER TABLE services DROP CONSTRAINT services_provider_id_fkey,"
                " ADD CONSTRAINT services_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES users"
                " ON DELETE RESTRICT NOT VALID"
            ),
            "services: foreign key services_provider_id_fkey is not validated: rows from before it may break it.",
        ),
        ("DROP INDEX idx_services_category", "services: index idx_services_category is missing."),
        (
            "DROP INDEX idx_users_email; CREATE INDEX idx_users_email ON users (email) WHERE role = 'customer'",
            (
                "users: index idx_users_email is `CREATE INDEX idx_users_email ON public.users USING btree (email) "
                "WHERE ((role)::text = 'customer'::text)` instead of `CREATE INDEX idx_users_email ON users (email)`."
            ),
        ),
        ("CREATE INDEX idx_guess ON services (title)", "services: index idx_guess is not part of the schema."),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_users_email'::regclass",
            (
                "users: index idx_users_email is invalid, left by an interrupted CREATE INDEX CONCURRENTLY: "
                "drop it and build it again."
            ),
        ),
        ("DROP TABLE staff_sessions", "The table staff_sessions is missing."),
        (
            "ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only",
            "audit_events: trigger audit_events_append_only is missing.",
        ),
        (
            "DROP TRIGGER audit_events_no_truncate ON audit_events",
            "audit_events: trigger audit_events_no_truncate is missing.",
        ),
    ],
)
def test_a_difference_on_postgresql_is_named_and_nothing_else(migrated: sa.Engine, statement: str, sentence: str):
    assert sentences_after(migrated, statement) == [sentence]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("ALTER TABLE services DROP COLUMN description", "services: column description is missing."),
        ("ALTER TABLE users ADD COLUMN nickname TEXT", "users: column nickname is not part of the schema."),
        ("DROP INDEX idx_services_category", "services: index idx_services_category is missing."),
        ("CREATE INDEX idx_guess ON services (title)", "services: index idx_guess is not part of the schema."),
        ("DROP TABLE staff_sessions", "The table staff_sessions is missing."),
        ("DROP TRIGGER audit_events_no_update", "audit_events: trigger audit_events_no_update is missing."),
    ],
)
def test_a_difference_on_sqlite_is_named_and_nothing_else(embedded: sa.Engine, statement: str, sentence: str):
    assert sentences_after(embedded, statement) == [sentence]


def test_a_sqlite_table_that_was_made_otherwise_is_described(embedded: sa.Engine):
    with embedded.connect() as connection:
        connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
        connection.exec_driver_sql("DROP TABLE staff_sessions")
        connection.exec_driver_sql("""
            CREATE TABLE staff_sessions (
                id CHAR(32) NOT NULL PRIMARY KEY, member_id CHAR(32) NOT NULL REFERENCES staff_members,
                key_digest VARCHAR(64) NOT NULL, created_at DATETIME NOT NULL, last_used_at TEXT,
                ended_at DATETIME, address VARCHAR(64) NOT NULL, user_agent VARCHAR(255) NOT NULL DEFAULT ''
            )
        """)
        sentences = {str(found) for found in compare(connection) if found.table == "staff_sessions"}
        connection.rollback()

    assert {
        "staff_sessions: column last_used_at has type TEXT instead of DATETIME.",
        "staff_sessions: column last_used_at may be NULL.",
        "staff_sessions: column user_agent has the default '' instead of nothing.",
        "staff_sessions: primary key (unnamed) is not part of the schema.",
        "staff_sessions: foreign key staff_sessions_member_id_fkey is missing.",
        "staff_sessions: unique constraint staff_sessions_key_digest_key is missing.",
        "staff_sessions: index ix_staff_sessions_member_id is missing.",
    } <= sentences


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE api_sessions (id integer)",
        "CREATE INDEX ix_services_title_trigrams ON services (title)",
        "ALTER TABLE services ALTER created_at SET DEFAULT CURRENT_TIMESTAMP",
    ],
)
def test_what_does_no_harm_is_no_difference(migrated: sa.Engine, statement: str):
    assert sentences_after(migrated, statement) == []


def test_a_migrated_database_has_no_differences(migrated: sa.Engine, embedded: sa.Engine):
    for engine in (migrated, embedded):
        with engine.connect() as connection:
            assert compare(connection) == []


def test_the_check_says_that_a_migrated_database_is_as_it_should_be(postgresql: URL):
    for database in (postgresql_database(postgresql), sqlite_database()):
        with database as url, app_on(url) as app:
            upgrade()

            code, lines = check(app)

            assert code == 0
            assert lines[-1] == "The database is as the back office needs it."


def test_the_check_sends_an_empty_database_to_the_migrations(postgresql: URL):
    for database in (postgresql_database(postgresql), sqlite_database()):
        with database as url, app_on(url) as app:
            code, lines = check(app)

            assert code == 1
            assert {"The table users is missing.", "The table audit_events is missing."} <= set(lines)
            assert lines[-1] == "To make the tables, run `flask --app app db upgrade`."


def test_the_check_sends_the_database_of_the_marketplace_api_to_the_adoption(postgresql: URL):
    with seed_database(postgresql) as url, app_on(url) as app:
        code, lines = check(app)

        assert code == 1
        shared = [line for line in lines if line.startswith(("users", "services", "bookings", "password_reset"))]
        assert [line for line in shared if ": index ix_" not in line] == [
            "services: foreign key services_provider_id_fkey is missing.",
            "bookings: foreign key bookings_customer_id_fkey is missing.",
            "bookings: foreign key bookings_provider_id_fkey is missing.",
            "bookings: foreign key bookings_service_id_fkey is missing.",
        ]
        assert lines[-2:] == [
            "No migration of the back office has been run here.",
            "To take this database over, run `flask --app app schema adopt`.",
        ]


def test_the_check_names_a_migration_that_has_not_been_run_yet(postgresql: URL):
    for database in (postgresql_database(postgresql), sqlite_database()):
        with database as url, app_on(url) as app:
            upgrade()
            downgrade(revision="0001")

            code, lines = check(app)

            assert code == 1
            assert "The table staff_members is missing." in lines
            assert any(line.startswith("The migrations are at 0001, the newest is ") for line in lines)


def test_the_check_knows_the_mark_of_another_program(postgresql: URL):
    with postgresql_database(postgresql) as url, app_on(url) as app:
        upgrade()
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE back_office_migrations SET version_num = 'ae10f2'"))

        code, lines = check(app)

        assert code == 1
        assert any(
            "back_office_migrations says ae10f2, which is no migration of this back office" in line for line in lines
        )


def test_the_check_runs_where_nothing_can_be_written(postgresql: URL):
    with seed_database(postgresql) as url, app_on(f"{url}&options=-c%20default_transaction_read_only%3Don") as app:
        with pytest.raises(sa.exc.InternalError, match="read-only"), db.engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE attempt (id integer)"))

        code, lines = check(app)

        assert (code, lines[-1]) == (1, "To take this database over, run `flask --app app schema adopt`.")
