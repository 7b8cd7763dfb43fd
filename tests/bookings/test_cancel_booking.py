"""Cancelling a booking."""

import pytest

from marketplace.bookings.operations import cancel_booking, cancel_refusal
from marketplace.errors import InvalidInput, NotAllowedNow
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import BookingFactory, StaffMemberFactory


def cancel(booking, reason="The customer is ill."):
    with transaction():
        cancel_booking(booking, reason=reason, actor=StaffMemberFactory.build())


@pytest.mark.parametrize("status", ["pending", "confirmed"])
def test_an_open_booking_is_cancelled_with_its_reason(app, status):
    booking = BookingFactory(status=status)
    cancel(booking)
    assert booking.status == "cancelled"
    [entry] = entries("booking.cancelled")
    assert (entry.reason, entry.changes) == ("The customer is ill.", {"status": [status, "cancelled"]})


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_closed_booking_cannot_be_cancelled(app, status):
    booking = BookingFactory(status=status)
    sentence = cancel_refusal(booking)
    with pytest.raises(NotAllowedNow) as refusal:
        cancel(booking)
    assert str(refusal.value) == sentence
    assert booking.status == status


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_cancelling_needs_a_reason(app, reason):
    booking = BookingFactory(status="pending")
    with pytest.raises(InvalidInput, match="reason"):
        cancel(booking, reason)
    assert booking.status == "pending"
    assert not entries()
