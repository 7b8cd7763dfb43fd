"""The databases: the product's own schema filled with rows, and a copy of it with ideal indexes for the limit."""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg

from benchmarks.postgresql import ROOT, Server

HERE = Path(__file__).resolve().parent
CHECKOUT = Path(os.environ.get("PRODUCT") or ROOT).resolve()
"""Where the product is taken from: this checkout, or another one to compare with; its packages are this one's."""
PRODUCT = "bench"
LIMIT = "bench_limit"
DJANGO = "bench_django"
SECRET_KEY = "7b1f0c5a9e3d48628c4e6f1a2b3c4d5e"  # noqa: S105 - of servers that live as long as a run
STAFF_EMAIL = "administrator@example.com"
STAFF_PASSWORD = "harbour-quartz-lantern-92"  # noqa: S105 - as above

LONGEST_STATEMENT = "10s"
"""What takes longer is no page that anybody waits for: it is stopped, and the answer counts as wrong."""

TABLES = ["users", "services", "bookings", "password_reset_tokens"]

SECONDARY_INDEXES = """
    SELECT quote_ident(relation.relname) AS name, pg_get_indexdef(relation.oid) AS definition
    FROM pg_index AS entry JOIN pg_class AS relation ON relation.oid = entry.indexrelid
    WHERE entry.indrelid::regclass::text = ANY(%s) AND NOT entry.indisunique
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
"""


def build(server: Server, bookings: int) -> float:
    """Make the databases anew with so many bookings; return the seconds it took."""
    started = time.perf_counter()
    for name in (PRODUCT, LIMIT, DJANGO):
        server.drop_database(name)
    server.create_database(PRODUCT)
    server.create_database(DJANGO)
    flask(server, "db", "upgrade")
    with server.connect(PRODUCT) as connection:
        _fill(connection, bookings)
    flask(server, "staff", "create", STAFF_EMAIL, "--role", "administrator", "--password-stdin", answer=STAFF_PASSWORD)
    server.create_database(LIMIT, template=PRODUCT)
    with server.connect(LIMIT) as connection:
        if server.has_trigrams:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for statement in _statements("limit/indexes.sql"):
            if server.has_trigrams or "gin_trgm_ops" not in statement:
                connection.execute(statement)
    for name in (PRODUCT, LIMIT):
        with server.connect(name) as connection:
            connection.execute("VACUUM (ANALYZE, FREEZE)")
            connection.execute("CHECKPOINT")
            _run(connection, f"ALTER DATABASE {name} SET statement_timeout = '{LONGEST_STATEMENT}'")
    return time.perf_counter() - started


def product_environment(server: Server) -> dict[str, str]:
    """Return the environment in which the product runs, with everything on."""
    return {
        **_clean_environment(),
        "DATABASE_URL": server.url(PRODUCT),
        "SECRET_KEY": SECRET_KEY,
        "RATELIMIT_STORAGE_URI": "memory://",
        "REQUIRE_SECOND_FACTOR": "none",
        "LOG_LEVEL": "INFO",
    }


def flask(server: Server, *words: str, answer: str = "") -> str:
    """Run a command of the product in its own environment."""
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "flask", "--app", "app", *words],
        cwd=CHECKOUT,
        env=product_environment(server),
        input=answer + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"flask {' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _clean_environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _fill(connection: psycopg.Connection[Any], bookings: int) -> None:
    """Insert the rows with indexes and foreign keys put aside, and put those back."""
    indexes = connection.execute(SECONDARY_INDEXES, [TABLES]).fetchall()
    keys = connection.execute(FOREIGN_KEYS, [TABLES]).fetchall()
    for table, name, _definition in keys:
        _run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        _run(connection, f"DROP INDEX {name}")
    with psycopg.ClientCursor(connection) as cursor:  # Several statements at once.
        text = (HERE / "data.sql").read_text(encoding="utf-8").replace(":bookings", str(bookings))
        cursor.execute(cast("LiteralString", text))
    for _name, definition in indexes:
        _run(connection, definition)
    for table, name, definition in keys:
        _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(cast("LiteralString", statement))


def _statements(path: str) -> list[LiteralString]:
    text = (HERE / path).read_text(encoding="utf-8")
    return [cast("LiteralString", part) for part in text.split(";") if part.strip()]


def facts(server: Server) -> Mapping[str, Any]:
    """Return how large the databases became."""
    with server.connect(PRODUCT) as connection:
        size = "SELECT pg_size_pretty(pg_database_size(current_database()))"
        broad = """
            SELECT round(100.0 * count(*) FILTER (WHERE email ILIKE '%ann%' OR
                (profile->>'firstName') || ' ' || (profile->>'lastName') ILIKE '%ann%') / count(*), 1) FROM users
        """
        return {
            "database": connection.execute(size).fetchone()[0],
            "broad": float(connection.execute(broad).fetchone()[0]),
        }
