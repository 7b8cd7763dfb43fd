"""Loading: refuse foreign data, then write everything in one transaction."""

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.bookings.models import Booking
from marketplace.database import Base, ValidatedJSON
from marketplace.errors import NotAllowedNow
from marketplace.listings.models import Service
from marketplace.system.sample_data.bookings import booking_rows
from marketplace.system.sample_data.ids import is_sample_id
from marketplace.system.sample_data.people import user_rows
from marketplace.system.sample_data.plan import Plan
from marketplace.system.sample_data.rows import Row
from marketplace.system.sample_data.services import service_rows
from marketplace.system.sample_data.tokens import token_rows
from marketplace.transaction import transaction

CHUNK = 5_000
"""Rows that are in memory at a time."""

TABLES: tuple[type[Base], ...] = (User, Service, Booking, PasswordResetToken)

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Contents:
    """How many rows the marketplace tables hold."""

    users: int
    services: int
    bookings: int
    tokens: int

    @property
    def total(self) -> int:
        return self.users + self.services + self.bookings + self.tokens

    def __str__(self) -> str:
        return (
            f"{self.users:,} users, {self.services:,} services, {self.bookings:,} bookings "
            f"and {self.tokens:,} reset tokens"
        )


def found() -> Contents | None:
    """Return what is there of an earlier run, or None where the four tables are empty.

    Users and services tell: the back office creates neither. Bookings and tokens that staff have
    added to sample data since are counted with it.

    :raises NotAllowedNow: when there is a user or a service that sample data did not make.
    """
    with transaction() as session:
        return _contents(session)


def load(bookings: int, seed: int, today: dt.date, progress: Progress = lambda _: None) -> Contents:
    """Fill the empty marketplace tables: all of it, or nothing where the run is ended midway.

    :param progress: called with the number of rows that have been written since the last call.
    :raises NotAllowedNow: when the tables are not empty.
    """
    with transaction() as session:
        _lock_out_writers(session)
        if _contents(session) is not None:
            raise NotAllowedNow("Somebody else has filled these tables in the meantime; nothing was changed.")
        plan = Plan(bookings, seed, today, any_text=session.get_bind().dialect.name == "sqlite")
        for model, rows in (
            (User, user_rows(plan)),
            (Service, service_rows(plan)),
            (Booking, booking_rows(plan)),
            (PasswordResetToken, token_rows(plan)),
        ):
            _write(session, model.__tablename__, rows, progress)
        _analyze(session)
        return Contents(plan.users, plan.services, plan.bookings, plan.tokens)


def planned(bookings: int, seed: int, today: dt.date) -> int:
    """Return how many rows `load` will write."""
    plan = Plan(bookings, seed, today)
    return plan.users + plan.services + plan.bookings + plan.tokens


def _contents(session: Session) -> Contents | None:
    counts = [session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in TABLES]
    contents = Contents(*counts)
    if contents.total == 0:
        return None
    if contents.users == 0 or _has_strangers(session):
        raise NotAllowedNow(
            f"This database holds data that sample data did not make ({contents}). "
            "Nothing was changed: sample data goes into empty tables only.",
        )
    return contents


def _has_strangers(session: Session) -> bool:
    for column in (User.id, Service.id):
        with closing(session.scalars(sa.select(column).execution_options(yield_per=CHUNK))) as identifiers:
            if not all(map(is_sample_id, identifiers)):
                return True
    return False


def _lock_out_writers(session: Session) -> None:
    """Keep the tables as empty as they are found; SQLite's write transaction does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"LOCK TABLE {_names()} IN SHARE ROW EXCLUSIVE MODE"))


def _analyze(session: Session) -> None:
    """Tell PostgreSQL's planner at once what autovacuum would tell it minutes later."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"ANALYZE {_names()}"))


def _names() -> str:
    return ", ".join(model.__tablename__ for model in TABLES)


def _write(session: Session, table: str, rows: Iterable[Row], progress: Progress) -> None:
    write = _copy if session.get_bind().dialect.name == "postgresql" else _insert
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        write(session, table, chunk)
        progress(len(chunk))


def _copy(session: Session, table: str, chunk: list[Row]) -> None:
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("the connection was lost")
    columns = ", ".join(chunk[0]._fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in chunk:
            copy.write_row(row)


def _insert(session: Session, table: str, chunk: list[Row]) -> None:
    columns = Base.metadata.tables[table].columns
    target = sa.table(table, *(sa.column(name, _plain(columns[name].type)) for name in chunk[0]._fields))
    session.execute(target.insert(), [row._asdict() for row in chunk])


def _plain(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """Take the validation off a JSON column: sample data has malformed rows on purpose."""
    return sa.Text() if isinstance(kind, ValidatedJSON) else kind
