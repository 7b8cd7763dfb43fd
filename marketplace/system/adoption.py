"""Taking over a database that the marketplace API made, without losing or changing a row."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint

from marketplace.errors import DomainError
from marketplace.system.adoption_checks import refuse_what_cannot_be_adopted
from marketplace.system.orphans import Orphans, find_orphans, shared_foreign_keys
from marketplace.system.revisions import Revision, revision
from marketplace.system.schema import Difference, compare
from marketplace.transaction import on_connection

ADOPTION_LOCK = 7_236_002
"""Key of the PostgreSQL advisory lock that one adoption at a time holds."""

_LOCKED = ("55P03", "40P01")
"""SQLSTATE of lock_not_available and of deadlock_detected."""


class TableBusy(DomainError):
    """Others used a table for longer than the adoption waits."""


class AlreadyRunning(DomainError):
    """Another adoption of the same database has not ended yet."""


@dataclass(frozen=True)
class Adoption:
    """What has come of an adoption."""

    steps: tuple[str, ...]
    """What was changed, a sentence each; empty: nothing had to be."""
    orphans: tuple[Orphans, ...]
    """What keeps foreign keys unvalidated."""
    remaining: tuple[Difference, ...]
    """What still differs, apart from those foreign keys."""


def adopt(
    engine: Engine,
    config: Config,
    *,
    lock_timeout: float = 5.0,
    report: Callable[[str], None] = lambda _: None,
) -> Adoption:
    """Make the marketplace API's database also the back office's: foreign keys, then migrations.

    Each step is a transaction of its own and is skipped where it has been done, so an adoption that
    was interrupted is finished by another one. `lock_timeout` is in seconds; `report` is told of
    each step once it is done.

    :raises DomainError: when nothing was changed because the database cannot be adopted, or when a
        step had to be given up; the steps before it stand.
    """
    scripts = ScriptDirectory.from_config(config)
    steps: list[str] = []

    def done(sentence: str) -> None:
        steps.append(sentence)
        report(sentence)

    with engine.connect() as connection:
        refuse_what_cannot_be_adopted(connection, scripts)
    with _alone(engine):
        _add_foreign_keys(engine, lock_timeout, done)
        orphans = _validate_foreign_keys(engine, lock_timeout, done)
        _migrate(engine, config, scripts, done)
    with engine.connect() as connection:
        explained = {found.constraint for found in orphans}
        remaining = tuple(found for found in compare(connection) if found.name not in explained)
    return Adoption(tuple(steps), tuple(orphans), remaining)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    key = {"key": ADOPTION_LOCK}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), key):
            raise AlreadyRunning("Another `schema adopt` is running on this database. Nothing was changed.")
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), key)


def _add_foreign_keys(engine: Engine, lock_timeout: float, done: Callable[[str], None]) -> None:
    missing = _foreign_keys_that_are(engine, "missing")
    for rule in shared_foreign_keys():
        if rule.name in missing:
            with _step(engine, rule, lock_timeout) as connection:
                # NOT VALID looks at no row, so that writers wait for moments only; rows from now on are held to it.
                connection.exec_driver_sql(f"{AddConstraint(rule).compile(dialect=engine.dialect)} NOT VALID")
            done(f"Added the foreign key {rule.name}.")


def _validate_foreign_keys(engine: Engine, lock_timeout: float, done: Callable[[str], None]) -> list[Orphans]:
    unvalidated = _foreign_keys_that_are(engine, "unvalidated")
    broken = []
    for rule in shared_foreign_keys():
        if rule.name in unvalidated:
            with _step(engine, rule, lock_timeout) as connection:
                orphans = find_orphans(connection, rule)
                if orphans is None:
                    connection.exec_driver_sql(f"ALTER TABLE {rule.table.name} VALIDATE CONSTRAINT {rule.name}")
            if orphans is None:
                done(f"Validated the foreign key {rule.name}.")
            else:
                broken.append(orphans)
    return broken


def _migrate(engine: Engine, config: Config, scripts: ScriptDirectory, done: Callable[[str], None]) -> None:
    before = _revision(engine, scripts)
    if before.current is None:
        first = str(scripts.get_base())
        command.stamp(config, first)
        done(f"Noted that the marketplace tables are there (migration {first}).")
    if not before.is_newest:
        with _patiently("a table"):
            command.upgrade(config, "head")
        done(f"Ran the migrations up to {before.newest}.")


def _foreign_keys_that_are(engine: Engine, kind: str) -> Collection[str]:
    with engine.connect() as connection:
        return {found.name for found in compare(connection) if found.what == "foreign key" and found.kind == kind}


def _revision(engine: Engine, scripts: ScriptDirectory) -> Revision:
    with engine.connect() as connection:
        return revision(connection, scripts)


@contextmanager
def _step(engine: Engine, rule: sa.ForeignKeyConstraint, lock_timeout: float) -> Iterator[Connection]:
    with _patiently(f"{rule.table.name} or {rule.referred_table.name}"), on_connection(engine) as connection:
        limit = sa.text("SELECT set_config('lock_timeout', :limit, true), set_config('statement_timeout', '0', true)")
        connection.execute(limit, {"limit": f"{lock_timeout * 1000:.0f}ms"})  # Reading all rows may take its time.
        yield connection


@contextmanager
def _patiently(tables: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as failure:
        if getattr(failure.orig, "sqlstate", None) not in _LOCKED:
            raise
        raise TableBusy(
            f"Gave up waiting for {tables}, which other programs are using. The steps that were reported stand; "
            "run `flask --app app schema adopt` again in a quieter moment, and it goes on from here.",
        ) from failure
