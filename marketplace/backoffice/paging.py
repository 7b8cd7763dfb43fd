"""Keyset pages: first, next, previous and last page of any list, each as cheap as the first."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

Column = Any
"""A column, or the attribute of a model that stands for it."""

Keys = sa.Select[Any]
"""A select of the ids of one table's rows, with conditions on this table alone."""


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
    return sa.bindparam(f"edge_{column.key}", value, type_=column.type)


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
    def shape(self) -> Hashable:
        """What the selects of two places have to share to differ in nothing but `edge`."""
        kind = None if self.position is None else (self.position.value is None, len(self.position.rest))
        return self.order, self.size, self.backwards, kind

    @property
    def edge(self) -> dict[str, Any]:
        """The values of the position by the names under which they stand in selects."""
        if self.position is None:
            return {}
        columns = self.order.columns if self.position.value is not None else self.order.columns[1:]
        return {f"edge_{column.key}": value for column, value in zip(columns, self.position.values, strict=False)}

    @property
    def fetched(self) -> int:
        """How many rows to ask for: one more than shown tells whether there are any behind them."""
        return self.size + 1

    def parts(self) -> list[Part]:
        return self.order.parts(self.position, backwards=self.backwards)

    def select(self, keys: Keys, columns: Sequence[Any]) -> sa.Subquery:
        """Select `columns` of the rows of this page out of those that `keys` names, found by an index alone."""
        rows = keys.with_only_columns(*columns)
        parts = [rows.where(part.condition).order_by(*part.clauses).limit(self.fetched) for part in self.parts()]
        if len(parts) == 1:
            return parts[0].subquery("page")
        return sa.union_all(*(sa.select(part.subquery()) for part in parts)).limit(self.fetched).subquery("page")

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


MOST_KEPT = 200
"""Statements of one list that are kept at a time."""


class Kept(dict[Hashable, Any]):
    """Statements that take longer to make than to run."""

    def of(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under `name`, made now if it was not yet."""
        found = self.get(name)
        if found is None:
            if len(self) >= MOST_KEPT:
                self.clear()
            found = self[name] = make()
        return found


@dataclass(frozen=True, eq=False)
class Listed:
    """What a list shows of its rows."""

    columns: Sequence[Any]
    """Columns of the list's own table, those it is sorted by among them."""
    select: Callable[[sa.FromClause], sa.Select[Any]]
    """Returns the select of all that is shown of a page, which has these columns."""
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def of(cls, model: Any, select: Callable[[sa.FromClause], sa.Select[Any]]) -> "Listed":
        """Show rows of `model`, of which all columns but the deferred ones can be selected."""
        columns = [getattr(model, each.key) for each in sa.inspect(model).column_attrs if not each.deferred]
        return cls(columns, select)

    def page_select(self, keys: Keys, place: Place) -> sa.Select[Any]:
        """Return the select of the page at `place`; its rows are found by an index alone, and only they are joined."""
        page = place.select(keys, self.columns)
        return self.select(page).order_by(*place.order.on(page).clauses(backwards=place.backwards))

    def rows(self, session: Session, identity: Column, ids: Sequence[Any]) -> Iterable[Any]:
        """Return the rows with these ids, in any order."""
        has_arrays = session.get_bind().dialect.name == "postgresql"
        if has_arrays:
            named = identity == sa.any_(sa.bindparam("ids", type_=ARRAY(identity.type)))
        else:
            named = identity.in_(sa.bindparam("ids", expanding=True))
        select = self.kept.of(
            ("rows", has_arrays), lambda: self.select(sa.select(*self.columns).where(named).subquery("page"))
        )
        return session.execute(select, {"ids": list(ids)})


def fetch_page(session: Session, listed: Listed, keys: Keys, place: Place, *, narrowed_to: Hashable = None) -> Page:
    """Return the page at `place` of the rows that `keys` names.

    :param narrowed_to: what tells the conditions of `keys` from those of any other time.
    """
    select = listed.kept.of((place.shape, narrowed_to), lambda: listed.page_select(keys, place))
    return place.page_of(session.execute(select, place.edge).all())


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
