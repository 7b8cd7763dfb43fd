"""Completing a booking."""

import datetime as dt

import pytest
import time_machine

from marketplace.bookings.operations import complete_booking, complete_refusal
from marketplace.errors import NotAllowedNow
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, StaffMemberFactory, coming_monday

LONG_AGO = coming_monday(10) - dt.timedelta(days=70)


def complete(booking):
    with transaction():
        complete_booking(booking, actor=StaffMemberFactory.build(email="agent@example.com"))


def test_a_confirmed_booking_that_has_ended_is_completed_and_the_log_tells_by_whom(app):
    booking = BookingFactory(status="confirmed", scheduled_at=LONG_AGO)
    complete(booking)
    assert booking.status == "completed"
    [entry] = entries("booking.completed")
    assert (entry.changes, entry.reason) == ({"status": ["confirmed", "completed"]}, None)
    assert (entry.actor_label, entry.subject_id) == ("agent@example.com", str(booking.id))
    assert is_whole()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("pending", "A pending booking cannot be completed."),
        ("completed", "This booking is already completed."),
        ("cancelled", "A cancelled booking cannot be completed."),
    ],
)
def test_a_booking_that_is_not_confirmed_cannot_be_completed(app, status, sentence):
    booking = BookingFactory(status=status, scheduled_at=LONG_AGO)
    assert complete_refusal(booking) == sentence
    with pytest.raises(NotAllowedNow) as refusal:
        complete(booking)
    assert str(refusal.value) == sentence
    assert booking.status == status
    assert not entries()


@pytest.mark.parametrize(("seconds", "ended"), [(-1, False), (0, True), (1, True)])
def test_it_can_be_completed_from_the_second_on_at_which_it_ends(app, seconds, ended):
    booking = BookingFactory(status="confirmed", scheduled_at=coming_monday(10), duration=45)
    with time_machine.travel(coming_monday(10) + dt.timedelta(minutes=45, seconds=seconds), tick=False):
        if ended:
            complete(booking)
        else:
            sentence = complete_refusal(booking)
            assert sentence.startswith("It can be completed once it has ended: ")
            assert sentence.endswith(", 10:45.")
            with pytest.raises(NotAllowedNow) as refusal:
                complete(booking)
            assert str(refusal.value) == sentence
    assert booking.status == ("completed" if ended else "confirmed")


def test_what_another_program_changed_meanwhile_counts(app):
    booking = BookingFactory(status="confirmed", scheduled_at=LONG_AGO)
    assert booking.status == "confirmed"  # Loaded, and now old.
    db.session.connection().exec_driver_sql("UPDATE bookings SET status = 'cancelled'")
    db.session.commit()
    with pytest.raises(NotAllowedNow, match="cancelled"):
        complete(booking)
