"""Keyset pages: first, next, previous and last page of any list, each as cheap as the first."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from marketplace.backoffice.ordering import Column, Order, Part, Position, read_cursor, write_cursor

Keys = sa.Select[Any]
"""A select of the ids of one table's rows, with conditions on this table alone."""


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    previous: str | None
    """Cursor for the page before, or None on the first."""
    next: str | None


Direction = Literal["after", "before", "last"]


def asked_page(parameters: Mapping[str, Any]) -> tuple[Direction, str | None]:
    """Read which page an address asks for: the one before or after a cursor, the last, or (without any) the first."""
    if parameters.get("before"):
        return "before", parameters["before"]
    if parameters.get("last") and not parameters.get("after"):
        return "last", None
    return "after", parameters.get("after") or None


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
        return {} if self.position is None else self.order.edge(self.position)

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
