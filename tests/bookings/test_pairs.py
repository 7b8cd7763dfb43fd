"""Promise 14: of a thousand pairs of confirm against cancel none is lost, and nobody is told a success that was none.

Through the pages, by two agents at browsers of their own; `test_races.py` has the same pairs without the pages.
"""

import os
from functools import partial

import sqlalchemy as sa

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory
from tests.others import at_once
from tests.pages import fields_of

PAIRS = int(os.environ.get("PAIRS", "25"))
"""Some with every run; by hand 1,000: `PAIRS=1000 pytest tests/bookings/test_pairs.py`."""

CONFIRMED, CANCELLED = "booking.confirmed", "booking.cancelled"


def test_of_many_pairs_of_confirm_against_cancel_none_is_lost(app, as_role):
    confirming, cancelling = as_role("support"), as_role("support")
    for _pair in range(PAIRS):
        booking_id = BookingFactory(status="pending").id
        confirm = opened(confirming, f"/admin/bookings/{booking_id}/confirmation")
        cancel = opened(cancelling, f"/admin/bookings/{booking_id}/cancellation", reason="Asked to.")
        before = len(entries())
        confirmed, cancelled = at_once(confirm, cancel)
        told = [(entry.action, entry.actor_id) for entry in entries()[before:]]
        cancellation = (CANCELLED, cancelling.member_id)
        if confirmed.status_code == 302:
            assert told == [(CONFIRMED, confirming.member_id), cancellation]
        else:
            assert confirmed.status_code == 409
            assert "A cancelled booking cannot be confirmed." in confirmed.text
            assert told == [cancellation]
        assert cancelled.status_code == 302
        assert db.session.scalar(sa.select(Booking.status).where(Booking.id == booking_id)) == "cancelled"
    assert is_whole()


def test_of_many_pairs_of_confirm_against_confirm_one_each_is_told_so(app, as_role):
    browsers = [as_role("support") for _each in range(2)]
    for _pair in range(PAIRS):
        booking_id = BookingFactory(status="pending").id
        acts = [opened(browser, f"/admin/bookings/{booking_id}/confirmation") for browser in browsers]
        before = len(entries())
        answers = at_once(*acts)
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        [won] = [browser.member_id for browser, answer in zip(browsers, answers, strict=True) if answer.location]
        assert [(entry.action, entry.actor_id) for entry in entries()[before:]] == [(CONFIRMED, won)]
        assert any("This booking is already confirmed." in answer.text for answer in answers)
    assert is_whole()


def opened(browser, address, **typed):
    """Open the form at `address`; return what sends it, filled in."""
    fields = {**fields_of(browser.get(address).text), **typed}
    return partial(browser.post, address, data=fields)
