"""How many rows a list has: exactly while that is cheap, then what the planner reckons, marked as such."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler

from marketplace.backoffice.paging import Keys

CAP = 1000
"""Rows counted exactly."""

Name = TypeVar("Name")

A_WHILE = 60.0
"""Seconds for which a table is taken to have kept its size."""


@dataclass(frozen=True)
class Count:
    number: int
    kind: Literal["exactly", "about", "more than"] = "exactly"


def count_each(session: Session, lists: Mapping[Name, Keys]) -> dict[Name, Count]:
    """Count several lists at once, none further than up to CAP."""
    counts = [sa.select(sa.func.count()).select_from(keys.limit(CAP + 1).subquery()) for keys in lists.values()]
    numbers = session.execute(sa.select(*(count.scalar_subquery() for count in counts))).one()
    return {
        name: Count(number) if number <= CAP else Count(CAP, "more than")
        for name, number in zip(lists, numbers, strict=True)
    }


def reckon(session: Session, keys: Keys) -> Count:
    """Return about how many rows `keys` has, which are more than CAP: what PostgreSQL's planner takes it for."""
    if session.get_bind().dialect.name != "postgresql":
        return Count(CAP, "more than")
    if keys.whereclause is None:
        [table] = keys.get_final_froms()
        rows = table_size(session, table)
    else:
        rows = session.scalar(_Explain(keys))[0]["Plan"]["Plan Rows"]
    return Count(max(round_off(rows), CAP), "about")


def round_off(number: float) -> int:
    """Round to two significant digits: no more is known of an estimate."""
    return int(float(f"{number:.1e}"))


_sizes: WeakKeyDictionary[Engine, dict[str, tuple[float, int]]] = WeakKeyDictionary()


def table_size(session: Session, table: Any) -> int:
    """Return about how many rows `table` has, as the database noted lately."""
    engine = session.connection().engine
    known = _sizes.setdefault(engine, {})
    at, size = known.get(table.name, (0.0, 0))
    now = time.monotonic()
    if not at or now - at > A_WHILE:
        if engine.dialect.name == "postgresql":
            noted: sa.Select[Any] = sa.select(sa.column("reltuples")).select_from(
                sa.text("pg_class WHERE oid = to_regclass(:name)")
            )
            size = int(session.scalar(noted, {"name": table.name}) or 0)
        else:
            size = session.scalar(sa.select(sa.func.max(sa.column("rowid"))).select_from(table)) or 0
        known[table.name] = (now, size)
    return max(size, 0)


class _Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Keys) -> None:
        self.statement = statement


@compiles(_Explain)
def _write_explain(element: _Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"
