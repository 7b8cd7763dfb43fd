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

from marketplace.database import EARLIEST, LATEST, read_json
from marketplace.sql import teach
from marketplace.waiting import WaitingRoom, place_to_wait


def engine_options(url: str, *, threads: int) -> dict[str, Any]:
    """Return how the engine of the app is made.

    :param threads: that answer requests at once: each finds a connection, and some of them no place to wait for locks.
    """
    options: dict[str, Any] = {
        "json_deserializer": read_json,
        "hide_parameters": True,
        "pool_pre_ping": True,
        "execution_options": {"waiting_room": WaitingRoom(threads=threads)},
    }
    if sa.make_url(url).database in (None, "", ":memory:"):
        return options  # SQLite's own memory is one connection for all, which no pool can number.
    return options | {"pool_size": threads, "pool_timeout": POOL_SECONDS}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # SQLAlchemy's "begin" below says BEGIN, not the driver.
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", f"busy_timeout={BUSY}", "synchronous=NORMAL"):
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

LOCK_SECONDS = 2
"""How long a statement may wait for a lock. Behind others who wait for the same row it waits twice, first for its turn
and then for the row: together less than STATEMENT_SECONDS, which would tell another story."""

BUSY = 2 * LOCK_SECONDS * 1000
"""Milliseconds: as long SQLite waits for its one lock of all that is written."""

POOL_SECONDS = 2
"""How long a request may wait for a connection where, against all reckoning, none is free."""

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
            # No page is so long in the making that compiling its statement could pay. Verbs decide on what they read
            # under their locks, and entries join the chain behind the newest: an older snapshot would show neither.
            always = ("SET jit = off", "SET default_transaction_isolation = 'read committed'")
            settings = [*always, *(f"SET {name} = '{seconds}s'" for name, seconds in LIMITS.items())]
            connection.execute("; ".join(settings))
            connection.autocommit = False
        except psycopg.Error:
            connection.close()
            raise


def was_too_slow(failure: sa.exc.DBAPIError) -> bool:
    """Whether a statement was given up because it took longer than STATEMENT_SECONDS."""
    return isinstance(failure.orig, errors.QueryCanceled)


def was_lost_to_others(failure: sa.exc.DBAPIError) -> bool:
    """Whether a transaction was given up for the sake of another one, so that it can be done again from its beginning.

    A row that somebody else made first is among these: whoever looks again finds it. A wait that was too long is not:
    it would only be as long once more.
    """
    return isinstance(failure.orig, (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation))


def was_in_the_way(failure: sa.exc.DBAPIError) -> bool:
    """Whether a statement was given up because others were changing the same rows."""
    taken = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
    return isinstance(failure.orig, taken) or "database is locked" in str(failure.orig)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        if connection.get_execution_options().get("writes"):
            _begin_to_write(connection)
        else:
            connection.exec_driver_sql("BEGIN DEFERRED")


def _begin_to_write(connection: sa.Connection) -> None:
    """Take SQLite's lock of all that is written, waiting for it where there is a place to wait in."""
    with place_to_wait(connection) as may_wait:
        if may_wait and connection.get_execution_options().get("waits", True):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY}")
