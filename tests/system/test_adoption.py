"""Taking over the marketplace API's database."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from alembic.config import Config
from click.testing import Result
from flask import Flask
from flask_migrate import check, upgrade
from sqlalchemy.engine import URL

from marketplace.extensions import db
from marketplace.system.adoption import ADOPTION_LOCK, adopt
from marketplace.system.schema import compare
from tests.seed import app_on, contents, run, seed_database
from tests.servers import postgresql_database, sqlite_database

FOREIGN_KEYS = {
    "bookings_customer_id_fkey",
    "bookings_provider_id_fkey",
    "bookings_service_id_fkey",
    "services_provider_id_fkey",
}
NO_ORPHANS = (
    """
    DELETE FROM bookings WHERE provider_id NOT IN (SELECT id FROM users)
    OR service_id NOT IN (SELECT id FROM services WHERE provider_id IN (SELECT id FROM users))
    """,
    "DELETE FROM services WHERE provider_id NOT IN (SELECT id FROM users)",
)


@pytest.fixture
def url(postgresql: URL) -> Iterator[str]:
    """A database of the marketplace API with a few rows, none of them without its parent."""
    with seed_database(postgresql, rows=20) as url:
        run(url, *NO_ORPHANS)
        yield url


@pytest.fixture
def app(url: str) -> Iterator[Flask]:
    with app_on(url) as app:
        yield app


def invoke(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=["schema", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def config(app: Flask) -> Config:
    return app.extensions["migrate"].migrate.get_config()


def foreign_keys(url: str) -> dict[str, bool]:
    """Return the foreign keys of the marketplace tables and whether each is validated."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text(
                "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'r'"
                " AND conrelid IN ('services'::regclass, 'bookings'::regclass)",
            )
        )
        return {row.conname: row.convalidated for row in found}


def tables(url: str) -> set[str]:
    return set(sa.inspect(sa.create_engine(url, poolclass=sa.NullPool)).get_table_names())


def everything(url: str) -> list[tuple[object, ...]]:
    """Return what the catalog holds, down to the transaction that wrote each entry."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [
            tuple(row)
            for query in (
                "SELECT oid, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid",
                "SELECT oid, xmin::text FROM pg_constraint ORDER BY oid",
            )
            for row in connection.execute(sa.text(query))
        ]


def test_ten_thousand_imperfect_rows_in_each_table_are_taken_over_without_touching_one(postgresql: URL):
    with seed_database(postgresql, rows=10_000) as url, app_on(url) as app:
        before = contents(url)
        assert {count for count, _ in before.values()} == {10_000}

        result = invoke(app, "adopt")

        assert result.exit_code == 0, result.output
        assert contents(url) == before
        assert foreign_keys(url) == {
            "bookings_customer_id_fkey": True,
            "bookings_provider_id_fkey": False,
            "bookings_service_id_fkey": False,
            "services_provider_id_fkey": False,
        }
        assert "bookings_provider_id_fkey stays unvalidated: 25 rows of bookings with a provider_id" in result.output
        assert "bookings_service_id_fkey stays unvalidated: 5 rows of bookings with a service_id" in result.output
        assert "services_provider_id_fkey stays unvalidated: 10 rows of services with a provider_id" in result.output
        check()
        with db.engine.connect() as connection:
            assert {(found.name, found.kind) for found in compare(connection)} == {
                (name, "unvalidated") for name, valid in foreign_keys(url).items() if not valid
            }


def test_a_database_without_orphans_is_as_the_back_office_needs_it_afterwards(app: Flask, url: str):
    result = invoke(app, "adopt")

    assert result.exit_code == 0
    assert foreign_keys(url) == dict.fromkeys(FOREIGN_KEYS, True)
    assert result.output.endswith("The database is taken over.\n")
    assert invoke(app, "check").exit_code == 0
    check()


def test_adopting_twice_changes_nothing_the_second_time(postgresql: URL):
    with seed_database(postgresql, rows=20) as url, app_on(url) as app:
        invoke(app, "adopt")
        before = contents(url), everything(url)

        result = invoke(app, "adopt")

        assert result.exit_code == 0
        assert "It was taken over before: nothing was changed." in result.output
        assert "services_provider_id_fkey stays unvalidated: 1 row of services" in result.output
        assert (contents(url), everything(url)) == before


def test_a_database_that_our_migrations_made_is_left_as_it_is(postgresql: URL):
    with postgresql_database(postgresql) as url, app_on(url) as app:
        upgrade()
        before = everything(url)

        result = invoke(app, "adopt")

        assert (result.exit_code, result.output) == (0, "It was taken over before: nothing was changed.\n")
        assert everything(url) == before


def test_what_an_adoption_cannot_mend_is_named_and_no_success_is_claimed(app: Flask, url: str):
    invoke(app, "adopt")
    run(url, "DROP TRIGGER audit_events_append_only ON audit_events")

    result = invoke(app, "adopt")

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "audit_events: trigger audit_events_append_only is missing.",
        "Error: Every step is done, but the database differs from what the back office needs.",
    ]


def test_a_row_without_its_provider_is_listed(app: Flask, url: str):
    run(url, "UPDATE services SET provider_id = md5('nobody')::uuid WHERE title = 'Service 1'")

    output = invoke(app, "adopt").output

    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        [orphan] = connection.scalars(sa.text("SELECT id FROM services WHERE title = 'Service 1'"))
        query = output.split("To see all: ")[1].split("\n")[0]
        assert [row[0] for row in connection.execute(sa.text(query))] == [orphan]
    assert f"  {orphan}\n  To see all" in output
    assert "run `flask --app app schema adopt` again, which validates" in output


def test_of_many_rows_without_a_parent_the_first_twenty_are_listed(app: Flask, url: str):
    run(
        url,
        "INSERT INTO services SELECT md5('lost' || n)::uuid, md5('nobody')::uuid, 'T', 'D', 'c', 1, 'EUR', 1, '{}'"
        " FROM generate_series(1, 33) AS n",
    )

    output = invoke(app, "adopt").output

    listed = output.split("stays unvalidated: 33 rows")[1].split("and 13 more.")[0].splitlines()[1:-1]
    assert len(listed) == 20
    assert listed == sorted(listed)


def test_once_the_orphans_are_gone_adopting_again_validates(postgresql: URL):
    with seed_database(postgresql, rows=20) as url, app_on(url) as app:
        invoke(app, "adopt")
        assert False in foreign_keys(url).values()
        assert invoke(app, "check").exit_code == 1
        run(url, *NO_ORPHANS)

        result = invoke(app, "adopt")

        assert "Validated the foreign key services_provider_id_fkey." in result.output
        assert foreign_keys(url) == dict.fromkeys(FOREIGN_KEYS, True)
        assert invoke(app, "check").exit_code == 0


def test_an_orphan_can_still_be_corrected_but_no_new_one_comes_in(postgresql: URL):
    with seed_database(postgresql, rows=20) as url, app_on(url) as app:
        invoke(app, "adopt")
        run(url, "UPDATE services SET currency = 'EUR' WHERE title = 'Service 7'")

        with pytest.raises(sa.exc.IntegrityError, match="services_provider_id_fkey"):
            run(url, "UPDATE services SET provider_id = md5('nobody')::uuid WHERE title = 'Service 8'")


@pytest.mark.parametrize("survived", range(1, 11))
def test_an_adoption_that_was_killed_is_finished_by_the_next_one(app: Flask, url: str, survived: int):
    steps: list[str] = []

    def die(step: str) -> None:
        steps.append(step)
        if len(steps) == survived:
            raise KeyboardInterrupt

    before = contents(url)
    with pytest.raises(KeyboardInterrupt):
        adopt(db.engine, config(app), report=die)

    result = invoke(app, "adopt")

    assert result.exit_code == 0
    assert not set(steps) & set(result.output.splitlines()), "a step was done twice"
    assert invoke(app, "check").exit_code == 0
    assert contents(url) == before


def test_a_migration_that_fails_leaves_an_adoption_that_can_be_finished(app: Flask, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("marketplace.system.adoption.command.upgrade", fail)
    with pytest.raises(KeyboardInterrupt):
        adopt(db.engine, config(app))
    monkeypatch.undo()

    result = invoke(app, "adopt")

    assert result.output.splitlines()[0].startswith("Ran the migrations up to ")
    assert invoke(app, "check").exit_code == 0


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("ALTER TABLE users DROP COLUMN updated_at", "users: column updated_at is missing."),
        (
            "ALTER TABLE services ALTER currency TYPE text",
            "services: column currency has type TEXT instead of VARCHAR(3).",
        ),
        ("ALTER TABLE users ADD COLUMN nickname text", "users: column nickname is not part of the schema."),
        ("DROP TABLE password_reset_tokens", "The table password_reset_tokens is missing."),
        ("DROP INDEX idx_users_email", "users: index idx_users_email is missing."),
        (
            "ALTER TABLE services ADD CONSTRAINT services_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES users",
            (
                "services: foreign key services_provider_id_fkey is `(provider_id) REFERENCES users (id) "
                "ON DELETE NO ACTION` instead of `(provider_id) REFERENCES users (id) ON DELETE RESTRICT`."
            ),
        ),
    ],
)
def test_a_database_that_is_not_as_documented_is_refused_untouched(app: Flask, url: str, statement: str, sentence: str):
    run(url, statement)
    before = everything(url)

    result = invoke(app, "adopt")

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        sentence,
        "Error: The marketplace tables are not as documented. Nothing was changed.",
    ]
    assert everything(url) == before


def test_a_table_whose_name_the_back_office_needs_is_in_the_way(app: Flask, url: str):
    run(url, "CREATE TABLE audit_events (id integer)")

    result = invoke(app, "adopt")

    assert result.exit_code == 1
    assert "needs the names of tables that are here already: audit_events. Nothing was changed." in result.output
    assert foreign_keys(url) == {}


def test_tables_of_other_programs_do_not_matter(app: Flask, url: str):
    run(url, "CREATE TABLE api_sessions (id integer)")

    assert invoke(app, "adopt").exit_code == 0
    assert invoke(app, "check").exit_code == 0


def test_a_database_that_another_program_migrates_is_refused(app: Flask, url: str):
    run(
        url,
        "CREATE TABLE back_office_migrations (version_num varchar(32))",
        "INSERT INTO back_office_migrations VALUES ('ae10f2')",
    )

    result = invoke(app, "adopt")

    assert result.exit_code == 1
    assert "The table back_office_migrations says ae10f2, which is no migration of this back office" in result.output
    assert foreign_keys(url) == {}


def test_an_empty_database_is_sent_to_the_migrations(postgresql: URL):
    with postgresql_database(postgresql) as url, app_on(url) as app:
        result = invoke(app, "adopt")

        assert result.exit_code == 1
        assert "run `flask --app app db upgrade`" in result.output
        assert tables(url) == set()


def test_a_sqlite_database_is_refused_in_one_sentence():
    with sqlite_database() as url, app_on(url) as app:
        result = invoke(app, "adopt")

        assert result.exit_code == 1
        assert result.output.startswith("Error: Only a PostgreSQL database can be adopted")


def test_who_does_not_own_the_tables_is_told_who_does(url: str):
    run(url, "CREATE ROLE clerk", "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    try:
        with app_on(f"{url}&options=-c%20role%3Dclerk") as app:
            result = invoke(app, "adopt")
        assert result.exit_code == 1
        assert "and clerk may not alter it: connect as " in result.output
        assert foreign_keys(url) == {}
    finally:
        run(url, "DROP OWNED BY clerk", "DROP ROLE clerk")


def test_a_table_in_use_stops_the_adoption_with_a_sentence_and_the_next_one_goes_on(app: Flask, url: str):
    with db.engine.connect() as api:
        api.execute(sa.text("LOCK TABLE bookings IN ROW EXCLUSIVE MODE"))

        result = invoke(app, "adopt", "--lock-timeout", "0.1")

        assert result.exit_code == 1
        assert "Gave up waiting for bookings or users, which other programs are using." in result.output
        assert foreign_keys(url) == {"services_provider_id_fkey": False}
        assert "back_office_migrations" not in tables(url)

    assert invoke(app, "adopt").exit_code == 0
    assert foreign_keys(url) == dict.fromkeys(FOREIGN_KEYS, True)


def test_two_adoptions_do_not_run_at_the_same_time(app: Flask, url: str):
    with db.engine.connect() as other:
        other.execute(sa.select(sa.func.pg_advisory_xact_lock(ADOPTION_LOCK)))

        result = invoke(app, "adopt")

        assert result.exit_code == 1
        assert "Another `schema adopt` is running on this database. Nothing was changed." in result.output
        assert foreign_keys(url) == {}
    assert invoke(app, "adopt").exit_code == 0


def test_a_statement_timeout_of_the_app_does_not_cut_the_adoption_short(app: Flask):
    @sa.event.listens_for(db.engine, "connect")
    def limit(connection: psycopg.Connection, _record: object) -> None:
        connection.execute("SET statement_timeout = '30s'")
        connection.commit()

    seen: set[str] = set()

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, cursor: psycopg.Cursor, statement: str, *_: object) -> None:
        if "VALID" in statement or "count" in statement:
            seen.add(cursor.connection.execute("SHOW statement_timeout").fetchone()[0])

    adopt(db.engine, config(app))

    assert seen == {"0"}
