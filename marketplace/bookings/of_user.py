"""The bookings on the page of a user, as a customer and with a provider."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from marketplace.accounts.cells import short_person_cell
from marketplace.accounts.models import User, UserRole
from marketplace.backoffice.cells import brief_time_cell
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Listed
from marketplace.backoffice.record_lists import Choice, RecordColumn, RecordList, RecordPage
from marketplace.bookings import queries
from marketplace.bookings.cells import amount_cell, service_cell, status_cell
from marketplace.bookings.models import Booking
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.permissions import Permission

BOOKINGS = Listed.of(Booking, queries.listed_bookings)

CHOICES = {
    "coming": Choice(
        _l("Coming"),
        lambda: (queries.is_coming(utcnow()),),
        sort="scheduled_at",
    ),
    "all": Choice(_l("All"), lambda: (), sort="scheduled_at", descending=True),
}


def _columns(other_side: str, label: Any) -> dict[str, RecordColumn]:
    return {
        "scheduled_at": RecordColumn(_l("When"), brief_time_cell, Order(Booking.scheduled_at, Booking.id)),
        "status": RecordColumn(_l("Status"), status_cell),
        "service": RecordColumn(_l("Service"), service_cell),
        other_side: RecordColumn(label, short_person_cell),
        "total_amount": RecordColumn(_l("Amount"), amount_cell, Order(Booking.total_amount, Booking.id)),
    }


SIDES = {
    "customer": RecordList(
        "customer",
        _l("Bookings as a customer"),
        "bookings.details_view",
        BOOKINGS,
        _columns("provider", _l("Provider")),
        CHOICES,
        _l("This user has booked nothing."),
    ),
    "provider": RecordList(
        "provider",
        _l("Bookings with this provider"),
        "bookings.details_view",
        BOOKINGS,
        _columns("customer", _l("Customer")),
        CHOICES,
        _l("Nobody has booked this provider."),
    ),
}


def bookings_of_user(user: User, page: Callable[..., str]) -> Sequence[RecordPage]:
    """Return the bookings of `user` on either side; the side that is not their role's only where there are any.

    :param page: returns the address of the user's page with some parameters.
    """
    if not current_user.may(Permission.BOOKINGS_READ):
        return ()
    found = {}
    for side, what in SIDES.items():
        keys = sa.select(Booking.id).where(getattr(Booking, f"{side}_id") == user.id)
        narrowed: dict[str, Any] = {side: user.id}
        found[side] = what.read(db.session(), keys, all_url=url_for("bookings.index_view", **narrowed), page=page)
    first = UserRole.PROVIDER if user.role == UserRole.PROVIDER else UserRole.CUSTOMER
    sides = sorted(SIDES, key=lambda side: side != first)
    return [found[side] for side in sides if side == first or found[side].page.rows or found[side].page.previous]
