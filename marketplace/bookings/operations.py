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
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.bookings.queries import overlapping_booking
from marketplace.database import lock, lock_ids, locked_rows, session_of, utcnow
from marketplace.errors import InvalidInput, NotAllowedNow
from marketplace.listings.models import Service
from marketplace.listings.schemas import readable_availability
from marketplace.words import gettext as _
from marketplace.words import moment


def confirm_booking(booking: Booking, *, actor: Actor) -> None:
    """Confirm a pending booking.

    :raises NotAllowedNow: as `confirm_refusal` says.
    """
    _lock_with_provider(booking)
    _refuse(confirm_refusal(booking))
    _move(booking, BookingStatus.CONFIRMED, actor=actor)


def confirm_refusal(booking: Booking) -> str | None:
    """Say why the booking cannot be confirmed now; None when it can."""
    if booking.status == BookingStatus.CONFIRMED:
        return _("This booking is already confirmed.")
    if not booking.can_move_to(BookingStatus.CONFIRMED):
        return _("A %(status)s booking cannot be confirmed.", status=booking.status)
    return overlap_refusal(
        session_of(booking),
        provider_id=booking.provider_id,
        starts_at=booking.scheduled_at,
        ends_at=booking.ends_at,
        but=booking.id,
    )


def cancel_booking(booking: Booking, *, reason: str, actor: Actor) -> None:
    """Cancel a booking that is pending or confirmed.

    :raises InvalidInput: without a reason.
    :raises NotAllowedNow: as `cancel_refusal` says.
    """
    if not reason.strip():
        raise InvalidInput(_("Cancelling needs a reason."), fields=("reason",))
    lock(booking)
    _refuse(cancel_refusal(booking))
    _move(booking, BookingStatus.CANCELLED, actor=actor, reason=reason)


def cancel_refusal(booking: Booking) -> str | None:
    """Say why the booking cannot be cancelled now; None when it can."""
    if booking.status == BookingStatus.CANCELLED:
        return _("This booking is already cancelled.")
    if not booking.can_move_to(BookingStatus.CANCELLED):
        return _("A %(status)s booking cannot be cancelled.", status=booking.status)
    return None


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
    :raises NotAllowedNow: when the provider has a confirmed booking at that time.
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
    _lock_provider(session, booking)
    made_before = session.get(Booking, booking_id)
    if made_before is not None:
        return made_before
    _refuse(
        overlap_refusal(
            session,
            provider_id=booking.provider_id,
            starts_at=scheduled_at,
            ends_at=booking.ends_at,
            but=None,
        )
    )
    warnings = scheduling_warnings(service, starts_at=scheduled_at, ends_at=booking.ends_at, zone=zone)
    if warnings and not reason:
        raise InvalidInput(
            _("%(warnings)s Give a reason to book it all the same.", warnings=" ".join(warnings)),
            fields=("reason",),
        )
    session.add(booking)
    record(
        "booking.created",
        booking,
        actor=actor,
        label=_label(service, customer),
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
    _lock_with_provider(booking)
    changed = {name: (getattr(booking, name), new) for name, new in changes.items() if getattr(booking, name) != new}
    if not changed:
        return
    if set(changed) - {"notes"}:
        _refuse(edit_refusal(booking))
    for name, (_old, new) in changed.items():
        setattr(booking, name, new)
    if "duration" in changed and booking.status == BookingStatus.CONFIRMED:
        with session_of(booking).no_autoflush:
            _refuse(
                overlap_refusal(
                    session_of(booking),
                    provider_id=booking.provider_id,
                    starts_at=booking.scheduled_at,
                    ends_at=booking.ends_at,
                    but=booking.id,
                )
            )
    record("booking.edited", booking, actor=actor, label=_label_of(booking), changes=changed)


def edit_refusal(booking: Booking) -> str | None:
    """Say why duration and amount cannot be changed now; None when they can."""
    if booking.status in (BookingStatus.COMPLETED, BookingStatus.CANCELLED):
        return _("Duration and amount of a %(status)s booking stay as they are.", status=booking.status)
    return None


def scheduling_warnings(
    service: Service,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    zone: ZoneInfo,
) -> list[str]:
    """Say what speaks against that time, though a reason overrides it."""
    warnings = []
    if starts_at < utcnow():
        warnings.append(_("This time is in the past."))
    if not service.is_active:
        warnings.append(_("This service is not active."))
    week = readable_availability(service.availability)
    if week is None:
        warnings.append(_("The availability of this service cannot be read."))
    elif not week.covers(starts_at.astimezone(zone), ends_at.astimezone(zone)):
        warnings.append(_("This is outside the hours in which the provider offers it."))
    return warnings


def overlap_refusal(session: Session, **span: Any) -> str | None:
    """Say with which confirmed booking of the provider the span overlaps; None when with none."""
    other = overlapping_booking(session, **span)
    if other is None:
        return None
    return _(
        "The provider has a confirmed booking then: %(booking)s, from %(start)s to %(end)s.",
        booking=_label_of(other),
        start=moment(other.scheduled_at),
        end=moment(other.ends_at),
    )


def _move(booking: Booking, status: BookingStatus, *, actor: Actor, reason: str | None = None) -> None:
    old = booking.status
    booking.move_to(status)
    record(
        f"booking.{status}",
        booking,
        actor=actor,
        label=_label_of(booking),
        reason=reason,
        changes={"status": (old, status.value)},
    )


def _refuse(refusal: str | None) -> None:
    if refusal:
        raise NotAllowedNow(refusal)


def _lock_with_provider(booking: Booking) -> None:
    lock(booking)
    _lock_provider(session_of(booking), booking)


def _lock_provider(session: Session, booking: Booking) -> None:
    """Let one change at a time look at the provider's calendar.

    The providers of bookings that were locked together are locked together too, in their order: so no two bulk runs
    wait for each other.
    """
    lock_ids(session, User, {each.provider_id for each in (booking, *locked_rows(session, Booking))})


def _label_of(booking: Booking) -> str:
    session = session_of(booking)
    with session.no_autoflush:
        return _label(session.get(Service, booking.service_id), session.get(User, booking.customer_id))


def _label(service: Service | None, customer: User | None) -> str:
    return f"{service.title if service else '?'} / {customer.email if customer else '?'}"
