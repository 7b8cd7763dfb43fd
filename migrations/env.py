"""Runs the migrations against the application's database."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from marketplace.system.revisions import VERSION_TABLE

POSTGRESQL_ONLY = ("_search", "_digest", "_head", "_tail")
"""How the names of indexes end that only PostgreSQL has, some with pg_trgm alone (migrations 0004 and 0011)."""

database = current_app.extensions["migrate"].db


def json_default_differs(_context, inspected, _column, stored, _declared, rendered) -> bool | None:
    """Compare a JSON column's default as text: PostgreSQL has no `json = json` for Alembic to ask."""
    if not isinstance(inspected.type, sa.JSON):
        return None  # Alembic's own comparison.
    return (stored or "").removesuffix("::json").strip("'") != (rendered or "").strip("'")


def is_ours(name, kind, _parents) -> bool:
    """Leave out the tables of other programs in the same database, and indexes that only some servers can have."""
    if kind == "index":
        return not (name or "").endswith(POSTGRESQL_ONLY)
    return kind != "table" or name in database.metadata.tables


def run_migrations_online() -> None:
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")  # Building an index may take its time.
            connection.commit()
        try:
            run_on(connection)
        finally:
            connection.invalidate()  # What was set here is for nobody else.


def run_on(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        version_table=VERSION_TABLE,
        include_name=is_ours,
        compare_type=True,
        compare_server_default=json_default_differs,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database; `--sql` is not supported.")
run_migrations_online()
