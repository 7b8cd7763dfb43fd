"""Keyset pages: first, next, previous and last page of any select, each as cheap as the first."""

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

COUNT_CAP = 1000
"""Rows counted exactly; beyond it a list says 'more than'."""


@dataclass(frozen=True)
class Order:
    """What a list is sorted by: a column, then the id, so that no two rows tie. NULLs come last either way."""

    column: ColumnElement[Any]
    identity: ColumnElement[uuid.UUID] | ColumnElement[int]
    descending: bool = False

    def clauses(self, *, backwards: bool) -> list[ColumnElement[Any]]:
        down = self.descending != backwards
        turn = sa.desc if down else sa.asc
        clauses = [turn(self.column), turn(self.identity)]
        if self.is_nullable:
            clauses.insert(0, (sa.desc if backwards else sa.asc)(self.column.is_(None)))
        return clauses

    def beyond(self, position: "Position", *, backwards: bool) -> ColumnElement[bool]:
        """Return the condition for the rows behind (or, backwards, before) `position`."""
        down = self.descending != backwards
        later = self.identity < position.identity if down else self.identity > position.identity
        if position.value is None:
            tied = sa.and_(self.column.is_(None), later)
            return sa.or_(tied, self.column.is_not(None)) if backwards else tied
        pair = sa.tuple_(self.column, self.identity)
        mark = sa.tuple_(
            sa.literal(position.value, self.column.type),
            sa.literal(position.identity, self.identity.type),
        )
        further = pair < mark if down else pair > mark
        return sa.or_(further, self.column.is_(None)) if self.is_nullable and not backwards else further

    @property
    def is_nullable(self) -> bool:
        return bool(getattr(self.column, "nullable", True))


@dataclass(frozen=True)
class Position:
    """Where a page ends: the sort value and the id of a row."""

    value: Any
    identity: uuid.UUID | int


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    previous: str | None
    """Cursor for the page before, or None on the first."""
    next: str | None


Direction = Literal["after", "before", "last"]


def fetch_page(
    session: Session,
    select: sa.Select[Any],
    order: Order,
    *,
    size: int,
    direction: Direction,
    cursor: str | None,
) -> Page:
    """Return `size` rows of `select` after or before `cursor`; without one that can be read, the first page."""
    position = read_cursor(cursor, order) if cursor else None
    backwards = direction == "last" or (direction == "before" and position is not None)
    statement = select.order_by(None).order_by(*order.clauses(backwards=backwards)).limit(size + 1)
    if position is not None and direction != "last":
        statement = statement.where(order.beyond(position, backwards=backwards))
    found = list(session.scalars(statement).unique())
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else position is not None
    has_next = direction == "before" if backwards else more
    return Page(
        rows=rows,
        previous=write_cursor(rows[0], order) if rows and has_previous else None,
        next=write_cursor(rows[-1], order) if rows and has_next else None,
    )


def count_up_to_cap(session: Session, select: sa.Select[Any], identity: ColumnElement[Any]) -> int:
    """Count the rows of `select`, looking at no more than COUNT_CAP + 1 of them."""
    few = select.with_only_columns(identity, maintain_column_froms=True).options().order_by(None)
    counted = sa.select(sa.func.count()).select_from(few.limit(COUNT_CAP + 1).subquery())
    return session.scalar(counted) or 0


def write_cursor(row: Any, order: Order) -> str:
    value = getattr(row, order.column.key or "")
    identity = getattr(row, order.identity.key or "")
    text = json.dumps([None if value is None else _write(value), str(identity)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: Order) -> Position | None:
    """Return the position that `cursor` names, or None where it was not written for `order`."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, identity = json.loads(text)
        return Position(
            value=None if value is None else _read(value, order.column.type.python_type),
            identity=_read(identity, order.identity.type.python_type),
        )
    except (ValueError, TypeError, InvalidOperation, binascii.Error, RecursionError, OverflowError):
        return None


def _write(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def _read(text: Any, kind: type) -> Any:
    if not isinstance(text, str) or len(text) > 1000 or "\0" in text:
        raise ValueError("no cursor of ours")
    if kind is bool:
        return text == "True"
    text.encode()  # JSON can name halves of surrogate pairs, which no text on its way to a database can hold.
    if kind is dt.datetime:
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    if kind is int:
        return _within(int(text), 2**63 - 1)
    if kind is Decimal:
        amount = _within(Decimal(text), Decimal(10) ** 12)
        return amount.quantize(Decimal(1).scaleb(-6))  # More digits than any column of ours, fewer than 1e-999999 has.
    return kind(text)


def _within(number: Any, limit: Any) -> Any:
    if not -limit <= number <= limit:
        raise ValueError("out of range")
    return number
