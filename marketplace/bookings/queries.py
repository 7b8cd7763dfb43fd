"""Named selects over bookings."""

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import as_uuid, full_name_column, matching_user_ids
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.database import minutes_later
from marketplace.listings.models import Service
from marketplace.listings.queries import matching_service_ids


def bookings() -> sa.Select[Booking]:
    """Select bookings with customer, service and provider, be those there or not."""
    return sa.select(Booking).options(
        joinedload(Booking.customer).load_only(User.email, User.profile),
        joinedload(Booking.provider).load_only(User.email, User.profile),
        joinedload(Booking.service).load_only(Service.title, Service.currency),
    )


def search_bookings(select: sa.Select[Any], term: str) -> sa.Select[Any]:
    """Narrow to one id, or to bookings whose customer, provider or service matches `term`."""
    identity = as_uuid(term)
    if identity:
        columns = (Booking.id, Booking.customer_id, Booking.provider_id, Booking.service_id)
        return select.where(sa.or_(*(column == identity for column in columns)))
    people = matching_user_ids(term)
    return select.where(
        sa.or_(
            Booking.customer_id.in_(people),
            Booking.provider_id.in_(people),
            Booking.service_id.in_(matching_service_ids(term)),
        )
    )


def overlapping_booking(
    session: Session,
    *,
    provider_id: uuid.UUID,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    but: uuid.UUID | None,
) -> Booking | None:
    """Return the provider's first confirmed booking that shares time with the span, touching edges aside.

    :param but: id of a booking that does not count: the one in question itself.
    """
    found = sa.select(Booking).where(
        Booking.provider_id == provider_id,
        Booking.status == BookingStatus.CONFIRMED,
        Booking.scheduled_at < ends_at,
        minutes_later(Booking.scheduled_at, Booking.duration) > starts_at,
    )
    if but is not None:
        found = found.where(Booking.id != but)
    return session.scalars(found.order_by(Booking.scheduled_at).limit(1)).first()


def exported_bookings() -> sa.Select[*tuple[Any, ...]]:
    """Select one line of text and figures a booking; times are UTC."""
    customer, provider = aliased(User), aliased(User)
    return (
        sa.select(
            Booking.id,
            Booking.status,
            Booking.scheduled_at,
            Booking.duration,
            Booking.total_amount,
            Service.currency,
            customer.email.label("customer_email"),
            full_name_column(customer).label("customer_name"),
            Service.title.label("service"),
            provider.email.label("provider_email"),
            full_name_column(provider).label("provider_name"),
            Booking.notes,
            Booking.created_at,
        )
        .outerjoin(Service, Service.id == Booking.service_id)
        .outerjoin(customer, customer.id == Booking.customer_id)
        .outerjoin(provider, provider.id == Booking.provider_id)
    )
