"""How a database differs from what the back office needs; only looked at, never changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Inspector
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedForeignKeyConstraint
from sqlalchemy.schema import CreateIndex, CreateTable

from marketplace.database import Base
from marketplace.models import MARKETPLACE_TABLES
from marketplace.system import schema_catalog
from marketplace.system.schema_text import same

SHARED = tuple(cast("sa.Table", table) for table in MARKETPLACE_TABLES)
"""The tables that the marketplace API made."""

OWN_INDEX = "ix_"
"""How the names of the back office's own indexes begin; the documented ones of the shared tables: `idx_`."""

APPEND_ONLY = ("audit_events", "notes")
"""Tables that triggers keep as they were written."""

TRIGGERS = {
    "postgresql": ("append_only", "no_truncate"),
    "sqlite": ("no_delete", "no_replace", "no_update"),
}
"""What the names of those triggers end with, behind the table's."""

Kind = Literal["missing", "unexpected", "different", "unvalidated", "invalid"]


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be; `str()` is the sentence for the administrator."""

    table: str
    what: str
    """`table`, `column`, `index`, `foreign key`, ..."""
    name: str
    kind: Kind
    detail: str = ""
    """How it differs: `has type TEXT instead of VARCHAR(3)`."""

    def __str__(self) -> str:
        if self.what == "table":
            return f"The table {self.name} is missing."
        predicate = {
            "missing": "is missing",
            "unexpected": "is not part of the schema",
            "unvalidated": "is not validated: rows from before it may break it",
            "invalid": "is invalid, left by an interrupted CREATE INDEX CONCURRENTLY: drop it and build it again",
        }.get(self.kind, self.detail)
        return f"{self.table}: {self.what} {self.name} {predicate}."


def compare(connection: Connection) -> list[Difference]:
    """Return every difference between the database and the models, parents' tables first.

    Tables of other programs are none; nor are indexes of ours that depend on what the server offers.
    """
    present = set(sa.inspect(connection).get_table_names())
    differences: list[Difference] = []
    for table in Base.metadata.sorted_tables:
        if table.name in present:
            differences += _table(connection, table)
        else:
            differences.append(Difference(table.name, "table", table.name, "missing"))
    return differences


def _table(connection: Connection, table: sa.Table) -> Iterator[Difference]:
    inspector = sa.inspect(connection)
    yield from _columns(table, inspector, connection.dialect)
    yield from _constraints(table, inspector)
    yield from _indexes(connection, table)
    yield from _triggers(connection, table)
    for name, foreign in schema_catalog.unvalidated_constraints(connection, table.name):
        yield Difference(table.name, "foreign key" if foreign else "check", name, "unvalidated")


def _columns(table: sa.Table, inspector: Inspector, dialect: Dialect) -> Iterator[Difference]:
    found = {column["name"]: column for column in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in found:
            yield Difference(table.name, "column", column.name, "missing")
            continue
        for detail in _column(column, found[column.name], dialect):
            yield Difference(table.name, "column", column.name, "different", detail)
    for name in found.keys() - table.columns.keys():
        yield Difference(table.name, "column", name, "unexpected")


def _column(column: "sa.Column[object]", found: ReflectedColumn, dialect: Dialect) -> Iterator[str]:
    expected_type, found_type = column.type.compile(dialect), found["type"].compile(dialect)
    if expected_type != found_type:
        yield f"has type {found_type} instead of {expected_type}"
    if column.nullable != found["nullable"]:
        yield "may be NULL" if found["nullable"] else "may not be NULL"
    expected_default = dialect.ddl_compiler(dialect, CreateTable(column.table)).get_column_default_string(column)
    counts_itself = (found["default"] or "").startswith("nextval(") and expected_default is None
    if not counts_itself and not same(expected_default, found["default"]):
        yield f"has the default {found['default'] or 'nothing'} instead of {expected_default or 'nothing'}"


def _constraints(table: sa.Table, inspector: Inspector) -> Iterator[Difference]:
    key = inspector.get_pk_constraint(table.name)
    keys = {_name(key["name"]): ", ".join(key["constrained_columns"])} if key["constrained_columns"] else {}
    yield from _by_name(table, "primary key", _expected(table, sa.PrimaryKeyConstraint), keys)

    uniques = inspector.get_unique_constraints(table.name)
    yield from _by_name(
        table,
        "unique constraint",
        _expected(table, sa.UniqueConstraint),
        {_name(unique["name"]): ", ".join(unique["column_names"]) for unique in uniques},
    )
    checks = inspector.get_check_constraints(table.name)
    yield from _by_name(
        table,
        "check",
        _expected(table, sa.CheckConstraint),
        {_name(check["name"]): check["sqltext"] for check in checks},
    )
    foreign_keys = inspector.get_foreign_keys(table.name)
    yield from _by_name(
        table,
        "foreign key",
        _expected(table, sa.ForeignKeyConstraint),
        {_name(foreign_key["name"]): _found_reference(foreign_key) for foreign_key in foreign_keys},
    )


def _indexes(connection: Connection, table: sa.Table) -> Iterator[Difference]:
    expected = {
        str(index.name): " ".join(str(CreateIndex(index).compile(dialect=connection.dialect)).split())
        for index in table.indexes
    }
    found = schema_catalog.indexes(connection, table.name)
    for difference in _by_name(table, "index", expected, found):
        if difference.kind != "unexpected" or not difference.name.startswith(OWN_INDEX):
            yield difference
    for name in schema_catalog.invalid_indexes(connection, table.name):
        yield Difference(table.name, "index", name, "invalid")


def _triggers(connection: Connection, table: sa.Table) -> Iterator[Difference]:
    if table.name in APPEND_ONLY:
        found = schema_catalog.triggers(connection, table.name)
        for name in (f"{table.name}_{ending}" for ending in TRIGGERS[connection.dialect.name]):
            if name not in found:
                yield Difference(table.name, "trigger", name, "missing")


def _by_name(
    table: sa.Table,
    what: str,
    expected: Mapping[str, str],
    found: Mapping[str, str],
) -> Iterator[Difference]:
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield Difference(table.name, what, name, "missing")
        elif name not in expected:
            yield Difference(table.name, what, name, "unexpected")
        elif not same(expected[name], found[name]):
            yield Difference(table.name, what, name, "different", f"is `{found[name]}` instead of `{expected[name]}`")


def _expected(table: sa.Table, kind: type[sa.Constraint]) -> dict[str, str]:
    return {str(rule.name): _definition(rule) for rule in table.constraints if isinstance(rule, kind)}


def _definition(rule: sa.Constraint) -> str:
    if isinstance(rule, sa.ForeignKeyConstraint):
        return _reference(
            rule.column_keys,
            rule.referred_table.name,
            [element.column.name for element in rule.elements],
            rule.ondelete,
            rule.onupdate,
        )
    if isinstance(rule, sa.CheckConstraint):
        return str(rule.sqltext)
    return ", ".join(column.name for column in cast("sa.UniqueConstraint", rule).columns)


def _found_reference(found: ReflectedForeignKeyConstraint) -> str:
    options = found.get("options", {})
    return _reference(
        found["constrained_columns"],
        found["referred_table"],
        found["referred_columns"],
        options.get("ondelete"),
        options.get("onupdate"),
    )


def _reference(
    columns: Sequence[str],
    referred_table: str,
    referred_columns: Sequence[str],
    on_delete: str | None,
    on_update: str | None,
) -> str:
    updates = f" ON UPDATE {on_update}" if on_update else ""
    rule = f" ON DELETE {on_delete or 'NO ACTION'}{updates}"
    return f"({', '.join(columns)}) REFERENCES {referred_table} ({', '.join(referred_columns)}){rule}"


def _name(name: str | None) -> str:
    return name or "(unnamed)"
