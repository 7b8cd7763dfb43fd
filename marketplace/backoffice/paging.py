"""Keyset pages: first, next, previous and last page of any list, each as cheap as the first."""

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

Keys = sa.Select[Any]
"""A select of the ids of one table's rows, with conditions on this table alone."""


@dataclass(frozen=True)
class Order:
    """What a list is sorted by, then by `further` columns, then by the id, so that no two rows tie.

    NULLs of the first column come last either way; `further` columns hold none.
    """

    column: ColumnElement[Any]
    identity: ColumnElement[uuid.UUID] | ColumnElement[int]
    descending: bool = False
    further: tuple[ColumnElement[Any], ...] = ()

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        return (self.column, *self.further, self.identity)

    @property
    def is_nullable(self) -> bool:
        return bool(getattr(self.column, "nullable", True))

    def on(self, rows: sa.FromClause) -> "Order":
        """Return this order over columns of the same names."""
        column, *further, identity = (rows.c[each.key or ""] for each in self.columns)
        return Order(column, identity, descending=self.descending, further=tuple(further))

    def turned(self, *, backwards: bool) -> tuple[ColumnElement[Any], ...]:
        """Return what to order rows by of which none, or each, has a NULL in the first column."""
        turn = sa.desc if self.descending != backwards else sa.asc
        return tuple(turn(column) for column in self.columns)

    def clauses(self, *, backwards: bool) -> list[ColumnElement[Any]]:
        """Return what to order all rows by."""
        first, *others = self.turned(backwards=backwards)
        if not self.is_nullable:
            return [first, *others]
        return [first.nulls_first() if backwards else first.nulls_last(), *others]

    def beyond(self, position: "Position", *, backwards: bool) -> ColumnElement[bool]:
        """Return the condition for the rows behind (or, backwards, before) `position`."""
        return sa.or_(*(part.condition for part in self.parts(position, backwards=backwards)))

    def parts(self, position: "Position | None", *, backwards: bool) -> list["Part"]:
        """Cut what lies beyond `position` (or everything) into rows with a value and rows without, in their order.

        An index on the columns gives each part sorted; no index gives both in one go.
        """
        clauses = self.turned(backwards=backwards)
        if not self.is_nullable:
            return [Part(self._further_than(position, backwards=backwards), clauses)]
        known: ColumnElement[bool] = self.column.is_not(None)
        unknown: ColumnElement[bool] = self.column.is_(None)
        if position is not None and position.value is not None:
            known = sa.and_(known, self._further_than(position, backwards=backwards))
            return [Part(known, clauses)] if backwards else [Part(known, clauses), Part(unknown, clauses)]
        if position is not None:
            unknown = sa.and_(unknown, self._further_than(position, backwards=backwards))
            return [Part(unknown, clauses), Part(known, clauses)] if backwards else [Part(unknown, clauses)]
        parts = [Part(known, clauses), Part(unknown, clauses)]
        return parts[::-1] if backwards else parts

    def _further_than(self, position: "Position | None", *, backwards: bool) -> ColumnElement[bool]:
        if position is None:
            return sa.true()
        values = position.values
        columns = self.columns if position.value is not None else self.columns[1:]
        pairs = [(column, sa.literal(value, column.type)) for column, value in zip(columns, values, strict=False)]
        if len(pairs) == 1:
            [(left, right)] = pairs
        else:
            left, right = (sa.tuple_(*side) for side in zip(*pairs, strict=True))  # type: ignore[assignment]
        return left < right if self.descending != backwards else left > right


@dataclass(frozen=True)
class Part:
    """Rows that one index gives in the order they are wanted in."""

    condition: ColumnElement[bool]
    clauses: tuple[ColumnElement[Any], ...]


@dataclass(frozen=True)
class Position:
    """Where a page ends: the sort value, the further values and the id of a row; or a value alone, to begin at."""

    value: Any
    rest: tuple[Any, ...] = ()

    @property
    def values(self) -> tuple[Any, ...]:
        return self.rest if self.value is None else (self.value, *self.rest)


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    previous: str | None
    """Cursor for the page before, or None on the first."""
    next: str | None


Direction = Literal["after", "before", "last"]


@dataclass(frozen=True)
class Place:
    """Which page of a list is asked for."""

    order: Order
    size: int
    backwards: bool
    position: Position | None

    @classmethod
    def read(cls, order: Order, *, size: int, direction: Direction, cursor: str | None) -> "Place":
        """Read an address; without a cursor that can be read it means the first page, or the last."""
        position = read_cursor(cursor, order) if cursor and direction != "last" else None
        backwards = direction == "last" or (direction == "before" and position is not None)
        return cls(order, size, backwards, position)

    @property
    def fetched(self) -> int:
        """How many rows to ask for: one more than shown tells whether there are any behind them."""
        return self.size + 1

    def clauses(self) -> list[ColumnElement[Any]]:
        return self.order.clauses(backwards=self.backwards)

    def parts(self) -> list[Part]:
        return self.order.parts(self.position, backwards=self.backwards)

    def keys(self, keys: Keys) -> sa.Select[Any] | sa.CompoundSelect[Any]:
        """Select the ids of the page's rows out of `keys`, a page of those without a value among them."""
        parts = [keys.where(part.condition).order_by(*part.clauses).limit(self.fetched) for part in self.parts()]
        if len(parts) == 1:
            return parts[0]
        return sa.union_all(*(sa.select(part.subquery()) for part in parts))

    def page_of(self, found: Sequence[Any]) -> Page:
        """Make the page of up to `fetched` rows, in the order they were fetched in."""
        more = len(found) > self.size
        rows = list(found[: self.size])
        if self.backwards:
            rows.reverse()
        has_previous = more if self.backwards else self.position is not None
        has_next = self.position is not None if self.backwards else more
        return Page(
            rows=rows,
            previous=write_cursor(rows[0], self.order) if rows and has_previous else None,
            next=write_cursor(rows[-1], self.order) if rows and has_next else None,
        )


def fetch_page(session: Session, rows: sa.Select[Any], keys: Keys, place: Place) -> Page:
    """Return the page at `place` of the rows that `keys` names.

    The ids are found first, by an index alone; only the rows of the page are then joined to what they show.

    :param rows: select of the rows with all that is shown of them.
    """
    statement = rows.where(place.order.identity.in_(place.keys(keys))).order_by(*place.clauses()).limit(place.fetched)
    return place.page_of(session.scalars(statement).unique().all())


def write_cursor(row: Any, order: Order) -> str:
    value, *rest = (getattr(row, column.key or "") for column in order.columns)
    return write_position(Position(value, tuple(rest)))


def write_position(position: Position) -> str:
    values = (position.value, *position.rest)
    text = json.dumps([None if value is None else _write(value) for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: Order) -> Position | None:
    """Return the position that `cursor` names, or None where it was not written for `order`."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, *rest = json.loads(text)
        kinds = [column.type.python_type for column in order.columns]
        return Position(
            value=None if value is None else _read(value, kinds[0]),
            rest=tuple(_read(part, kind) for part, kind in zip(rest, kinds[1:] if rest else (), strict=True)),
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
