"""What a database's own catalog says about the tables in it, as plain values to compare."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from marketplace.system.revisions import VERSION_TABLE

# Dropped columns leave gaps in attnum, which nobody sees: what counts is the order of those that are there.
_COLUMNS = """
    SELECT c.relname, a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
# PostgreSQL 18 keeps NOT NULL as constraints too ('n'); attnotnull above tells it in every version.
_CONSTRAINTS = """
    SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n'
"""
_INDEXES = """
    SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid)
    FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
"""
_TRIGGERS = """
    SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(t.tgfoid)
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
"""
_FUNCTIONS = """
    SELECT '', p.proname, pg_get_functiondef(p.oid) FROM pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""

Catalog = dict[str, set[tuple[object, ...]]]
"""For each kind of thing a tuple of what defines it, the name of its table first."""


def catalog(connection: Connection) -> Catalog:
    """Return everything in the database but Alembic's own table."""
    found = _postgresql(connection) if connection.dialect.name == "postgresql" else _sqlite(connection)
    return {kind: {entry for entry in entries if entry[0] != VERSION_TABLE} for kind, entries in found.items()}


def _postgresql(connection: Connection) -> Catalog:
    queries = {
        "columns": _COLUMNS,
        "constraints": _CONSTRAINTS,
        "indexes": _INDEXES,
        "triggers": _TRIGGERS,
        "functions": _FUNCTIONS,
    }
    return {kind: {tuple(row) for row in connection.execute(sa.text(query))} for kind, query in queries.items()}


def _sqlite(connection: Connection) -> Catalog:
    inspector = sa.inspect(connection)
    tables = inspector.get_table_names()
    written = connection.exec_driver_sql("SELECT tbl_name, type, name, sql FROM sqlite_master WHERE type <> 'table'")
    return {
        "columns": {
            (table, column["name"], str(column["type"]), column["nullable"], column["default"])
            for table in tables
            for column in inspector.get_columns(table)
        },
        "constraints": {
            (table, repr(sorted(constraint.items(), key=str)))
            for table in tables
            for constraint in (
                inspector.get_pk_constraint(table),
                *inspector.get_unique_constraints(table),
                *inspector.get_check_constraints(table),
                *inspector.get_foreign_keys(table),
            )
        },
        "indexes and triggers": {tuple(row) for row in written},
    }
