"""Finding the page of a search.

No index serves a text in one of several joined tables. So the records that match are found first. Where they are few,
the rows that refer to them are gathered by the index on each reference, then sorted; where they are many, the list is
walked in its order until a page is full. Neither is quick by itself: walking to a rare name reads everything, and so
does gathering what refers to a common one.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from marketplace.backoffice.counting import Count, round_off, table_size
from marketplace.backoffice.ordering import Column, Part
from marketplace.backoffice.paging import Keys, Listed, Page, Place
from marketplace.backoffice.search import Search, Source, as_uuid, pattern_of

MOST_GATHERED = 2000
"""Rows that are gathered and sorted; some more out of millions, as the walk to a page of so few is longer."""

LONGEST_WALK = 2500
"""Rows that are looked at one by one before all matching records are fetched after all, however many they are."""

MOST_VALUES = 1000
"""Ids that are written into a statement one by one."""

Found = Mapping[Source, Sequence[Any] | None]
"""The ids of the matching records of each source, or None where they are many."""


def search_page(
    session: Session,
    search: Search,
    term: str,
    *,
    listed: Listed,
    keys: Keys,
    place: Place,
    narrowed_to: Hashable = None,
) -> tuple[Page, Count]:
    """Return the page at `place` of what matches `term`, and how many rows do in all.

    :param keys: select of the ids of the rows that the list's filters leave.
    :param narrowed_to: what tells the conditions of `keys` from those of any other time.
    """
    ids, count = _Finder(session, search, term, keys, place, narrowed_to).find()
    identity = place.order.identity.key
    by_id = {getattr(row, identity): row for row in listed.rows(session, place.order.identity, ids)} if ids else {}
    return place.page_of([by_id[each] for each in ids if each in by_id]), count


@dataclass(frozen=True)
class _Finder:
    """One search for one page."""

    session: Session
    search: Search
    term: str
    keys: Keys
    place: Place
    narrowed_to: Hashable

    def find(self) -> tuple[Sequence[Any], Count]:
        """Return the ids of the page, in the order they are fetched in, and how many match."""
        found = self._look_up(self._many())
        expected = None if None in found.values() else self._expected(found)
        if expected is None or expected > self._most_gathered:
            ids, walked = self._walk(found, self._budget(expected))
            if len(ids) == self.place.fetched:
                return ids, self._reckon(walked)
            if expected is None:
                found = self._look_up(None)
        gathered = self._gather(found)
        if gathered is not None:
            return gathered
        ids, _walked = self._walk(found, None)
        return ids, Count(self._most_gathered, "more than")

    # -- Which way -------------------------------------------------------------------------

    def _many(self) -> int:
        """Return from how many matching records on walking is quicker than fetching their ids."""
        largest = max((table_size(self.session, source.table) for source in self._sources), default=0)
        return max(200, 5 * math.isqrt(largest))

    def _expected(self, found: Found) -> int:
        """Return about how many rows refer to what was found, if all records are referred to alike."""
        expected = 0
        for column, source in self.search.through:
            ids = found.get(source)
            if ids:
                share = (
                    1.0 if column is source.identity else self._size / max(table_size(self.session, source.table), 1)
                )
                expected += int(len(ids) * share)
        return expected

    @cached_property
    def _most_gathered(self) -> int:
        """Return how many rows are gathered sooner than a page of them is walked to: a row of either costs the same."""
        return max(MOST_GATHERED, math.isqrt(self.place.fetched * self._size))

    def _budget(self, expected: int | None) -> int:
        """Return how many rows to look at before giving up: some more than a page should take."""
        return LONGEST_WALK if not expected else max(LONGEST_WALK, 3 * self.place.fetched * self._size // expected)

    @cached_property
    def _size(self) -> int:
        return table_size(self.session, self.search.identity.table)

    @cached_property
    def _sources(self) -> list[Source]:
        return [] if as_uuid(self.term) else list(dict.fromkeys(source for _column, source in self.search.through))

    @cached_property
    def _exact(self) -> list[ColumnElement[bool]]:
        return self.search.exact(self.term)

    # -- What matches ----------------------------------------------------------------------

    def _look_up(self, many: int | None) -> Found:
        if not self._sources:
            return {}
        limit = None if many is None else many + 1
        looks = self.search.kept.of(("look up", limit), lambda: self._looks(limit))
        ids: list[list[Any]] = [[] for _source in self._sources]
        for number, identity in self.session.execute(looks, self._values({})):
            ids[number].append(identity)
        return {
            source: some if limit is None or len(some) < limit else None
            for source, some in zip(self._sources, ids, strict=True)
        }

    def _looks(self, limit: int | None) -> Any:
        matching = (source.ids(self._pattern).limit(limit) for source in self._sources)
        return sa.union_all(*(_numbered(number, each, "id") for number, each in enumerate(matching)))

    # -- Gathering -------------------------------------------------------------------------

    def _gather(self, found: Found) -> tuple[Sequence[Any], Count] | None:
        """Fetch all that match by the indexes on what they refer to, then sort; None when they are too many."""
        if not self._exact and not any(found.values()):
            return (), Count(0)
        most = self._most_gathered
        page, counts = self._kept("gather", found, most, lambda: self._gathering(found, most))
        answer = self.session.execute(page, self._values(found)).all()
        if not answer and self.place.position is None:
            return (), Count(0)
        gathered, matching = (
            answer[0][1:] if answer else self.session.execute(sa.select(*counts), self._values(found)).one()
        )
        return None if gathered > most else ([identity for identity, *_counts in answer], Count(matching))

    def _gathering(self, found: Found, most: int) -> tuple[sa.Select[Any], list[Any]]:
        columns = self.place.order.columns
        branches = [self.keys.with_only_columns(*columns).where(condition) for condition in self._exact]
        branches += [
            self._referring(column, source, found, most) for column, source in self.search.through if found.get(source)
        ]
        limited = [sa.select(branch.limit(most + 1).subquery()) for branch in branches]
        gathered = sa.select(sa.union_all(*limited).subquery()).limit(most + 1).cte("gathered")
        matching = sa.select(gathered).distinct().cte("matching")
        order = self.place.order.on(matching)
        counts = [sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in (gathered, matching)]
        page = sa.select(order.identity, *counts).order_by(*order.clauses(backwards=self.place.backwards))
        if self.place.position is not None:
            page = page.where(order.beyond(self.place.position, backwards=self.place.backwards))
        return page.limit(self.place.fetched), counts

    def _referring(self, column: Column, source: Source, found: Found, most: int) -> sa.Select[Any]:
        rows = self.keys.with_only_columns(*self.place.order.columns)
        if not self._has_arrays:
            return rows.where(self._is_named(column, source, found))
        # One look into the index for each id, whatever the planner believes about how many rows there will be.
        ids = sa.func.unnest(self._ids_of(source)).table_valued("id", name="wanted").render_derived()
        each = rows.where(column == ids.c.id).limit(most + 1).lateral()
        return sa.select(each).select_from(sa.join(ids, each, sa.true()))

    # -- Walking ---------------------------------------------------------------------------

    def _walk(self, found: Found, budget: int | None) -> tuple[Sequence[Any], int]:
        """Go through the list in its order until the page is full, or `budget` rows were looked at.

        :return: ids, and how many rows were looked at for them.
        """
        bounded = budget is not None
        page = self._kept("walk", found, bounded, lambda: self._walking(found, bounded=bounded))
        answer = self.session.execute(page, {**self._values(found), "budget": budget}).all()
        return [identity for identity, _walked in answer], answer[-1][1] if answer else 0

    def _walking(self, found: Found, *, bounded: bool) -> sa.Select[Any]:
        walks = [self._part(part, found, bounded=bounded).limit(self.place.fetched) for part in self.place.parts()]
        if len(walks) == 1:
            return walks[0]
        both = sa.union_all(*(_numbered(number, walk, "id", "walked") for number, walk in enumerate(walks))).subquery()
        page = sa.select(both.c.id, both.c.walked).order_by(both.c.number, both.c.walked)
        return page.limit(self.place.fetched)

    def _part(self, part: Part, found: Found, *, bounded: bool) -> sa.Select[Any]:
        compared = (column for column, source in self.search.through if column is not source.identity)
        used = {column.key or "": column for column in (*self.place.order.columns, *compared)}
        number = sa.func.row_number().over(order_by=part.clauses).label("walked")
        steps = self.keys.with_only_columns(*used.values(), number).where(part.condition).order_by(*part.clauses)
        # The limit keeps the planner from taking the conditions below into the walk and choosing another way.
        steps = steps.limit(sa.bindparam("budget", type_=sa.Integer())) if bounded else steps.offset(0)
        walked = steps.subquery("walk")
        return (
            sa.select(walked.c[self.place.order.identity.key or ""], walked.c.walked)
            .where(sa.or_(*self._conditions(walked, found)))
            .order_by(*self.place.order.on(walked).turned(backwards=self.place.backwards))
        )

    def _conditions(self, walked: sa.Subquery, found: Found) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self._exact:
            conditions.append(walked.c[self.place.order.identity.key or ""].in_(self.keys.where(sa.or_(*self._exact))))
        for column, source in self.search.through:
            ids = found.get(source)
            here = walked.c[column.key or ""]
            if ids is None:
                record = sa.select(sa.literal(1)).where(source.identity == here, source.like(self._pattern))
                conditions.append(record.offset(0).exists())  # OFFSET keeps it a look at one record.
            elif ids:
                conditions.append(self._is_named(here, source, found))
        return conditions or [sa.false()]

    # -- Statements that are kept, and the values that go into them ------------------------

    def _kept(self, what: str, found: Found, limit: int, make: Callable[[], Any]) -> Any:
        if self._exact:
            return make()
        states = tuple(None if ids is None else min(len(ids), 1) + (len(ids) > MOST_VALUES) for ids in found.values())
        return self.search.kept.of((what, self._has_arrays, self.place.shape, self.narrowed_to, limit, states), make)

    def _values(self, found: Found) -> dict[str, Any]:
        """Return what the statements need by the names that it has in them."""
        ids = {f"ids_{number}": list(found.get(source) or ()) for number, source in enumerate(self._sources)}
        return {"pattern": pattern_of(self.term), **ids, **self.place.edge}

    @property
    def _pattern(self) -> sa.BindParameter[str]:
        return sa.bindparam("pattern", pattern_of(self.term), type_=sa.Text())

    def _ids_of(self, source: Source) -> sa.BindParameter[Any]:
        return sa.bindparam(f"ids_{self._sources.index(source)}", type_=ARRAY(source.identity.type))

    def _is_named(self, column: Column, source: Source, found: Found) -> ColumnElement[bool]:
        if self._has_arrays:
            any_of_them: ColumnElement[bool] = column == sa.any_(self._ids_of(source))
            return any_of_them
        # A statement holds only so many values, and SQLite has no arrays.
        ids = found.get(source) or ()
        if len(ids) > MOST_VALUES:
            return column.in_(source.ids(self._pattern))
        return column.in_(sa.bindparam(f"ids_{self._sources.index(source)}", expanding=True))

    @property
    def _has_arrays(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    def _reckon(self, walked: int) -> Count:
        """Conclude from how far the walk went for a page how many there are in all."""
        shown = self.place.fetched
        if self.keys.whereclause is not None or not walked:
            return Count(self.place.size, "more than")
        return Count(max(round_off(self._size * shown / walked), shown), "about")


def _numbered(number: int, rows: sa.Select[Any], *names: str) -> sa.Select[Any]:
    """Select `rows` under new names, and which of several selects they come from."""
    columns = zip(rows.subquery().c, names, strict=True)
    return sa.select(sa.literal_column(str(number)).label("number"), *(column.label(name) for column, name in columns))
