"""What can be done to bookings."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts.models import User, UserRole
from marketplace.audit import Actor, record
from marketplace.bookings.calendars import Calendar, stored_calendar
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.bookings.scheduling import (
    judge_time,
    label,
    label_of,
    lock_calendar,
    lock_with_calendar,
    nobody_refusal,
    overlap_at,
)
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, NotAllowedNow, Stale, refuse
from marketplace.listings.models import Service
from marketplace.words import Refusal, moment
from marketplace.words import gettext as _


def confirm_booking(booking: Booking, *, actor: Actor) -> None:
    """Confirm a pending booking.

    :raises NotAllowedNow: as `confirm_refusal` says.
    """
    lock_with_calendar(booking)
    refuse(confirm_refusal(booking))
    _move(booking, BookingStatus.CONFIRMED, actor=actor)


def confirm_refusal(booking: Booking, *, calendar: Calendar = stored_calendar) -> str | None:
    """Say why the booking cannot be confirmed now; None when it can."""
    if booking.status == BookingStatus.CONFIRMED:
        return _("This booking is already confirmed.")
    if not booking.can_move_to(BookingStatus.CONFIRMED):
        return _("A %(status)s booking cannot be confirmed.", status=booking.status)
    return nobody_refusal(session_of(booking), booking) or overlap_at(booking, booking.scheduled_at, calendar=calendar)


def cancel_booking(booking: Booking, *, reason: str, actor: Actor) -> None:
    """Cancel a booking that is pending or confirmed.

    :raises InvalidInput: without a reason.
    :raises NotAllowedNow: as `cancel_refusal` says.
    """
    if not reason.strip():
        raise InvalidInput(_("Cancelling needs a reason."), fields=("reason",))
    lock(booking)
    refuse(cancel_refusal(booking))
    _move(booking, BookingStatus.CANCELLED, actor=actor, reason=reason)


def cancel_refusal(booking: Booking) -> str | None:
    """Say why the booking cannot be cancelled now; None when it can."""
    if booking.status == BookingStatus.CANCELLED:
        return _("This booking is already cancelled.")
    if not booking.can_move_to(BookingStatus.CANCELLED):
        return _("A %(status)s booking cannot be cancelled.", status=booking.status)
    return None


def complete_booking(booking: Booking, *, actor: Actor) -> None:
    """Complete a confirmed booking that has ended.

    :raises NotAllowedNow: as `complete_refusal` says.
    """
    lock(booking)
    refuse(complete_refusal(booking))
    _move(booking, BookingStatus.COMPLETED, actor=actor)


def complete_refusal(booking: Booking) -> str | None:
    """Say why the booking cannot be completed now; None when it can."""
    if booking.status == BookingStatus.COMPLETED:
        return _("This booking is already completed.")
    if not booking.can_move_to(BookingStatus.COMPLETED):
        return _("A %(status)s booking cannot be completed.", status=booking.status)
    if booking.ends_at > utcnow():
        return Refusal(
            _("It can be completed once it has ended: %(end)s.", end=moment(booking.ends_at)),
            gist=_("It can be completed once it has ended."),
        )
    return None


def reschedule_booking(
    booking: Booking,
    *,
    was_at: dt.datetime | None,
    scheduled_at: dt.datetime,
    reason: str,
    zone: ZoneInfo,
    actor: Actor,
) -> None:
    """Move a pending or confirmed booking to another time; its duration stays.

    :param was_at: the time from which it is to be moved, as far as who asks knows.
    :param reason: why it is done; may be empty where `scheduling_warnings` says nothing.
    :param zone: the time zone in which the provider's weekly availability is meant.
    :raises DomainError: as `judge_move` does.
    """
    lock_with_calendar(booking)
    judge_move(booking, was_at=was_at, scheduled_at=scheduled_at, reason=reason, zone=zone)
    old = booking.scheduled_at
    booking.scheduled_at = scheduled_at
    record(
        "booking.rescheduled",
        booking,
        actor=actor,
        label=label_of(booking),
        reason=reason or None,
        changes={"scheduled_at": (old, scheduled_at)},
    )


def judge_move(
    booking: Booking,
    *,
    was_at: dt.datetime | None,
    scheduled_at: dt.datetime,
    reason: str,
    zone: ZoneInfo,
    calendar: Calendar = stored_calendar,
) -> None:
    """Let the booking be moved from `was_at` to `scheduled_at`.

    :raises NotAllowedNow: as `reschedule_refusal` says, when the booking is there already, and when the provider has
        another confirmed booking then.
    :raises Stale: as `refuse_if_moved` does.
    :raises InvalidInput: for warnings without a reason.
    """
    refuse(reschedule_refusal(booking))
    if scheduled_at == booking.scheduled_at:
        raise NotAllowedNow(_("This booking is already at that time."))
    refuse_if_moved(booking, was_at)
    session = session_of(booking)
    service = session.get(Service, booking.service_id)
    judge_time(
        session, booking, service=service, scheduled_at=scheduled_at, zone=zone, reason=reason, calendar=calendar
    )


def refuse_if_moved(booking: Booking, was_at: dt.datetime | None) -> None:
    """Refuse to go on with a booking that somebody else has moved.

    :raises Stale: when the booking is no longer at `was_at`.
    """
    if was_at != booking.scheduled_at:
        sentence = _(
            "Meanwhile this booking was moved to %(when)s, so nothing was changed. Look again.",
            when=moment(booking.scheduled_at),
        )
        raise Stale(Refusal(sentence, gist=_("Meanwhile this was moved, so it is left as it is.")))


def reschedule_refusal(booking: Booking) -> str | None:
    """Say why the booking cannot be rescheduled now; None when it can."""
    if booking.status in (BookingStatus.COMPLETED, BookingStatus.CANCELLED):
        return _("A %(status)s booking cannot be rescheduled.", status=booking.status)
    return nobody_refusal(session_of(booking), booking)


def create_booking(
    session: Session,
    *,
    booking_id: uuid.UUID,
    customer: User,
    service: Service,
    scheduled_at: dt.datetime,
    duration: int | None,
    total_amount: Decimal | None,
    notes: str | None,
    reason: str,
    zone: ZoneInfo,
    actor: Actor,
) -> Booking:
    """Book `service` for `customer`; the booking is pending.

    :param booking_id: chosen by who asks, so that asking twice makes one booking.
    :param duration: minutes; None: the service's.
    :param total_amount: in the service's currency; None: the service's price.
    :param reason: why it is done in spite of what `scheduling_warnings` says; may be empty where that says nothing.
    :param zone: the time zone in which the provider's weekly availability is meant.
    :raises InvalidInput: for a customer who is none, and for warnings without a reason.
    :raises NotAllowedNow: when the provider has a confirmed booking at that time, and when one of both is anonymised.
    """
    if customer.role != UserRole.CUSTOMER:
        raise InvalidInput(_("%(email)s is not a customer.", email=customer.email), fields=("customer",))
    booking = Booking(
        id=booking_id,
        customer_id=customer.id,
        service_id=service.id,
        provider_id=service.provider_id,
        scheduled_at=scheduled_at,
        duration=duration or service.duration,
        total_amount=total_amount or service.price,
        notes=notes or None,
        status=BookingStatus.PENDING.value,
    )
    lock_calendar(session, booking)
    made_before = session.get(Booking, booking_id)
    if made_before is not None:
        return made_before
    refuse(nobody_refusal(session, booking))
    judge_time(session, booking, service=service, scheduled_at=scheduled_at, zone=zone, reason=reason)
    session.add(booking)
    record(
        "booking.created",
        booking,
        actor=actor,
        label=label(service, customer),
        reason=reason or None,
        changes={
            name: (None, getattr(booking, name))
            for name in (
                "customer_id",
                "service_id",
                "provider_id",
                "status",
                "scheduled_at",
                "duration",
                "total_amount",
            )
        },
    )
    return booking


def edit_booking(booking: Booking, *, changes: Mapping[str, Any], actor: Actor) -> None:
    """Change duration (minutes), total amount or notes; other fields have verbs of their own.

    :raises NotAllowedNow: as `edit_refusal` says, and when a confirmed booking would overlap another.
    """
    lock_with_calendar(booking)
    changed = {name: (getattr(booking, name), new) for name, new in changes.items() if getattr(booking, name) != new}
    if not changed:
        return
    if set(changed) - {"notes"}:
        refuse(edit_refusal(booking))
    for name, (_old, new) in changed.items():
        setattr(booking, name, new)
    if "duration" in changed and booking.status == BookingStatus.CONFIRMED:
        with session_of(booking).no_autoflush:
            refuse(overlap_at(booking, booking.scheduled_at))
    record("booking.edited", booking, actor=actor, label=label_of(booking), changes=changed)


def edit_refusal(booking: Booking) -> str | None:
    """Say why duration and amount cannot be changed now; None when they can."""
    if booking.status in (BookingStatus.COMPLETED, BookingStatus.CANCELLED):
        return _("Duration and amount of a %(status)s booking stay as they are.", status=booking.status)
    return None


def restore_booking(booking: Booking, *, was: Mapping[str, Any], actor: Actor) -> None:
    """Put back what was changed in one act: into which status, to which time.

    It is for whoever keeps what was changed, and knows that the booking has not changed since.

    :param was: `status`, `scheduled_at` or both, as they were before.
    :raises NotAllowedNow: as `restore_refusal` says.
    """
    lock_with_calendar(booking)
    refuse(restore_refusal(booking, was))
    changed = {name: (getattr(booking, name), old) for name, old in was.items()}
    if "status" in was:
        booking.move_back_to(BookingStatus(was["status"]))
    if "scheduled_at" in was:
        booking.scheduled_at = was["scheduled_at"]
    record("booking.restored", booking, actor=actor, label=label_of(booking), changes=changed)


def restore_refusal(booking: Booking, was: Mapping[str, Any], *, calendar: Calendar = stored_calendar) -> str | None:
    """Say why the booking cannot be put back to what it was; None when it can."""
    status = BookingStatus(was.get("status", booking.status))
    if status != booking.status and not booking.can_move_back_to(status):
        return _("A %(status)s booking cannot become %(earlier)s again.", status=booking.status, earlier=status)
    nobody = nobody_refusal(session_of(booking), booking)
    if nobody or status != BookingStatus.CONFIRMED:
        return nobody
    return overlap_at(booking, was.get("scheduled_at", booking.scheduled_at), calendar=calendar)


def _move(booking: Booking, status: BookingStatus, *, actor: Actor, reason: str | None = None) -> None:
    old = booking.status
    booking.move_to(status)
    record(
        f"booking.{status}",
        booking,
        actor=actor,
        label=label_of(booking),
        reason=reason,
        changes={"status": (old, status.value)},
    )
