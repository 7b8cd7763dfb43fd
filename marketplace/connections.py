"""How connections are prepared: what they wait for and how long, and what their failures mean."""

import datetime as dt
import sqlite3
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import DataError, errors
from psycopg.adapt import Loader
from sqlalchemy import event
from sqlalchemy.engine import Engine

from marketplace.database import EARLIEST, LATEST
from marketplace.sql import teach


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # SQLAlchemy's "begin" below says BEGIN, not the driver.
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=5000", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        teach(connection)


_TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid


class _BoundedMoment(Loader):
    """Moments that Python has no date for, `infinity` among them, as the first or last it has."""

    def __init__(self, oid: int, context: Any = None) -> None:
        super().__init__(oid, context)
        usual = psycopg.adapters.get_loader(_TIMESTAMPTZ, psycopg.pq.Format.TEXT)
        if usual is None:
            raise RuntimeError("psycopg cannot read moments")
        self._load = usual(oid, context).load

    def load(self, data: Any) -> dt.datetime:
        try:
            moment: dt.datetime = self._load(data)
        except DataError:
            early = bytes(data).startswith(b"-") or bytes(data).endswith(b"BC")
            return EARLIEST if early else LATEST
        return moment


STATEMENT_SECONDS = 5
"""What a statement may take: a page that takes longer is given up, and says how to ask for less."""

LOCK_SECONDS = 4
"""How long a statement may wait for a row that somebody else is changing."""

IDLE_SECONDS = 60
"""How long a transaction may do nothing: it keeps rows from others, and dead rows from being cleared away."""

LIMITS = {
    "statement_timeout": STATEMENT_SECONDS,
    "lock_timeout": LOCK_SECONDS,
    "idle_in_transaction_session_timeout": IDLE_SECONDS,
}


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection: Any, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        connection.adapters.register_loader("timestamptz", _BoundedMoment)
        # A plan made for any value is a bad one for many: most bookings are completed, few are pending.
        connection.prepare_threshold = None
        try:
            connection.autocommit = True
            # No page is so long in the making that compiling its statement could pay.
            settings = ["SET jit = off", *(f"SET {name} = '{seconds}s'" for name, seconds in LIMITS.items())]
            connection.execute("; ".join(settings))
            connection.autocommit = False
        except psycopg.Error:
            connection.close()
            raise


def was_too_slow(failure: sa.exc.DBAPIError) -> bool:
    """Whether a statement was given up because it took longer than STATEMENT_SECONDS."""
    return isinstance(failure.orig, errors.QueryCanceled)


def was_in_the_way(failure: sa.exc.DBAPIError) -> bool:
    """Whether a statement was given up because others were changing the same rows."""
    taken = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
    return isinstance(failure.orig, taken) or "database is locked" in str(failure.orig)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")
