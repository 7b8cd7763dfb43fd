"""What a database's catalog says about a table and SQLAlchemy's inspector leaves out."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_POSTGRESQL_INDEXES = sa.text("""
    SELECT name.relname, pg_get_indexdef(entry.indexrelid), entry.indisvalid
    FROM pg_index AS entry JOIN pg_class AS name ON name.oid = entry.indexrelid
    WHERE entry.indrelid = to_regclass(:table)
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = entry.indexrelid AND contype IN ('p', 'u', 'x'))
""")
_SQLITE_INDEXES = sa.text("""
    SELECT name, sql, 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL
""")
_POSTGRESQL_TRIGGERS = sa.text("""
    SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgenabled <> 'D'
""")
_SQLITE_TRIGGERS = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")

_UNVALIDATED = sa.text("""
    SELECT conname, contype = 'f' FROM pg_constraint
    WHERE conrelid = to_regclass(:table) AND contype IN ('f', 'c') AND NOT convalidated ORDER BY conname
""")


def indexes(connection: Connection, table: str) -> dict[str, str]:
    """Return the definition of each index that no constraint made, by name."""
    return {name: definition for name, definition, _ in _indexes(connection, table)}


def invalid_indexes(connection: Connection, table: str) -> list[str]:
    """Return the indexes that an interrupted CREATE INDEX CONCURRENTLY left behind."""
    return sorted(name for name, _, valid in _indexes(connection, table) if not valid)


def triggers(connection: Connection, table: str) -> set[str]:
    """Return the triggers that fire."""
    query = _POSTGRESQL_TRIGGERS if connection.dialect.name == "postgresql" else _SQLITE_TRIGGERS
    return set(connection.execute(query, {"table": table}).scalars())


def unvalidated_constraints(connection: Connection, table: str) -> list[tuple[str, bool]]:
    """Return each constraint that older rows may break, and whether it is a foreign key."""
    if connection.dialect.name != "postgresql":
        return []
    return [(name, foreign) for name, foreign in connection.execute(_UNVALIDATED, {"table": table})]


def _indexes(connection: Connection, table: str) -> list[tuple[str, str, bool]]:
    query = _POSTGRESQL_INDEXES if connection.dialect.name == "postgresql" else _SQLITE_INDEXES
    return [(name, definition, bool(valid)) for name, definition, valid in connection.execute(query, {"table": table})]
