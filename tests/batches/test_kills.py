"""Promise 16: kill -9 at random moments leaves nothing half done, and audit entries equal changed rows."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
import uuid

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from marketplace import create_app
from marketplace.audit import AuditEvent
from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import is_whole
from tests.conftest import make_settings
from tests.factories import BatchFactory, BookingFactory, coming_monday
from tests.servers import postgresql_database

BOOKINGS = 5_000
REFUSED = 50
KILLS = int(os.environ.get("KILLS", "20"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path, postgresql):
    """A database that several processes can reach."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/killed.sqlite"
    else:
        with postgresql_database(postgresql) as made:
            yield made


def test_a_bulk_run_killed_at_random_moments_does_every_item_exactly_once(url):
    app = create_app(make_settings(url))
    with app.app_context():
        upgrade()
        batch_id = many_bookings()
        chance, killed = random.Random(20261124), 0
        with subprocess.Popen(  # noqa: S603 - this very interpreter, with arguments of our own
            [sys.executable, "-m", "tests.batches.runner", url, str(batch_id)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as runner:  # fmt: skip
            while state_of(batch_id) != "finished":
                runner.stdin.write("go on\n")
                runner.stdin.flush()
                child = int(runner.stdout.readline())
                if killed < KILLS:
                    time.sleep(chance.uniform(0.02, 0.16))
                    os.kill(child, signal.SIGKILL)
                killed += int(runner.stdout.readline()) == -signal.SIGKILL
                assert_nothing_is_half_done(batch_id)
        assert killed == KILLS
        batch = db.session.get_one(Batch, batch_id)
        assert (batch.done, batch.not_done) == (BOOKINGS - REFUSED, REFUSED)
        each = sa.select(AuditEvent.subject_id).where(AuditEvent.action.like("booking.%"))
        assert len(set(db.session.scalars(each))) == BOOKINGS - REFUSED, "no booking twice"
        assert is_whole()
        db.session.remove()
        db.engine.dispose()


def many_bookings():
    """Make bookings of one service, some of them completed, and a running batch of them."""
    model = BookingFactory()
    monday = coming_monday(9)
    shared = {name: getattr(model, name) for name in ("customer_id", "service_id", "provider_id", "total_amount")}
    rows = [
        {
            **shared,
            "id": uuid.uuid4(),
            "status": "completed" if number % (BOOKINGS // REFUSED) == 0 else "pending",
            "scheduled_at": monday + dt.timedelta(hours=number),
            "duration": 60,
        }
        for number in range(BOOKINGS)
    ]
    db.session.execute(sa.insert(Booking), rows)
    batch_id = BatchFactory(rows=[Booking(id=row["id"]) for row in rows]).id
    db.session.commit()
    return batch_id


def state_of(batch_id):
    db.session.rollback()
    return db.session.scalar(sa.select(Batch.state).where(Batch.id == batch_id))


def assert_nothing_is_half_done(batch_id):
    """Compare what the items, the batch, the rows and the audit log say, read at one moment."""
    db.session.rollback()
    done = sa.select(BatchItem.subject_id).where(BatchItem.batch_id == batch_id, BatchItem.state == "done")
    changed = Booking.status == "cancelled"
    said, counted, acted, moved, both = db.session.execute(
        sa.select(
            sa.select(Batch.done).where(Batch.id == batch_id).scalar_subquery(),
            sa.select(sa.func.count()).select_from(done.subquery()).scalar_subquery(),
            sa.select(sa.func.count()).where(AuditEvent.action.like("booking.%")).scalar_subquery(),
            sa.select(sa.func.count()).where(changed).scalar_subquery(),
            sa.select(sa.func.count()).where(changed, Booking.id.in_(done)).scalar_subquery(),
        )
    ).one()
    assert said == counted == acted == moved == both
