"""The verbs that can be run on many bookings, and how it is foreseen to which of them they will be done."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from marketplace.audit import Actor
from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.fields import PlainForm, ReasonForm
from marketplace.batches.work import Arguments, Deed, Foresight, Refusals, one_by_one
from marketplace.bookings.calendars import PlannedCalendar
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.bookings.operations import (
    cancel_booking,
    cancel_refusal,
    complete_booking,
    complete_refusal,
    confirm_booking,
    confirm_refusal,
    restore_booking,
    restore_refusal,
)
from marketplace.permissions import Permission


def foresee_confirming(session: Session) -> Foresight:
    """Foresee confirming: what is confirmed first is in the way of what comes after it."""
    calendar = PlannedCalendar()

    def foresee(pairs: Sequence[tuple[Booking, Arguments]]) -> Refusals:
        pending = [booking for booking, _arguments in pairs if booking.can_move_to(BookingStatus.CONFIRMED)]
        calendar.read(session, [(booking, booking.scheduled_at) for booking in pending])
        return [_planned(booking, confirm_refusal(booking, calendar=calendar)) for booking, _arguments in pairs]

    def _planned(booking: Booking, refusal: str | None) -> str | None:
        if refusal is None:
            calendar.plan(booking, booking.scheduled_at)
        return refusal

    return foresee


def foresee_restoring(session: Session) -> Foresight:
    """Foresee putting bookings back: what is confirmed again is in the way of what comes after it."""
    calendar = PlannedCalendar()

    def foresee(pairs: Sequence[tuple[Booking, Arguments]]) -> Refusals:
        returning = [(booking, earlier(arguments)) for booking, arguments in pairs]
        calendar.read(session, [(booking, was.get("scheduled_at", booking.scheduled_at)) for booking, was in returning])
        return [_planned(booking, was, restore_refusal(booking, was, calendar=calendar)) for booking, was in returning]

    def _planned(booking: Booking, was: Mapping[str, Any], refusal: str | None) -> str | None:
        if refusal is None:
            if was.get("status", booking.status) == BookingStatus.CONFIRMED:
                calendar.plan(booking, was.get("scheduled_at", booking.scheduled_at))
            else:
                calendar.plan_away(booking)
        return refusal

    return foresee


READ: Mapping[str, Callable[[Any], Any]] = {"status": str, "scheduled_at": dt.datetime.fromisoformat}
"""What an undoing puts back, and how it is read from where it was noted."""


def earlier(changes: Arguments) -> dict[str, Any]:
    """Return what the fields of a booking were before `changes`: field to `[old, new]`, as a batch notes them."""
    return {name: read(changes[name][0]) for name, read in READ.items() if name in changes}


def restore(booking: Booking, changes: Arguments, actor: Actor) -> None:
    restore_booking(booking, was=earlier(changes), actor=actor)


RESTORING = Deed(restore, foresee_restoring)

BOOKING_VERBS = (
    BulkVerb(
        "confirmation",
        _l("Confirm"),
        Permission.BOOKINGS_CONFIRM,
        Deed(lambda booking, _arguments, actor: confirm_booking(booking, actor=actor), foresee_confirming),
        PlainForm,
        style="success",
        undoing=RESTORING,
    ),
    BulkVerb(
        "completion",
        _l("Complete"),
        Permission.BOOKINGS_COMPLETE,
        Deed(lambda booking, _arguments, actor: complete_booking(booking, actor=actor), one_by_one(complete_refusal)),
        PlainForm,
        undoing=RESTORING,
    ),
    BulkVerb(
        "cancellation",
        _l("Cancel"),
        Permission.BOOKINGS_CANCEL,
        Deed(
            lambda booking, arguments, actor: cancel_booking(booking, reason=arguments["reason"], actor=actor),
            one_by_one(cancel_refusal),
        ),
        ReasonForm,
        style="danger",
        undoing=RESTORING,
    ),
)
