"""Promise 19: deadlocks and serialization failures are done again where that is safe, and never shown."""

import psycopg
import pytest
import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from marketplace import transaction as transactions
from marketplace.accounts.models import PasswordResetToken
from marketplace.audit import Command, record
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from marketplace.transaction import ATTEMPTS, after_commit, in_transaction
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, PasswordResetTokenFactory, StaffMemberFactory, UserFactory
from tests.others import Meanwhile, another_program, wait_for_waiters
from tests.pages import fields_of

Booked, Tokens = Booking.__table__, PasswordResetToken.__table__


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(transactions, "PAUSE", 0)


def on_postgresql():
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one lock for all that is written, so no two can wait for each other")


def posting(browser, address, **typed):
    """Open the form at `address`; return what sends it, filled in, as a browser would."""
    fields = {**fields_of(browser.get(address).get_data(as_text=True)), **typed}
    return lambda: browser.post(address, data=fields)


def sent_mail():
    return getattr(current_app.extensions["mailman"], "outbox", [])


def given_up(logged):
    return [line["error"] for line in logged if line["event"] == "transaction_done_again"]


# -- Through the pages ----------------------------------------------------------------------------


def test_a_deadlock_is_not_shown_and_the_verb_is_done_once(app, support):
    """Ours locks the booking, then its provider; the other program takes the provider first."""
    on_postgresql()
    booking = BookingFactory(status="pending")
    booking_id, provider_id = booking.id, booking.provider_id
    confirm = posting(support, f"/admin/bookings/{booking_id}/confirmation")
    with capture_logs() as logged:
        with another_program() as other:
            other.execute(sa.text("SELECT FROM users WHERE id = :id FOR UPDATE"), {"id": provider_id})
            ours = Meanwhile(confirm)
            wait_for_waiters(other)
            other.execute(sa.update(Booked).where(Booked.c.id == booking_id).values(notes="By the other program"))
            other.commit()
        assert ours.answer().status_code == 302
    assert given_up(logged) == ["DeadlockDetected"]
    db.session.expire_all()
    assert (booking.status, booking.notes) == ("confirmed", "By the other program")
    assert [entry.action for entry in entries() if entry.subject_id == str(booking_id)] == ["booking.confirmed"]
    assert is_whole()


def test_what_follows_the_commit_follows_once_after_a_deadlock(app, support):
    """Ours locks the user, then the tokens of the user; the other program the other way round."""
    on_postgresql()
    user = UserFactory()
    earlier, user_id = PasswordResetTokenFactory(email=user.email).id, user.id
    issue = posting(support, f"/admin/users/{user_id}/reset-link", reason="They rang.")
    sent = len(sent_mail())
    with capture_logs() as logged:
        with another_program() as other:
            other.execute(sa.update(Tokens).where(Tokens.c.id == earlier).values(expires_at=sa.func.now()))
            ours = Meanwhile(issue)
            wait_for_waiters(other)
            other.execute(sa.text("SELECT FROM users WHERE id = :id FOR UPDATE"), {"id": user_id})
            other.commit()
        assert ours.answer().status_code == 200
    assert given_up(logged) == ["DeadlockDetected"]
    assert len(sent_mail()) == sent + 1
    assert [entry.action for entry in entries() if entry.action.startswith("reset_link")] == [
        "reset_link.voided",
        "reset_link.issued",
    ]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tokens)) == 2
    assert is_whole()


@pytest.fixture
def serializable(app):
    """Have every transaction serializable, as no database of ours is by itself."""

    def begin(connection):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")

    on_postgresql()
    event.listen(db.engine, "begin", begin)
    yield
    event.remove(db.engine, "begin", begin)


def test_a_serialization_failure_is_not_shown_and_the_verb_is_done_once(app, support, serializable):
    booking = BookingFactory(status="pending")
    booking_id = booking.id
    cancel = posting(support, f"/admin/bookings/{booking_id}/cancellation", reason="Asked to.")
    with capture_logs() as logged:
        with another_program() as other:
            other.execute(sa.update(Booked).where(Booked.c.id == booking_id).values(notes="By the other program"))
            ours = Meanwhile(cancel)
            wait_for_waiters(other)
            other.commit()
        assert ours.answer().status_code == 302
    assert given_up(logged) == ["SerializationFailure"]
    db.session.expire_all()
    assert (booking.status, booking.notes) == ("cancelled", "By the other program")
    assert [entry.action for entry in entries() if entry.subject_id == str(booking_id)] == ["booking.cancelled"]
    assert is_whole()


def test_who_writes_after_another_sees_what_that_one_wrote(app, support):
    """SQLite refuses a transaction that has read before another one wrote; ours read only once they may write."""
    booking = BookingFactory(status="pending", notes="Old")
    booking_id = booking.id
    cancel = posting(support, f"/admin/bookings/{booking_id}/cancellation", reason="Asked to.")
    with another_program() as other:
        other.execute(sa.update(Booked).where(Booked.c.id == booking_id).values(status="completed"))
        ours = Meanwhile(cancel)
        ours.join(0.2)
        assert ours.is_alive(), "it waits"
        other.commit()
    answer = ours.answer()
    assert answer.status_code == 409
    assert "A completed booking cannot be cancelled" in answer.get_data(as_text=True)
    assert not entries("booking.cancelled")


@pytest.fixture
def quarrelsome(app):
    """A database in which every change of a booking fails to be serialized."""
    on_postgresql()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION quarrel() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END $$;"
            "CREATE TRIGGER quarrel BEFORE UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION quarrel()"
        )
    yield
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER quarrel ON bookings; DROP FUNCTION quarrel()")


def test_what_fails_every_time_ends_in_a_page_that_says_so_and_keeps_what_was_typed(app, support, quarrelsome):
    booking = BookingFactory(status="pending")
    cancel = posting(support, f"/admin/bookings/{booking.id}/cancellation", reason="They asked to, twice.")
    with capture_logs() as logged:
        answer = cancel()
    page = answer.get_data(as_text=True)
    assert given_up(logged) == ["SerializationFailure"] * (ATTEMPTS - 1)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Others are changing the same records just now." in page
    assert fields_of(page)["reason"] == "They asked to, twice."
    assert not entries("booking.cancelled")


# -- The room in which it is done ----------------------------------------------------------------


def lost(kind):
    return OperationalError("UPDATE", {}, kind("made up"))


class Attempts:
    """A verb that is given up the first `failures` times, when it has done everything."""

    def __init__(self, member, *, failures, kind=psycopg.errors.DeadlockDetected):
        self.member, self.failures, self.kind = member, failures, kind
        self.begun, self.done = 0, []

    def __call__(self):
        self.begun += 1
        assert self.member.name == "Old", "each attempt begins from the beginning"
        self.member.name = f"New {self.begun}"
        record("staff.edited", self.member, actor=Command("a test"), label="x")
        after_commit(lambda attempt=self.begun: self.done.append(attempt))
        db.session.flush()
        if self.begun <= self.failures:
            raise lost(self.kind)
        return self.begun


@pytest.mark.parametrize("kind", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
@pytest.mark.parametrize("failures", range(ATTEMPTS))
def test_of_all_attempts_one_stands(app, kind, failures):
    act = Attempts(StaffMemberFactory(name="Old"), failures=failures, kind=kind)
    assert in_transaction(act) == failures + 1
    assert act.done == [failures + 1]
    assert act.member.name == f"New {failures + 1}"
    assert len(entries("staff.edited")) == 1
    assert is_whole()


def test_it_is_not_tried_for_ever(app):
    act = Attempts(StaffMemberFactory(name="Old"), failures=10**6)
    with pytest.raises(OperationalError):
        in_transaction(act)
    assert act.begun == ATTEMPTS
    assert act.done == []
    assert db.session.scalar(sa.select(StaffMember.name)) == "Old"
    assert not entries()


@pytest.mark.parametrize("kind", [psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled, psycopg.errors.Error])
def test_what_has_waited_already_or_may_have_been_done_is_not_done_again(app, kind):
    act = Attempts(StaffMemberFactory(name="Old"), failures=10**6, kind=kind)
    with pytest.raises(OperationalError):
        in_transaction(act)
    assert act.begun == 1
    assert not entries()


def test_a_database_that_isolates_more_by_default_changes_nothing(app):
    on_postgresql()
    name = db.engine.url.database
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'serializable'")
    try:
        db.session.remove()
        db.engine.dispose()
        assert db.session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    finally:
        db.session.rollback()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET default_transaction_isolation')
