"""How many rows a list has: exactly while that is cheap, then what the planner reckons, marked as such."""

import time
from collections.abc import Container, Hashable, Mapping
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

Name = TypeVar("Name", bound=Hashable)
Known = TypeVar("Known")

A_WHILE = 60.0
"""Seconds for which a large list or table is taken to have kept its size."""

MOST_NOTED = 10_000
"""Sizes that are kept at a time."""


@dataclass(frozen=True)
class Count:
    number: int
    kind: Literal["exactly", "about", "more than"] = "exactly"


def count_each(session: Session, lists: Mapping[Name, Keys], *, reckoned: Container[Name] = ()) -> dict[Name, Count]:
    """Count several lists at once, exactly up to CAP; of more rows only those in `reckoned` say about how many.

    :param lists: by what tells each from any other; for a while, those that were large are not counted again.
    """
    counts = {name: count for name in lists if (count := _lately(session, (name, name in reckoned)))}
    missing = {name: keys for name, keys in lists.items() if name not in counts}
    if missing:
        each = [sa.select(sa.func.count()).select_from(keys.limit(CAP + 1).subquery()) for keys in missing.values()]
        numbers = session.execute(sa.select(*(count.scalar_subquery() for count in each))).one()
        for (name, keys), number in zip(missing.items(), numbers, strict=True):
            if number <= CAP:
                counts[name] = Count(number)
            else:
                large = _reckon(session, keys) if name in reckoned else Count(CAP, "more than")
                counts[name] = _note(session, (name, name in reckoned), large)
    return counts


def _reckon(session: Session, keys: Keys) -> Count:
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


def table_size(session: Session, table: Any) -> int:
    """Return about how many rows `table` has, as the database noted lately."""
    size = _lately(session, table.name)
    if size is None:
        if session.get_bind().dialect.name == "postgresql":
            noted: sa.Select[Any] = sa.select(sa.column("reltuples")).select_from(
                sa.text("pg_class WHERE oid = to_regclass(:name)")
            )
            size = int(session.scalar(noted, {"name": table.name}) or 0)
        else:
            size = session.scalar(sa.select(sa.func.max(sa.column("rowid"))).select_from(table)) or 0
        _note(session, table.name, size)
    return max(size, 0)


_noted: WeakKeyDictionary[Engine, dict[Hashable, tuple[float, Any]]] = WeakKeyDictionary()


def _lately(session: Session, name: Hashable) -> Any:
    """Return what was noted of this database under `name`, unless that is longer ago than A_WHILE."""
    at, value = _noted.get(session.get_bind().engine, {}).get(name, (0.0, None))
    return value if time.monotonic() - at < A_WHILE else None


def _note(session: Session, name: Hashable, value: Known) -> Known:
    notes = _noted.setdefault(session.get_bind().engine, {})
    if len(notes) >= MOST_NOTED:
        notes.clear()
    notes[name] = (time.monotonic(), value)
    return value


class _Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Keys) -> None:
        self.statement = statement


@compiles(_Explain)
def _write_explain(element: _Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"
