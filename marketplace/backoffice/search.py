"""What a list is searched by: ids, its own text and the records its rows refer to, each through an index of its own."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from marketplace.backoffice.ordering import Column
from marketplace.backoffice.paging import Kept

SHORT = 3
"""Shorter terms (in characters) are looked for at the beginning of words only: no index knows them elsewhere."""

PREFIX = re.compile(r"[0-9a-f]{6,8}|[0-9a-f]{8}-[0-9a-f-]{0,27}", re.IGNORECASE)
"""Beginnings of an id that are long enough to look for."""

BLANK: Column = sa.literal_column("' '", sa.Text())


@dataclass(frozen=True, eq=False)
class Source:
    """Records that are found by a text of theirs: lower-case, a blank before each word, indexed by trigrams."""

    identity: Column
    text: Column

    @property
    def table(self) -> Any:
        return self.identity.table

    def like(self, pattern: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition for records whose text fits `pattern`, whatever the case."""
        return self.text.like(sa.func.lower(pattern), escape="/")

    def matches(self, term: str) -> ColumnElement[bool]:
        """Return the condition for records whose text holds `term`, whatever the case."""
        return self.like(sa.literal(pattern_of(term)))

    def begins_with(self, term: str) -> ColumnElement[bool]:
        """Return the condition for records whose text begins with `term`."""
        return self.like(sa.literal(f" {_escaped(term)}%"))

    def ids(self, pattern: ColumnElement[str]) -> sa.Select[Any]:
        """Select the ids of records whose text fits `pattern`."""
        return sa.select(self.identity).where(self.like(pattern))


@dataclass(frozen=True, eq=False)
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
    kept: Kept = field(default_factory=Kept)
    """Statements of searches."""

    def condition(self, term: str) -> ColumnElement[bool]:
        """Return the condition for all that matches: for exports, and for what is done to everything that is found."""
        if as_uuid(term) is not None:
            return sa.or_(sa.false(), *self.exact(term))
        through = (
            source.matches(term) if column is source.identity else column.in_(source.ids(sa.literal(pattern_of(term))))
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


def pattern_of(term: str) -> str:
    """Return the pattern of texts that hold `term`; a short one at the beginning of a word."""
    return f"% {_escaped(term)}%" if len(term) < SHORT else f"%{_escaped(term)}%"


def _escaped(term: str) -> str:
    return term.replace("/", "//").replace("%", "/%").replace("_", "/_")


NAMED_WHOLE = re.compile(
    r"[0-9a-fA-F-]{32,36}|(?=.*[a-f])[0-9a-f]{6,8}|(?!(?:.*\d){6})[^\s@\"]+@[^\s@\"]+\.[a-z]{2,}", re.ASCII
)
"""Terms with figures that are no phone and no address: ids, beginnings of one, e-mail addresses with few figures."""


def masked_term(term: str) -> str:
    """Return what the audit log may hold of a term: of one with figures only how long it is.

    A phone number is parted in any way, and the words beside the number of a house are an address.
    """
    if NAMED_WHOLE.fullmatch(term) or not any(letter.isnumeric() for letter in term):
        return term
    return f"… ({len(term)} characters)"
