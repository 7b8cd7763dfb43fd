"""What every table is built from: the declarative base and the column types of both databases."""

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import DataError, errors
from psycopg.adapt import Loader
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, object_session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

# PostgreSQL's own names for unnamed constraints: a database that was made from
# the documented statements and one that we migrated look alike.
NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)


Row = TypeVar("Row", bound=Base)


class _SqliteMoment(sqlite.DATETIME):
    """Text in which equal moments are equal and later ones greater, CURRENT_TIMESTAMP's own among them."""

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:  # What SQLAlchemy would add is `.000000`.
        return lambda value: None if value is None else value.replace(tzinfo=None).isoformat(" ")


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment: timezone-aware in Python, UTC in the database; naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    python_type = dt.datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_SqliteMoment())  # type: ignore[no-untyped-call]  # SQLAlchemy's
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape in JSON text that may be half of a surrogate pair."""


class MalformedJSON(str):
    """Stored text that is no JSON at all (SQLite accepts any), kept as it is so that it can be shown."""

    __slots__ = ()


class ValidatedJSON(TypeDecorator[Any]):
    """JSON that `validate` has to accept when we write it and that is read as it stands.

    `validate` takes the value and returns what to store, or raises ValueError (Pydantic's
    ValidationError is one).
    """

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, validate: Callable[[Any], Any]) -> None:
        super().__init__()
        self.validate = validate

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.validate(value)


def read_json(text: str | bytes) -> Any:
    """Parse stored JSON; what cannot be parsed comes back as MalformedJSON instead of an error."""
    written = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        value = json.loads(written)
        if HALF_PAIR.search(written):
            json.dumps(value, ensure_ascii=False).encode()  # Half a pair could be shown on no page.
    except (ValueError, RecursionError):
        return MalformedJSON(written)
    return value


def utcnow() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class database_now(FunctionElement[dt.datetime]):  # noqa: N801 - it reads as the SQL function it is
    """This moment by the database's clock, which all writers share."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(database_now)
def _postgresql_now(_element: database_now, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(database_now, "sqlite")
def _sqlite_now(_element: database_now, _compiler: SQLCompiler, **_: Any) -> str:
    return _sqlite_moment("'now'")


def _sqlite_moment(arguments: str) -> str:
    """Write a moment as `_SqliteMoment` does: without a fraction where there is none."""
    return f"replace(strftime('%Y-%m-%d %H:%M:%f000', {arguments}), '.000000', '')"


class minutes_later(FunctionElement[dt.datetime]):  # noqa: N801 - it reads as the SQL function it is
    """`minutes_later(moment, minutes)`: the moment so many minutes after another, both of them columns."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(minutes_later)
def _postgresql_minutes_later(element: minutes_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, minutes = (compiler.process(part, **options) for part in element.clauses)
    return f"({moment} + {minutes} * interval '1 minute')"


@compiles(minutes_later, "sqlite")
def _sqlite_minutes_later(element: minutes_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, minutes = (compiler.process(part, **options) for part in element.clauses)
    return _sqlite_moment(f"{moment}, {minutes} || ' minutes'")


UNREADABLE_ESCAPES = (
    r"\\u0000"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
"""JSON escapes of NUL and of half surrogate pairs, as a PostgreSQL regular expression."""


class json_text(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """`json_text(document, key)`: the text under a key of a JSON object; NULL for whatever else is stored."""

    type = sa.Text()
    inherit_cache = True


@compiles(json_text)
def _postgresql_json_text(element: json_text, compiler: SQLCompiler, **options: Any) -> str:
    document, key = (compiler.process(part, **options) for part in element.clauses)
    # PostgreSQL stores escapes in a json column that no text can hold, and fails when it is to read them. The look for
    # any escape at all comes first: it takes a hundredth of the other's time.
    text = f"CAST({document} AS text)"
    readable = rf"strpos({text}, '\u') = 0 OR {text} !~ '{UNREADABLE_ESCAPES}'"
    return f"(CASE WHEN {readable} THEN {document} ->> {key} END)"


@compiles(json_text, "sqlite")
def _sqlite_json_text(element: json_text, compiler: SQLCompiler, **options: Any) -> str:
    document, key = (compiler.process(part, **options) for part in element.clauses)
    return f"json_text({document}, {key})"


def session_of(row: Base) -> Session:
    """Return the database session that `row` belongs to.

    :raises RuntimeError: when it belongs to none.
    """
    session = object_session(row)
    if session is None:
        raise RuntimeError("the row has to belong to a database session")
    return session


LOCKS = "row_locks"
"""Where a session keeps what its transaction has locked: (table, id) to the row, or None where it was not read."""


def lock(row: Row) -> Row:
    """Re-read `row` under a row lock (PostgreSQL) or within the write transaction (SQLite).

    A row that this transaction has locked and read already can have changed by nobody else: it is left as it is.
    """
    session = session_of(row)
    if _locks(session).get(_lock_key(row)) is not row:
        session.refresh(row, with_for_update={"key_share": True, "of": type(row)})
        _locks(session)[_lock_key(row)] = row
    return row


def lock_all(session: Session, model: type[Row], rows: sa.Select[Row]) -> list[Row]:
    """Read the rows of `model` that `rows` selects as `lock` does: in one statement, which waits in the order of ids.

    So no two that lock many rows wait for each other, and `lock` costs nothing for each of them.
    """
    ordered = rows.order_by(None).order_by(*sa.inspect(model).primary_key)
    locking = ordered.with_for_update(key_share=True, of=model).execution_options(populate_existing=True)
    found = list(session.scalars(locking).unique())
    _locks(session).update({_lock_key(row): row for row in found})
    return found


def lock_ids(session: Session, model: type[Base], ids: Iterable[Any]) -> None:
    """Lock the rows of `model` with these ids in their order, reading none; those locked already cost nothing."""
    missing = {(model, identity): None for identity in ids if (model, identity) not in _locks(session)}
    if missing:
        [key] = sa.inspect(model).primary_key
        select = sa.select(key).where(key.in_([identity for _model, identity in missing])).order_by(key)
        session.execute(select.with_for_update(key_share=True))
        _locks(session).update(missing)


def locked_rows(session: Session, model: type[Row]) -> list[Row]:
    """Return the rows of `model` that the running transaction has locked and read."""
    return [row for row in _locks(session).values() if isinstance(row, model)]


def _locks(session: Session) -> dict[tuple[type[Base], Any], Base | None]:
    locks: dict[tuple[type[Base], Any], Base | None] = session.info.setdefault(LOCKS, {})
    return locks


def _lock_key(row: Base) -> tuple[type[Base], Any]:
    identity = sa.inspect(row).identity
    return type(row), identity[0] if identity else None


@event.listens_for(Session, "after_transaction_end")
def _forget_locks(session: Session, transaction: SessionTransaction) -> None:
    # A flush is a transaction within the transaction and lets go of no lock; a SAVEPOINT rolled back does.
    if transaction.parent is None or transaction.nested:
        session.info.pop(LOCKS, None)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # SQLAlchemy's "begin" below says BEGIN, not the driver.
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=5000", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        # SQLite's own lower() knows ASCII only; searches are to ignore case in every script.
        connection.create_function("lower", 1, _lower, deterministic=True)
        connection.create_function("json_text", 2, _json_text, deterministic=True)
        connection.create_function("user_search_text", 2, _user_search_text, deterministic=True)


EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


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


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _json_text(document: Any, key: str) -> str | None:
    value = read_json(document) if isinstance(document, str) else None
    found = value.get(key) if isinstance(value, dict) else None
    return found if found is None or isinstance(found, str) else json.dumps(found)


def _user_search_text(email: str, profile: Any) -> str:
    """Return what PostgreSQL's function of this name does (migration 0004)."""
    names = (_json_text(profile, key) or "" for key in ("firstName", "lastName"))
    return " ".join(("", email, *names)).lower()
