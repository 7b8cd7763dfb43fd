"""Searching a list: by ids, by its own text and by the records its rows refer to, each through an index of its own.

No index serves a text in one of several joined tables. So the records that match are found first. Where they are few,
the rows that refer to them are gathered by the index on each reference, then sorted; where they are many, the list is
walked in its order until a page is full. Neither is quick by itself: walking to a rare name reads everything, and so
does gathering what refers to a common one.
"""

import math
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from marketplace.backoffice.counting import Count, round_off, table_size
from marketplace.backoffice.paging import Column, Keys, Listed, Page, Part, Place

SHORT = 3
"""Shorter terms (in characters) are looked for at the beginning of words only: no index knows them elsewhere."""

MOST_GATHERED = 2000
"""Rows that are gathered and sorted; where there are more, a walk soon fills a page."""

LONGEST_WALK = 2500
"""Rows that are looked at one by one before all matching records are fetched after all, however many they are."""

MOST_VALUES = 1000
"""Ids that are written into a statement one by one."""

PREFIX = re.compile(r"[0-9a-f]{6,8}|[0-9a-f]{8}-[0-9a-f-]{0,27}", re.IGNORECASE)
"""Beginnings of an id that are long enough to look for."""

BLANK: Column = sa.literal_column("' '", sa.Text())

Found = Mapping["Source", Sequence[Any] | None]
"""The ids of the matching records of each source, or None where they are many."""


@dataclass(frozen=True, eq=False)
class Source:
    """Records that are found by a text of theirs: lower-case, a blank before each word, indexed by trigrams."""

    identity: Column
    text: Column

    def matches(self, term: str) -> ColumnElement[bool]:
        """Return the condition for records whose text holds `term`, whatever the case."""
        return self._like(f"% {_escaped(term)}%" if len(term) < SHORT else f"%{_escaped(term)}%")

    def begins_with(self, term: str) -> ColumnElement[bool]:
        """Return the condition for records whose text begins with `term`."""
        return self._like(f" {_escaped(term)}%")

    def ids(self, term: str) -> sa.Select[Any]:
        return sa.select(self.identity).where(self.matches(term))

    def _like(self, pattern: str) -> ColumnElement[bool]:
        return self.text.like(sa.func.lower(sa.literal(pattern)), escape="/")


@dataclass(frozen=True)
class Search:
    """How a list is searched."""

    identity: Column
    """The id of the list's own rows."""
    through: tuple[tuple[Column, Source], ...]
    """Columns of the list's table, each with the records that it names; its own id for a text of its own."""
    ids: tuple[Column, ...] = ()
    """Columns that a term matches which is an id as a whole."""
    same: tuple[Column, ...] = ()
    """Columns of text that a term matches as a whole."""

    def condition(self, term: str) -> ColumnElement[bool]:
        """Return the condition for all that matches: for exports, and for what is done to everything that is found."""
        if as_uuid(term) is not None:
            return sa.or_(sa.false(), *self.exact(term))
        through = (
            source.matches(term) if column is source.identity else column.in_(source.ids(term))
            for column, source in self.through
        )
        return sa.or_(*self.exact(term), *through)

    def exact(self, term: str) -> list[ColumnElement[bool]]:
        """Return the conditions that an index answers at once, without a look at another table."""
        identity = as_uuid(term)
        if identity is not None:
            return [
                *(column == identity for column in self.ids),
                *(column == text for column in self.same for text in {term, str(identity)}),
            ]
        span = _span(term) if self.ids else None
        beginning = [self.identity.between(*span)] if span else []
        return [*beginning, *(column == term for column in self.same)]


def search_page(
    session: Session,
    search: Search,
    term: str,
    *,
    listed: Listed,
    keys: Keys,
    place: Place,
) -> tuple[Page, Count]:
    """Return the page at `place` of what matches `term`, and how many rows do in all.

    :param keys: select of the ids of the rows that the list's filters leave.
    """
    finder = _Finder(session, search, term, keys, place)
    ids, count = finder.find()
    if not ids:
        return place.page_of(()), count
    identity = place.order.identity
    page = sa.select(*listed.columns).where(identity.in_(ids)).subquery("page")
    by_id = {getattr(row, identity.key or ""): row for row in session.execute(listed.select(page))}
    return place.page_of([by_id[each] for each in ids if each in by_id]), count


def best_matches(
    session: Session,
    rows: sa.Select[Any],
    source: Source,
    term: str,
    *,
    name: Callable[[Any], str],
    limit: int,
) -> list[Any]:
    """Return up to `limit` of `rows` that match `term`: whose name it is, those that begin with it, the others.

    Only so many are looked at that a common term takes no longer than a rare one.
    """
    found: dict[Any, Any] = {}
    for condition in (source.begins_with(term), source.matches(term)):
        if len(found) < limit:
            some = session.scalars(rows.where(condition).limit(limit * 5)).unique()
            some_first = sorted(some, key=lambda row: (name(row).casefold() != term.casefold(), name(row)))
            found |= {row.id: row for row in some_first if row.id not in found}
    return list(found.values())[:limit]


@dataclass(frozen=True)
class _Finder:
    """One search for one page."""

    session: Session
    search: Search
    term: str
    keys: Keys
    place: Place

    def find(self) -> tuple[Sequence[Any], Count]:
        """Return the ids of the page, in the order they are fetched in, and how many match."""
        found = self._look_up(self._many())
        if None in found.values():
            ids, walked = self._walk(found, LONGEST_WALK)
            if len(ids) == self.place.fetched:
                return ids, self._reckon(walked)
            found = self._look_up(None)
        gathered = self._gather(found)
        if gathered is not None:
            return gathered
        ids, _walked = self._walk(found, None)
        return ids, Count(MOST_GATHERED, "more than")

    def _many(self) -> int:
        """Return from how many matching records on walking is quicker than fetching their ids."""
        largest = max((table_size(self.session, source.identity.table) for source in self._sources()), default=0)
        return max(200, 5 * math.isqrt(largest))

    def _sources(self) -> list[Source]:
        return [] if as_uuid(self.term) else list(dict.fromkeys(source for _column, source in self.search.through))

    def _look_up(self, many: int | None) -> Found:
        sources = self._sources()
        if not sources:
            return {}
        limit = None if many is None else many + 1
        looks = [_numbered(number, source.ids(self.term).limit(limit), "id") for number, source in enumerate(sources)]
        ids: list[list[Any]] = [[] for _source in sources]
        for number, identity in self.session.execute(sa.union_all(*looks)):
            ids[number].append(identity)
        return {
            source: some if limit is None or len(some) < limit else None
            for source, some in zip(sources, ids, strict=True)
        }

    def _gather(self, found: Found) -> tuple[Sequence[Any], Count] | None:
        """Fetch all that match by the indexes on what they refer to, then sort; None when they are too many."""
        columns = self.place.order.columns
        branches = [
            self.keys.with_only_columns(*columns).where(condition) for condition in self.search.exact(self.term)
        ]
        for column, source in self.search.through:
            ids = found.get(source)
            if ids:
                branches.append(self._referring(column, source, ids))
        if not branches:
            return (), Count(0)
        limited = [sa.select(branch.limit(MOST_GATHERED + 1).subquery()) for branch in branches]
        gathered = sa.select(sa.union_all(*limited).subquery()).limit(MOST_GATHERED + 1).cte("gathered")
        matching = sa.select(gathered).distinct().cte("matching")
        order = self.place.order.on(matching)
        counts = [sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in (gathered, matching)]
        page = sa.select(order.identity, *counts).order_by(*order.clauses(backwards=self.place.backwards))
        if self.place.position is not None:
            page = page.where(order.beyond(self.place.position, backwards=self.place.backwards))
        answer = self.session.execute(page.limit(self.place.fetched)).all()
        if not answer and self.place.position is None:
            return (), Count(0)
        gathered_rows, matching_rows = answer[0][1:] if answer else self.session.execute(sa.select(*counts)).one()
        if gathered_rows > MOST_GATHERED:
            return None
        return [identity for identity, *_counts in answer], Count(matching_rows)

    def _referring(self, column: Column, source: Source, ids: Sequence[Any]) -> sa.Select[Any]:
        columns = self.place.order.columns
        if not self._has_arrays:
            return self.keys.with_only_columns(*columns).where(self._is_named(column, source, ids))
        # One look into the index for each id, whatever the planner believes about how many rows there will be.
        wanted = (
            sa.func.unnest(sa.literal(list(ids), ARRAY(column.type))).table_valued("id", name="wanted").render_derived()
        )
        each = self.keys.with_only_columns(*columns).where(column == wanted.c.id).limit(MOST_GATHERED + 1).lateral()
        return sa.select(each).select_from(sa.join(wanted, each, sa.true()))

    def _walk(self, found: Found, budget: int | None) -> tuple[Sequence[Any], int]:
        """Go through the list in its order until the page is full, or `budget` rows were looked at.

        :return: ids, and how many rows were looked at for them.
        """
        walks = [self._part(part, found, budget) for part in self.place.parts()]
        if len(walks) == 1:
            answer = self.session.execute(walks[0].limit(self.place.fetched)).all()
        else:
            parts = [
                _numbered(number, walk.limit(self.place.fetched), "id", "walked") for number, walk in enumerate(walks)
            ]
            both = sa.union_all(*parts).subquery()
            page = sa.select(both.c.id, both.c.walked).order_by(both.c.number, both.c.walked)
            answer = self.session.execute(page.limit(self.place.fetched)).all()
        return [identity for identity, _walked in answer], answer[-1][1] if answer else 0

    def _part(self, part: Part, found: Found, budget: int | None) -> sa.Select[Any]:
        compared = (column for column, source in self.search.through if column is not source.identity)
        used = {column.key or "": column for column in (*self.place.order.columns, *compared)}
        number = sa.func.row_number().over(order_by=part.clauses).label("walked")
        steps = self.keys.with_only_columns(*used.values(), number).where(part.condition).order_by(*part.clauses)
        # The limit keeps the planner from taking the conditions below into the walk and choosing another way.
        steps = steps.limit(budget) if budget is not None else steps.offset(0)
        walked = steps.subquery("walk")
        return (
            sa.select(walked.c[self.place.order.identity.key or ""], walked.c.walked)
            .where(sa.or_(*self._conditions(walked, found)))
            .order_by(*self.place.order.on(walked).turned(backwards=self.place.backwards))
        )

    def _conditions(self, walked: sa.Subquery, found: Found) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        exact = self.search.exact(self.term)
        if exact:
            conditions.append(walked.c[self.place.order.identity.key or ""].in_(self.keys.where(sa.or_(*exact))))
        for column, source in self.search.through:
            ids = found.get(source)
            here = walked.c[column.key or ""]
            if ids is None:
                record = sa.select(sa.literal(1)).where(source.identity == here, source.matches(self.term))
                conditions.append(record.offset(0).exists())  # OFFSET keeps it a look at one record.
            elif ids:
                conditions.append(self._is_named(here, source, ids))
        return conditions or [sa.false()]

    def _is_named(self, column: Column, source: Source, ids: Sequence[Any]) -> ColumnElement[bool]:
        if self._has_arrays:
            any_of_them: ColumnElement[bool] = column == sa.any_(sa.literal(list(ids), ARRAY(source.identity.type)))
            return any_of_them
        # A statement holds only so many values, and SQLite has no arrays.
        named: ColumnElement[bool] = column.in_(ids if len(ids) <= MOST_VALUES else source.ids(self.term))
        return named

    @property
    def _has_arrays(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    def _reckon(self, walked: int) -> Count:
        """Conclude from how far the walk went for a page how many there are in all."""
        shown = self.place.fetched
        if self.keys.whereclause is not None or not walked:
            return Count(self.place.size, "more than")
        size = table_size(self.session, self.search.identity.table)
        return Count(max(round_off(size * shown / walked), shown), "about")


def _numbered(number: int, rows: sa.Select[Any], *names: str) -> sa.Select[Any]:
    """Select `rows` under new names, and which of several selects they come from."""
    columns = zip(rows.subquery().c, names, strict=True)
    return sa.select(sa.literal_column(str(number)).label("number"), *(column.label(name) for column, name in columns))


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _span(beginning: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """Return the first and the last id that begins so; None where this is no beginning of one."""
    digits = beginning.replace("-", "")
    if not PREFIX.fullmatch(beginning) or len(digits) > 32:
        return None
    return uuid.UUID(digits.ljust(32, "0")), uuid.UUID(digits.ljust(32, "f"))


def spaced_text(*columns: Column) -> Column:
    """Return columns that are never NULL as the text of a Source."""
    text: Column = BLANK + columns[0]
    for column in columns[1:]:
        text = text + BLANK + column
    return sa.func.lower(text)


def _escaped(term: str) -> str:
    return term.replace("/", "//").replace("%", "/%").replace("_", "/_")
