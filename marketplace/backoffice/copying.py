"""Rows of any number out of PostgreSQL: its own COPY writes the lines of the file, and they are passed on in chunks."""

import contextlib
import os
import select as sockets
import socket
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import errors, pq
from sqlalchemy.engine import Engine

from marketplace.backoffice.formulas import shown_column
from marketplace.backoffice.ordering import Order

CHUNK = 64 * 1024
"""Bytes."""

LONGEST = 15 * 60
"""Seconds an export may take, its reader's slowness included: for so long it keeps a snapshot of the database."""

FETCHED = 5000
"""Rows read at a time by who does not want them as text."""

SORTED = 10_000
"""Rows that may be sorted before the first is given out; more come by an index, or else as they are found."""

DEAREST_WALK = 10
"""How many times the price of sorting may be paid, by the planner's reckoning, for rows in order from the first on."""

# The number of seconds that a statement may take is that of any other until the COPY itself begins.
PREPARE = """
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL jit = off;
    SELECT set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 16384) || 'kB', true);
"""
PATIENCE = "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"


@dataclass
class Tally:
    """How many rows have come so far."""

    rows: int = 0


def can_copy(engine: Engine) -> bool:
    """Whether `copy_rows` knows the database behind `engine`."""
    return engine.dialect.name == "postgresql"


def copy_lines(engine: Engine, select: sa.Select[Any], order: Order, *, head: bytes, tally: Tally) -> Generator[bytes]:
    """Yield `head`, then the rows of `select` as lines of CSV, in chunks of at most 64 KiB, all from one snapshot.

    They come in `order` where an index gives it or they are not many, so that the first does not wait for the last.

    :raises sqlalchemy.exc.DBAPIError: when the database fails, as it does anywhere else.
    """
    with _snapshot(engine) as snapshot:
        statements = [snapshot.text(_formatted(part)) for part in snapshot.arranged(select, order)]
        patience = snapshot.value(PATIENCE) / 1000 or LONGEST
        snapshot.cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}s'")
        yield from _lines(snapshot.cursor.connection.pgconn, statements, patience, bytearray(head), tally)


def read_rows(engine: Engine, select: sa.Select[Any], order: Order) -> Generator[Sequence[Any]]:
    """Yield the rows of `select` as `copy_lines` does, for who does not want them as text."""
    with _snapshot(engine) as snapshot:
        for number, part in enumerate(snapshot.arranged(select, order)):
            with snapshot.cursor.connection.cursor(f"part_{number}") as cursor:
                cursor.itersize = FETCHED
                cursor.execute(snapshot.text(part).encode())
                yield from cursor


@contextlib.contextmanager
def _snapshot(engine: Engine) -> Iterator["_Snapshot"]:
    with _translated(engine), _connection_of_its_own(engine) as driver:
        snapshot = _Snapshot(psycopg.ClientCursor(driver), engine)
        snapshot.cursor.execute(PREPARE)
        yield snapshot


@contextlib.contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Raise what the driver raises as SQLAlchemy would, without the statement: it holds what was searched for."""
    try:
        yield
    except psycopg.Error as error:
        raise sa.exc.DBAPIError.instance("COPY", None, error, psycopg.Error, dialect=engine.dialect) from error


@contextlib.contextmanager
def _connection_of_its_own(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """Take a connection out of the pool for good, and leave nothing running on it in the end."""
    pooled = engine.raw_connection()
    driver: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]
    pooled.detach()
    driver.isolation_level, driver.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    line = socket.socket(fileno=os.dup(driver.fileno()))
    watch = threading.Timer(LONGEST, _hang_up, [line])
    watch.daemon = True
    watch.start()
    try:
        yield driver
    finally:
        watch.cancel()
        with contextlib.suppress(psycopg.Error, OSError):
            driver.cancel_safe(timeout=5)
        driver.close()
        line.close()


def _hang_up(line: socket.socket) -> None:
    """Break the connection off: while its reader takes nothing, PostgreSQL heeds no time-out, only this."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class _Snapshot:
    """A transaction in which nothing changes, asked by statements that hold their values."""

    cursor: psycopg.ClientCursor[Any]
    engine: Engine

    def arranged(self, select: sa.Select[Any], order: Order) -> list[sa.Select[Any]]:
        """Return what gives the rows, one after the other, the first of them soon."""
        parts = list(_parts(select.order_by(None), order))
        sorting = self.plan(parts[0])
        if not _sorts(sorting) or sorting["Plan Rows"] <= SORTED:
            return parts
        self.cursor.execute("SET LOCAL enable_sort = off")
        walking = self.plan(parts[0])
        if not _sorts(walking) and walking["Total Cost"] <= DEAREST_WALK * sorting["Total Cost"]:
            return parts
        self.cursor.execute("SET LOCAL enable_sort = on")
        return [select.order_by(None)]

    def plan(self, select: sa.Select[Any]) -> dict[str, Any]:
        plan: dict[str, Any] = self.value(f"EXPLAIN (FORMAT JSON) {self.text(select)}")[0]["Plan"]
        return plan

    def value(self, statement: str) -> Any:
        [[value]] = self.cursor.execute(statement.encode()).fetchall()
        return value

    def text(self, select: sa.Select[Any]) -> str:
        """Return the SQL of `select`, its values written into it by the driver."""
        compiled = select.compile(dialect=self.engine.dialect).construct_expanded_state()
        values = dict(compiled.parameters)
        for name, process in compiled.processors.items():
            values[name] = process(values[name])
        return self.cursor.mogrify(compiled.statement, values)


def _parts(select: sa.Select[Any], order: Order) -> Iterator[sa.Select[Any]]:
    """Yield what comes first and what comes last: so the same index gives both, wherever it has its NULLs."""
    for part in order.parts(None, backwards=False):
        yield select.where(part.condition).order_by(*part.clauses)


def _formatted(select: sa.Select[Any]) -> sa.Select[Any]:
    found = select.offset(0).subquery("found")  # The offset keeps PostgreSQL from working a value out several times.
    columns: list[Any] = [shown_column(column) for column in found.columns]
    return sa.select(*columns)


def _sorts(plan: dict[str, Any]) -> bool:
    return plan["Node Type"] == "Sort" or any(map(_sorts, plan.get("Plans", ())))


def _lines(
    connection: pq.abc.PGconn, statements: Iterable[str], patience: float, buffer: bytearray, tally: Tally
) -> Iterator[bytes]:
    """Yield what the statements give, in chunks; `patience` is the number of seconds to wait for the first row."""
    for statement in statements:
        _start(connection, f"COPY ({statement}) TO STDOUT (FORMAT csv, FORCE_QUOTE *, ENCODING 'UTF8')", patience)
        # Each piece is one row. To go through psycopg's own Copy for each takes three times as long.
        while (found := connection.get_copy_data(1))[0] >= 0:
            size, row = found
            if not size:
                _wait(connection, patience)
                continue
            patience = LONGEST
            tally.rows += 1
            buffer += row
            buffer[-1:] = b"\r\n"
            while len(buffer) >= CHUNK:
                yield bytes(buffer[:CHUNK])
                del buffer[:CHUNK]
        _end(connection)
    yield bytes(buffer)


def _start(connection: pq.abc.PGconn, statement: str, patience: float) -> None:
    connection.send_query(statement.encode())
    while connection.flush():
        _wait(connection, patience, sockets.POLLOUT | sockets.POLLIN)
    _check(connection, pq.ExecStatus.COPY_OUT, patience)


def _end(connection: pq.abc.PGconn) -> None:
    """Go on to the next statement, or raise what has broken this one off."""
    _check(connection, pq.ExecStatus.COMMAND_OK, LONGEST)
    while connection.get_result():
        pass


def _check(connection: pq.abc.PGconn, expected: pq.ExecStatus, patience: float) -> None:
    while connection.is_busy():
        _wait(connection, patience)
    result = connection.get_result()
    if result is None or result.status != expected:
        raise errors.error_from_result(result) if result else psycopg.OperationalError("no answer to COPY")


def _wait(connection: pq.abc.PGconn, seconds: float, events: int = sockets.POLLIN) -> None:
    """Wait for more, without keeping other threads from their work."""
    line = sockets.poll()
    line.register(connection.socket, events)
    if not line.poll(seconds * 1000):
        raise errors.QueryCanceled("canceling statement due to statement timeout")
    connection.consume_input()
