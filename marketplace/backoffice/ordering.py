"""Orders in which no two rows tie, positions in them, and cursors that name a position in an address."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

Column = Any
"""A column, or the attribute of a model that stands for it."""


@dataclass(frozen=True)
class Order:
    """What a list is sorted by, then by `further` columns, then by the id, so that no two rows tie.

    NULLs of the first column come last either way; `further` columns hold none.
    """

    column: Column
    identity: Column
    descending: bool = False
    further: tuple[Column, ...] = ()
    opposed: bool = False
    """Whether what comes after the first column runs the other way: by e-mail from A to Z, the newest of each first."""

    @property
    def columns(self) -> tuple[Column, ...]:
        return (self.column, *self.further, self.identity)

    @property
    def is_nullable(self) -> bool:
        return bool(getattr(self.column, "nullable", True))

    def on(self, rows: sa.FromClause) -> "Order":
        """Return this order over columns of the same names."""
        column, *further, identity = (rows.c[each.key or ""] for each in self.columns)
        return replace(self, column=column, identity=identity, further=tuple(further))

    def turned(self, *, backwards: bool) -> tuple[ColumnElement[Any], ...]:
        """Return what to order rows by of which none, or each, has a NULL in the first column."""
        first, rest = (sa.desc if falls else sa.asc for falls in self._falls(backwards=backwards))
        return (first(self.column), *(rest(column) for column in self.columns[1:]))

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
        """Cut what lies beyond `position` (or everything) into parts that one index gives sorted, in their order.

        Rows without a value are a part of their own. So are those that share the first column's value with `position`
        where the other columns run against it.
        """
        clauses = self.turned(backwards=backwards)
        if not self.is_nullable:
            return [Part(each, clauses) for each in self._further_than(position, backwards=backwards)]
        unknown: ColumnElement[bool] = self.column.is_(None)
        if position is not None and position.value is None:
            further = Part(sa.and_(unknown, self._rest_beyond(position, backwards=backwards)), clauses)
            return [further, Part(self.column.is_not(None), clauses)] if backwards else [further]
        known = [
            Part(sa.and_(self.column.is_not(None), each), clauses)
            for each in self._further_than(position, backwards=backwards)
        ]
        if backwards:
            return known if position is not None else [Part(unknown, clauses), *known]
        return [*known, Part(unknown, clauses)]

    def edge(self, position: "Position") -> dict[str, Any]:
        """Return the values of `position` by the names under which they stand in conditions."""
        columns = self.columns if position.value is not None else self.columns[1:]
        return {_edge_name(column): value for column, value in zip(columns, position.values, strict=False)}

    def _falls(self, *, backwards: bool) -> tuple[bool, bool]:
        """Return whether the first column, and whether the others, come greatest first."""
        falls = self.descending != backwards
        return falls, falls != self.opposed

    def _further_than(self, position: "Position | None", *, backwards: bool) -> list[ColumnElement[bool]]:
        """Return the conditions for rows with a value beyond that of `position`."""
        if position is None:
            return [sa.true()]
        falls, _rest_falls = self._falls(backwards=backwards)
        if not self.opposed:
            return [_beyond(self.columns, position.values, falls=falls)]
        further = _beyond((self.column,), (position.value,), falls=falls)
        if not position.rest:
            return [further]
        same = self.column == _edge(self.column, position.value)
        return [sa.and_(same, self._rest_beyond(position, backwards=backwards)), further]

    def _rest_beyond(self, position: "Position", *, backwards: bool) -> ColumnElement[bool]:
        _falls, rest_falls = self._falls(backwards=backwards)
        return _beyond(self.columns[1:], position.rest, falls=rest_falls)


def _edge(column: Column, value: Any) -> sa.BindParameter[Any]:
    """Return the value of a position in one column, under a name by which another position's can take its place."""
    return sa.bindparam(_edge_name(column), value, type_=column.type)


def _edge_name(column: Column) -> str:
    return f"edge_{column.key}"


def _beyond(columns: Sequence[Column], values: Sequence[Any], *, falls: bool) -> ColumnElement[bool]:
    """Compare `columns` with as many `values` as there are, as one."""
    pairs = [(column, _edge(column, value)) for column, value in zip(columns, values, strict=False)]
    if len(pairs) == 1:
        [(left, right)] = pairs
    else:
        left, right = (sa.tuple_(*side) for side in zip(*pairs, strict=True))  # type: ignore[assignment]
    return left < right if falls else left > right


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
        if value is None and not order.is_nullable:
            return None
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
