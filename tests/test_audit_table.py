"""The table of the audit log can only be added to."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from marketplace.audit import GENESIS, AuditEvent
from marketplace.database import utcnow
from marketplace.extensions import db
from tests.conftest import DATABASES
from tests.seed import app_on
from tests.servers import postgresql_database, sqlite_database


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """A migrated database of each kind with one audit entry in it."""
    database = (
        sqlite_database() if request.param == "sqlite" else postgresql_database(request.getfixturevalue("postgresql"))
    )
    with database as url, app_on(url):
        upgrade()
        with db.engine.begin() as connection:
            connection.execute(sa.insert(AuditEvent), [entry(1)])
        yield db.engine


def entry(position: int, action: str = "booking.cancelled") -> dict[str, object]:
    return {
        "id": position,
        "at": utcnow(),
        "action": action,
        "actor_kind": "command",
        "actor_label": "test",
        "subject_type": "bookings",
        "subject_id": "1",
        "subject_label": "1",
        "changes": {},
        "previous_hash": GENESIS[:-1] + str(position),
        "hash": f"{position:064x}",
    }


def entries(engine: sa.Engine) -> list[tuple[int, str]]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(AuditEvent.id, AuditEvent.action).order_by(AuditEvent.id))
        return [(row.id, row.action) for row in rows]


def refused(engine: sa.Engine, statement: str) -> bool:
    """Whether the database itself refuses `statement` because the table is append-only."""
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"audit_events is append-only: [A-Z]+ refused"),
        engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    return entries(engine) == [(1, "booking.cancelled")]


def test_an_entry_can_be_added(engine: sa.Engine):
    with engine.begin() as connection:
        connection.execute(sa.insert(AuditEvent), [entry(2, "booking.confirmed")])

    assert entries(engine) == [(1, "booking.cancelled"), (2, "booking.confirmed")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET action = 'nothing.happened'",
        "UPDATE audit_events SET action = action WHERE id = 1",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE id = 1",
    ],
)
def test_an_entry_can_be_neither_changed_nor_deleted(engine: sa.Engine, statement: str):
    assert refused(engine, statement)


def test_the_log_cannot_be_truncated(engine: sa.Engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE.")
    for statement in ("TRUNCATE audit_events", "TRUNCATE staff_members, audit_events CASCADE"):
        assert refused(engine, statement)


def test_an_upsert_does_not_change_an_entry(engine: sa.Engine):
    assert refused(
        engine,
        """
        INSERT INTO audit_events SELECT * FROM audit_events WHERE id = 1
        ON CONFLICT (id) DO UPDATE SET action = 'nothing.happened'
    """,
    )


def test_an_entry_cannot_be_replaced(engine: sa.Engine):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE.")
    names = ", ".join(column.name for column in AuditEvent.__table__.columns if column.name != "action")
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(
            f"REPLACE INTO audit_events (action, {names}) SELECT 'nothing.happened', {names} FROM audit_events",
        )
    assert entries(engine) == [(1, "booking.cancelled")]
