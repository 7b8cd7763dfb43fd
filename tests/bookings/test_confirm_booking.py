"""Confirming a booking."""

import datetime as dt

import pytest

from marketplace.bookings.models import Booking
from marketplace.bookings.operations import confirm_booking, confirm_refusal
from marketplace.errors import NotAllowedNow
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, coming_monday


def confirm(booking: Booking) -> None:
    with transaction():
        confirm_booking(booking, actor=StaffMemberFactory.build(email="agent@example.com"))


def test_a_pending_booking_becomes_confirmed_and_the_log_tells_by_whom(app):
    booking = BookingFactory(status="pending")
    confirm(booking)
    assert booking.status == "confirmed"
    [entry] = entries("booking.confirmed")
    assert entry.changes == {"status": ["pending", "confirmed"]}
    assert (entry.actor_label, entry.subject_id) == ("agent@example.com", str(booking.id))
    assert is_whole()


@pytest.mark.parametrize("status", ["completed", "cancelled", "confirmed"])
def test_a_booking_that_is_not_pending_cannot_be_confirmed(app, status):
    booking = BookingFactory(status=status)
    sentence = confirm_refusal(booking)
    with pytest.raises(NotAllowedNow, match=status) as refusal:
        confirm(booking)
    assert str(refusal.value) == sentence
    assert booking.status == status
    assert not entries()


@pytest.mark.parametrize(
    ("minutes", "overlaps"),
    [(-60, False), (-59, True), (0, True), (59, True), (60, False)],
)
def test_two_confirmed_bookings_of_one_provider_share_no_minute(app, minutes, overlaps):
    service = ServiceFactory()
    start = coming_monday(12)
    BookingFactory(service=service, status="confirmed", scheduled_at=start, duration=60)
    booking = BookingFactory(
        service=service,
        status="pending",
        scheduled_at=start + dt.timedelta(minutes=minutes),
        duration=60,
    )
    assert bool(confirm_refusal(booking)) is overlaps
    if overlaps:
        with pytest.raises(NotAllowedNow, match="confirmed booking then: Window cleaning"):
            confirm(booking)
    else:
        confirm(booking)
    assert booking.status == ("pending" if overlaps else "confirmed")


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled"])
def test_only_confirmed_bookings_stand_in_the_way(app, status):
    service = ServiceFactory()
    start = coming_monday(12)
    BookingFactory(service=service, status=status, scheduled_at=start)
    booking = BookingFactory(service=service, status="pending", scheduled_at=start)
    confirm(booking)
    assert booking.status == "confirmed"


def test_bookings_of_other_providers_do_not_stand_in_the_way(app):
    start = coming_monday(12)
    BookingFactory(status="confirmed", scheduled_at=start)
    booking = BookingFactory(status="pending", scheduled_at=start)
    confirm(booking)
    assert booking.status == "confirmed"


def test_what_another_program_changed_meanwhile_counts(app):
    booking = BookingFactory(status="pending")
    assert booking.status == "pending"  # Loaded, and now old.
    db.session.connection().exec_driver_sql("UPDATE bookings SET status = 'cancelled'")
    db.session.commit()
    with pytest.raises(NotAllowedNow, match="cancelled"):
        confirm(booking)
