"""The states of a booking."""

import itertools

import pytest

from marketplace.bookings.models import Booking, BookingStatus
from marketplace.errors import InvalidTransition

ALLOWED = {("pending", "confirmed"), ("pending", "cancelled"), ("confirmed", "completed"), ("confirmed", "cancelled")}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(BookingStatus, repeat=2)))
def test_a_booking_moves_only_where_the_rules_lead(old, new):
    booking = Booking(status=old.value)
    assert booking.can_move_to(new) is ((old, new) in ALLOWED)
    if (old, new) in ALLOWED:
        booking.move_to(new)
        assert booking.status == new
    else:
        with pytest.raises(InvalidTransition):
            booking.move_to(new)
        assert booking.status == old
