"""What every table is built from: the declarative base and the column types of both databases."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, object_session
from sqlalchemy.types import TypeDecorator, TypeEngine

from marketplace.waiting import place_to_wait

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


def partial_index(name: str, *columns: Any, where: sa.ColumnElement[bool] | sa.TextClause) -> sa.Index:
    """Make an index of the rows for which `where` is true."""
    return sa.Index(name, *columns, postgresql_where=where, sqlite_where=where)


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

    Where somebody holds the row and there is no place left to wait in, the database refuses it at once. A row that this
    transaction has locked and read already can have changed by nobody else: it is left as it is.
    """
    session = session_of(row)
    if _locks(session).get(_lock_key(row)) is not row:
        with place_to_wait(session.connection()) as may_wait:
            session.refresh(row, with_for_update={"key_share": True, "of": type(row), "nowait": not may_wait})
        _locks(session)[_lock_key(row)] = row
    return row


def lock_all(session: Session, model: type[Row], rows: sa.Select[Row]) -> list[Row]:
    """Read the rows of `model` that `rows` selects as `lock` does: in one statement, which waits in the order of ids.

    So no two that lock many rows wait for each other, and `lock` costs nothing for each of them.
    """
    ordered = rows.order_by(None).order_by(*sa.inspect(model).primary_key)
    with place_to_wait(session.connection()) as may_wait:
        locking = ordered.with_for_update(key_share=True, of=model, nowait=not may_wait)
        found = list(session.scalars(locking.execution_options(populate_existing=True)).unique())
    _locks(session).update({_lock_key(row): row for row in found})
    return found


def lock_ids(session: Session, model: type[Base], ids: Iterable[Any]) -> None:
    """Lock the rows of `model` with these ids in their order, reading none; those locked already cost nothing."""
    missing = {(model, identity): None for identity in ids if (model, identity) not in _locks(session)}
    if missing:
        [key] = sa.inspect(model).primary_key
        select = sa.select(key).where(key.in_([identity for _model, identity in missing])).order_by(key)
        with place_to_wait(session.connection()) as may_wait:
            session.execute(select.with_for_update(key_share=True, nowait=not may_wait))
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


EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)
