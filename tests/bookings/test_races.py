"""Two agents at one booking at once."""

import os
import threading
from collections import Counter

import pytest
import sqlalchemy as sa

from marketplace.bookings.models import Booking
from marketplace.bookings.operations import cancel_booking, confirm_booking
from marketplace.errors import DomainError
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, coming_monday

ROUNDS = int(os.environ.get("RACE_ROUNDS", "25"))
"""Some with every run; by hand 1,000: `RACE_ROUNDS=1000 pytest tests/bookings/test_races.py`."""


def race(app, *acts):
    """Run `acts` at once, each in a thread and a session of its own; return what each came to."""
    start, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        with app.app_context():
            start.wait()
            try:
                act()
                outcomes[place] = "done"
            except DomainError as refusal:
                outcomes[place] = str(refusal)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def act_on(booking_id, verb, **named):
    def act():
        booking = db.session.get(Booking, booking_id)
        with transaction():
            verb(booking, actor=StaffMemberFactory.build(), **named)

    return act


@pytest.mark.parametrize("verb", [confirm_booking, cancel_booking])
def test_exactly_one_of_two_wins_and_the_other_reads_what_happened(app, verb):
    named = {"reason": "Asked to."} if verb is cancel_booking else {}
    for _round in range(ROUNDS):
        booking_id = BookingFactory(status="pending").id
        db.session.rollback()
        outcomes = race(app, act_on(booking_id, verb, **named), act_on(booking_id, verb, **named))
        assert Counter(outcome == "done" for outcome in outcomes) == {True: 1, False: 1}, outcomes
        assert any("already" in outcome for outcome in outcomes)
    assert len(entries()) == ROUNDS
    assert is_whole()


def test_confirm_against_cancel_loses_nothing(app):
    """Confirming first, both succeed; cancelling first, confirming is refused: the log and the row agree."""
    for _round in range(ROUNDS):
        booking_id = BookingFactory(status="pending").id
        db.session.rollback()
        before = len(entries())
        db.session.rollback()
        outcomes = race(
            app,
            act_on(booking_id, confirm_booking),
            act_on(booking_id, cancel_booking, reason="Asked to."),
        )
        assert outcomes[1] == "done"
        told = [entry.action for entry in entries()[before:]]
        assert told == (["booking.confirmed", "booking.cancelled"] if outcomes[0] == "done" else ["booking.cancelled"])
        assert db.session.get(Booking, booking_id).status == "cancelled"
    assert is_whole()


def test_two_overlapping_bookings_are_never_both_confirmed(app):
    for _round in range(ROUNDS):
        service = ServiceFactory()
        ids = [BookingFactory(service=service, scheduled_at=coming_monday(10)).id for _each in range(2)]
        db.session.rollback()
        outcomes = race(app, *(act_on(booking_id, confirm_booking) for booking_id in ids))
        assert sorted(outcome == "done" for outcome in outcomes) == [False, True], outcomes
        confirmed = sa.select(sa.func.count()).where(Booking.id.in_(ids), Booking.status == "confirmed")
        assert db.session.scalar(confirmed) == 1
