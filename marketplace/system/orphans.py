"""The foreign keys of the shared tables, and the rows that break them."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from marketplace.system.schema import SHARED

SHOWN = 20
"""Ids listed for each constraint; the query shows all."""


@dataclass(frozen=True)
class Orphans:
    """The rows of `table` whose `column` names a row of `referred` that does not exist."""

    constraint: str
    table: str
    column: str
    referred: str
    count: int
    first: tuple[str, ...]
    query: str
    """SQL that lists them all."""


def shared_foreign_keys() -> Iterator[sa.ForeignKeyConstraint]:
    """Give the foreign keys of the marketplace tables in the order in which they are documented."""
    for table in SHARED:
        yield from sorted(table.foreign_key_constraints, key=lambda rule: list(table.columns).index(rule.columns[0]))


def find_orphans(connection: Connection, rule: sa.ForeignKeyConstraint) -> Orphans | None:
    """Return the rows that break `rule`, None if there are none."""
    element = rule.elements[0]
    child, parent = element.parent, element.column
    table = rule.table
    has_parent = sa.exists().where(parent == child)
    query = sa.select(table.c.id, child).where(child.is_not(None), ~has_parent).order_by(table.c.id)
    count = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    if not count:
        return None
    return Orphans(
        constraint=str(rule.name),
        table=table.name,
        column=child.name,
        referred=parent.table.name,
        count=count,
        first=tuple(str(row.id) for row in connection.execute(query.limit(SHOWN))),
        query=" ".join(str(query.compile(dialect=connection.dialect)).split()) + ";",
    )
