"""How many rows a list has: exactly while that is cheap, then what the planner reckons, marked as such."""

import time
from dataclasses import dataclass
from typing import Any, Literal
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

A_WHILE = 60.0
"""Seconds for which a table is taken to have kept its size."""


@dataclass(frozen=True)
class Count:
    number: int
    kind: Literal["exactly", "about", "more than"] = "exactly"


def count_rows(session: Session, keys: Keys) -> Count:
    """Count the rows of `keys`, looking at no more than CAP + 1 of them."""
    number = session.scalar(sa.select(sa.func.count()).select_from(keys.limit(CAP + 1).subquery())) or 0
    if number <= CAP:
        return Count(number)
    if session.get_bind().dialect.name != "postgresql":
        return Count(CAP, "more than")
    plan = session.scalar(_Explain(keys))
    return Count(max(round_off(plan[0]["Plan"]["Plan Rows"]), CAP), "about")


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
