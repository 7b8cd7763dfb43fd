"""Whether a booking can be at a time: the provider's calendar, which one change at a time looks at."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from marketplace.accounts.models import User
from marketplace.bookings.calendars import Calendar, stored_calendar
from marketplace.bookings.models import Booking, end_of
from marketplace.database import lock, lock_all, locked_rows, session_of, utcnow
from marketplace.errors import InvalidInput, refuse
from marketplace.listings.models import Service
from marketplace.listings.schemas import readable_availability
from marketplace.words import Refusal, moment
from marketplace.words import gettext as _


def lock_with_calendar(booking: Booking) -> None:
    """Lock the booking with its people, and let nobody else change what else its provider has to do."""
    lock(booking)
    lock_calendar(session_of(booking), booking)


def lock_calendar(session: Session, booking: Booking) -> None:
    """Let one change at a time look at the provider's calendar, and none anonymise either of the booking's people.

    The people of bookings that were locked together are locked together too, in their order: so no two bulk runs
    wait for each other.
    """
    together = (booking, *locked_rows(session, Booking))
    wanted = {person for each in together for person in (each.customer_id, each.provider_id)}
    missing = wanted - {user.id for user in locked_rows(session, User)}
    if missing:
        shown = load_only(User.email, User.profile, User.role)
        lock_all(session, User, sa.select(User).options(shown).where(User.id.in_(missing)))


def nobody_refusal(session: Session, booking: Booking) -> str | None:
    """Say that one of the booking's people is anonymised; None where both can be told what becomes of it."""
    with session.no_autoflush:
        people = [session.get(User, identity) for identity in (booking.customer_id, booking.provider_id)]
    customer, provider = (user is not None and user.is_anonymised for user in people)
    if customer:
        return _("The customer of this booking is anonymised: nobody could be told about it.")
    if provider:
        return _("The provider of this booking is anonymised: there is nobody to come.")
    return None


def judge_time(
    session: Session,
    booking: Booking,
    *,
    service: Service | None,
    scheduled_at: dt.datetime,
    zone: ZoneInfo,
    reason: str,
    calendar: Calendar = stored_calendar,
) -> None:
    """Let the booking, new or moved, be at `scheduled_at`.

    :param zone: the time zone in which the provider's weekly availability is meant.
    :raises NotAllowedNow: when the provider has another confirmed booking then.
    :raises InvalidInput: when something else speaks against it and no reason overrides that.
    """
    ends_at = end_of(scheduled_at, booking.duration)
    refuse(overlap_at(booking, scheduled_at, session=session, calendar=calendar))
    warnings = scheduling_warnings(service, starts_at=scheduled_at, ends_at=ends_at, zone=zone)
    if warnings and not reason:
        raise InvalidInput(
            _("%(warnings)s Give a reason to book it all the same.", warnings=" ".join(warnings)),
            fields=("reason",),
        )


def overlap_at(
    booking: Booking,
    scheduled_at: dt.datetime,
    *,
    session: Session | None = None,
    calendar: Calendar = stored_calendar,
) -> str | None:
    """Say with which confirmed booking of its provider the booking would overlap at `scheduled_at`; None: with none.

    :param session: where the booking is new and does not belong to one yet.
    """
    return overlap_refusal(
        session or session_of(booking),
        provider_id=booking.provider_id,
        starts_at=scheduled_at,
        ends_at=end_of(scheduled_at, booking.duration),
        but=booking.id,
        calendar=calendar,
    )


def scheduling_warnings(
    service: Service | None,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    zone: ZoneInfo,
) -> list[str]:
    """Say what speaks against that time, though a reason overrides it."""
    warnings = [_("This time is in the past.")] if starts_at < utcnow() else []
    if service is None:  # Another program may have deleted it where nothing keeps that from happening.
        return [*warnings, _("The service of this booking does not exist.")]
    if not service.is_active:
        warnings.append(_("This service is not active."))
    week = readable_availability(service.availability)
    if week is None:
        warnings.append(_("The availability of this service cannot be read."))
    elif not week.covers(starts_at.astimezone(zone), ends_at.astimezone(zone)):
        warnings.append(_("This is outside the hours in which the provider offers it."))
    return warnings


def overlap_refusal(
    session: Session,
    *,
    provider_id: uuid.UUID,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    but: uuid.UUID | None,
    calendar: Calendar = stored_calendar,
) -> str | None:
    """Say with which confirmed booking of the provider the span overlaps; None when with none."""
    other = calendar(session, provider_id=provider_id, starts_at=starts_at, ends_at=ends_at, but=but)
    if other is None:
        return None
    return Refusal(
        _(
            "The provider has a confirmed booking then: %(booking)s, from %(start)s to %(end)s.",
            booking=label_of(other.booking),
            start=moment(other.starts_at),
            end=moment(other.ends_at),
        ),
        gist=_("The provider has a confirmed booking then."),
    )


def label_of(booking: Booking) -> str:
    """Name a booking by its service and its customer, be those there or not."""
    session = session_of(booking)
    with session.no_autoflush:
        return label(session.get(Service, booking.service_id), session.get(User, booking.customer_id))


def label(service: Service | None, customer: User | None) -> str:
    return f"{service.title if service else '?'} / {customer.email if customer else '?'}"
