"""The tables as they are stored, past the models: every byte of them, and rows that no model would write."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from marketplace.database import Base
from marketplace.extensions import db

TABLES = tuple(sorted(table.name for table in Base.metadata.sorted_tables))


def stored_rows(*, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return every row of every table as the database writes it, in a stable order."""
    db.session.rollback()
    with db.engine.connect() as connection:
        found = connection.exec_driver_sql(_every_row()).all()
    dump: dict[str, list[str]] = {name: [] for name in TABLES if name not in but}
    for table, row in found:
        if table not in but:
            dump[table].append(row)
    return {name: sorted(rows) for name, rows in dump.items()}


REFUSED = ("access.refused", b"access.refused".hex().upper())


def stored_but_refusals(*, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return every row but the entries of the audit log that somebody was refused something."""
    rows = stored_rows(but=but)
    return {table: [row for row in found if not any(mark in row for mark in REFUSED)] for table, found in rows.items()}


def overwrite(row: Any, **values: Any) -> None:
    """Put raw values into the columns of `row` with foreign keys off, as another program might have."""
    identity = row.id
    db.session.rollback()
    with _unchecked_cursor() as (cursor, placeholder):
        assignments = ", ".join(f"{name} = {placeholder}" for name in values)
        cursor.execute(
            f"UPDATE {row.__tablename__} SET {assignments} WHERE id = {placeholder}",
            [_stored(value) for value in (*values.values(), identity)],
        )
        assert cursor.rowcount == 1
    db.session.expire_all()


def _every_row() -> str:
    if db.engine.dialect.name == "postgresql":
        return " UNION ALL ".join(f"SELECT '{name}', {name}::text FROM {name}" for name in TABLES)
    parts = []
    for name in TABLES:
        columns = " || ' ' || ".join(
            f"typeof({column.name}) || ':' || hex({column.name})" for column in Base.metadata.tables[name].columns
        )
        parts.append(f"SELECT '{name}', {columns} FROM {name}")
    return " UNION ALL ".join(parts)


@contextmanager
def _unchecked_cursor() -> Iterator[tuple[Any, str]]:
    is_sqlite = db.engine.dialect.name == "sqlite"
    # Outside of a transaction: only there does SQLite take the pragma.
    off, on, placeholder = (
        ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON", "?")
        if is_sqlite
        else ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT", "%s")
    )
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(off)
        yield cursor, placeholder
        cursor.execute(on)
        connection.commit()
    finally:
        connection.close()


def _stored(value: Any) -> Any:
    return value.hex if isinstance(value, uuid.UUID) and db.engine.dialect.name == "sqlite" else value
