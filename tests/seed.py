"""The marketplace API's database as it comes: made straight from the documented statements, with imperfect rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL

from marketplace import create_app
from marketplace.extensions import db
from tests.conftest import make_settings
from tests.servers import postgresql_database

STATEMENTS = Path(__file__).with_name("data").joinpath("seed_schema.sql").read_text(encoding="utf-8")
"""The statements of the database documentation, to the letter."""

TABLES = ("users", "services", "bookings", "password_reset_tokens")

# A share of the rows is what other programs may have left: JSON of the wrong shape, no currency, no parent.
_ROWS = (
    """
    INSERT INTO users SELECT md5('user' || n)::uuid, 'user' || n || '@example.com', '$2b$12$' || md5('hash' || n),
        CASE WHEN n % 10 = 0 THEN 'provider' ELSE 'customer' END,
        (CASE n % 100
            WHEN 1 THEN '"neither an object"'
            WHEN 2 THEN '{"firstName": 7, "unknown": [null, {}], "firstName": "twice"}'
            WHEN 3 THEN 'null'
            ELSE '{"firstName":  "Ada", "lastName": "No. ' || n || '"}'
        END)::json,
        timestamptz '2025-01-01 00:00:00.123456+00' + n * interval '1 minute', CASE WHEN n % 7 <> 0 THEN now() END
    FROM generate_series(1, {rows}) AS n
    """,
    """
    INSERT INTO services SELECT md5('service' || n)::uuid,
        md5(CASE WHEN n % 1000 = 7 THEN 'ghost' ELSE 'user' END || n)::uuid,
        'Service ' || n, E'Line one\\nline two \\u00e9', 'cleaning', 0.01 * n, CASE WHEN n % 50 <> 0 THEN 'EUR' END, 60,
        (CASE n % 100 WHEN 1 THEN '[]' WHEN 2 THEN '{"Monday": "always"}' ELSE '{"monday": []}' END)::json,
        (CASE n % 100 WHEN 1 THEN '{"a": 1}' WHEN 2 THEN NULL ELSE '["javascript:alert(1)"]' END)::json,
        CASE n % 3 WHEN 0 THEN TRUE WHEN 1 THEN FALSE END, CASE WHEN n % 7 <> 0 THEN now() END
    FROM generate_series(1, {rows}) AS n
    """,
    """
    INSERT INTO bookings SELECT md5('booking' || n)::uuid, md5('user' || n)::uuid,
        md5(CASE WHEN n % 2000 = 3 THEN 'ghost' ELSE 'service' END || n)::uuid,
        md5(CASE WHEN n % 400 = 11 THEN 'ghost' ELSE 'user' END || n)::uuid,
        (ARRAY['pending', 'confirmed', 'completed', 'cancelled'])[n % 4 + 1],
        timestamptz '2026-01-01 00:00:00+00' + n * interval '1 hour', n, n, CASE WHEN n % 5 = 0 THEN '=1+1' END, now()
    FROM generate_series(1, {rows}) AS n
    """,
    """
    INSERT INTO password_reset_tokens SELECT md5('token' || n)::uuid, 'user' || n || '@example.com', md5('secret' || n),
        now(), CASE n % 3 WHEN 0 THEN TRUE WHEN 1 THEN FALSE END, now()
    FROM generate_series(1, {rows}) AS n
    """,
)


@contextmanager
def seed_database(server: URL, rows: int = 0) -> Iterator[str]:
    """Yield the URL of a new database as the marketplace API makes it, with `rows` rows in each table."""
    with postgresql_database(server) as url:
        run(url, STATEMENTS, *(statement.replace("{rows}", str(rows)) for statement in _ROWS if rows))
        yield url


@contextmanager
def app_on(url: str) -> Iterator[Flask]:
    """Yield an app on the database at `url`, within an app context."""
    app = create_app(make_settings(url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def run(url: str, *statements: str) -> None:
    """Execute `statements` in one transaction."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            # Without parameters a percent sign is just one.
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def contents(url: str) -> dict[str, tuple[int, str]]:
    """Return the number of rows and a checksum of each table; a row that was merely rewritten counts as changed."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    row = "xmin::text || ctid::text || t::text"
    with engine.connect() as connection:
        return {
            table: tuple(
                connection.execute(
                    sa.text(
                        f"SELECT count(*), md5(string_agg({row}, '|' ORDER BY id)) FROM {table} AS t",
                    )
                ).one()
            )
            for table in TABLES
        }
