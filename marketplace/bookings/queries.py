"""Named selects over bookings."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from marketplace.accounts.models import User
from marketplace.accounts.queries import USERS, full_name_column, person
from marketplace.backoffice.referred import Referred
from marketplace.backoffice.search import Search
from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings.models import Booking, BookingStatus, end_of
from marketplace.database import UtcDateTime
from marketplace.listings.models import Service
from marketplace.listings.queries import SERVICES
from marketplace.sql import minutes_later


def bookings() -> sa.Select[Booking]:
    """Select bookings with customer, service and provider, be those there or not."""
    return sa.select(Booking).options(
        joinedload(Booking.customer).load_only(User.email, User.profile),
        joinedload(Booking.provider).load_only(User.email, User.profile),
        joinedload(Booking.service).load_only(Service.title, Service.currency),
    )


def listed_bookings(page: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Select what the list shows of a `page` of bookings, be the records there or not that they refer to."""
    customer, provider = aliased(User), aliased(User)
    return (
        sa.select(
            *(page.c[name] for name in ("id", "status", "scheduled_at", "total_amount", "created_at")),
            *(page.c[name] for name in ("customer_id", "service_id", "provider_id")),
            person("customer", customer),
            person("provider", provider),
            Referred("service", Service.id, Service.title, Service.currency),
        )
        .select_from(page)
        .outerjoin(customer, customer.id == page.c.customer_id)
        .outerjoin(provider, provider.id == page.c.provider_id)
        .outerjoin(Service, Service.id == page.c.service_id)
    )


COMING, EARLIER = "coming", "earlier"
"""The bookings of a person that are still to come, soonest first; and all others, the last first."""

AHEAD = (BookingStatus.PENDING.value, BookingStatus.CONFIRMED.value)


def is_coming(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition for bookings that are still to come: pending and confirmed ones."""
    return sa.and_(Booking.scheduled_at >= now, Booking.status.in_(AHEAD))


def is_of_batch(batch_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Return the condition for bookings of the listings that a batch is about."""
    listed = sa.select(BatchItem.subject_id).join(Batch, Batch.id == BatchItem.batch_id)
    about = listed.where(Batch.id == batch_id, Batch.subject_type == Service.__tablename__)
    return Booking.service_id.in_(about)


def bookings_of(
    people: Mapping[str, uuid.UUID], *, most: Mapping[str, int], now: dt.datetime, but: uuid.UUID | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Select a few bookings of each of `people`: the next that are to come, and the last of all others.

    :param people: `customer` or `provider` to the id of a user.
    :param most: COMING and EARLIER to how many of them at most.
    :param but: id of a booking that is left out.
    """
    shown = (Booking.id, Booking.status, Booking.scheduled_at)
    people_of = (Booking.customer_id, Booking.service_id, Booking.provider_id)
    selects = []
    for side, identity in people.items():
        owned = getattr(Booking, f"{side}_id") == identity
        # Read twice, so PostgreSQL finds it once, by whose they are: never among everybody's of those days or states.
        own = sa.select(*shown, *people_of).where(owned, Booking.id != but).cte(f"of_{side}")
        ahead = sa.and_(own.c.scheduled_at >= now, own.c.status.in_(AHEAD))
        for part, condition, order in (
            (COMING, ahead, own.c.scheduled_at.asc()),
            (EARLIER, sa.not_(ahead), own.c.scheduled_at.desc()),
        ):
            found = sa.select(_text(side).label("side"), _text(part).label("part"), *own.c)
            selects.append(found.where(condition).order_by(order).limit(most[part]).subquery())
    few = sa.union_all(*(sa.select(each) for each in selects)).subquery()
    customer, provider = aliased(User), aliased(User)
    return (
        sa.select(
            *(few.c[name] for name in ("side", "part", "id", "status", "scheduled_at")),
            person("customer", customer),
            person("provider", provider),
            Referred("service", Service.id, Service.title),
        )
        .select_from(few)
        .outerjoin(customer, customer.id == few.c.customer_id)
        .outerjoin(provider, provider.id == few.c.provider_id)
        .outerjoin(Service, Service.id == few.c.service_id)
    )


def coming_of_services(
    session: Session, is_theirs: sa.ColumnElement[bool], *, now: dt.datetime, most: int
) -> tuple[Sequence[Any], int]:
    """Return the next pending and confirmed bookings of some listings, soonest first, and how many there are in all.

    :param is_theirs: a condition on `Booking.service_id`.
    """
    customer = aliased(User)
    ahead = is_theirs, is_coming(now)
    next_ones = (
        sa.select(
            Booking.id,
            Booking.status,
            Booking.scheduled_at,
            person("customer", customer),
            Referred("service", Service.id, Service.title),
        )
        .outerjoin(customer, customer.id == Booking.customer_id)
        .outerjoin(Service, Service.id == Booking.service_id)
        .where(*ahead)
        .order_by(Booking.scheduled_at, Booking.id)
        .limit(most)
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(Booking).where(*ahead)) or 0
    return session.execute(next_ones).all(), total


def cancelled_share(session: Session, provider_id: uuid.UUID) -> tuple[int, int]:
    """Return how many bookings with a provider were cancelled, of how many."""
    cancelled = sa.func.count().filter(Booking.status == BookingStatus.CANCELLED)
    counts = sa.select(cancelled, sa.func.count()).select_from(Booking).where(Booking.provider_id == provider_id)
    few, many = session.execute(counts).one()
    return few, many


def _text(word: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{word}'", sa.String())


BOOKING_SEARCH = Search(
    Booking.id,
    through=((Booking.customer_id, USERS), (Booking.provider_id, USERS), (Booking.service_id, SERVICES)),
    ids=(Booking.id, Booking.customer_id, Booking.provider_id, Booking.service_id),
)
"""Bookings by customer, provider, service or id."""


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
    found = _confirmed(sa.select(Booking), provider_id, starts_at, ends_at, but)
    return session.scalars(found.order_by(Booking.scheduled_at).limit(1)).first()


def open_bookings_within(provider_id: uuid.UUID, starts_at: dt.datetime, ends_at: dt.datetime) -> sa.Select[Booking]:
    """Select the provider's pending and confirmed bookings that share time with the span, touching edges aside.

    Customer and service come with them, the soonest first.
    """
    return (
        sa.select(Booking)
        .options(
            joinedload(Booking.customer).load_only(User.email, User.profile),
            selectinload(Booking.service),
        )
        .where(
            Booking.provider_id == provider_id,
            Booking.status.in_(AHEAD),
            Booking.scheduled_at < ends_at,
            minutes_later(Booking.scheduled_at, Booking.duration) > starts_at,
        )
        .order_by(Booking.scheduled_at, Booking.id)
    )


def confirmed_spans(
    session: Session,
    *,
    provider_id: uuid.UUID,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    but: uuid.UUID | None,
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return from when to when the provider's confirmed bookings are that share time with the span, in their order.

    :param but: id of a booking that does not count.
    """
    found = _confirmed(sa.select(Booking.scheduled_at, Booking.duration), provider_id, starts_at, ends_at, but)
    return [
        (start, end_of(start, duration)) for start, duration in session.execute(found.order_by(Booking.scheduled_at))
    ]


def _confirmed(
    select: Any,
    provider_id: uuid.UUID,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    but: uuid.UUID | None,
) -> Any:
    """Narrow `select` to the provider's confirmed bookings within the span, touching edges aside."""
    found = select.where(
        Booking.provider_id == provider_id,
        Booking.status == BookingStatus.CONFIRMED,
        Booking.scheduled_at < ends_at,
        minutes_later(Booking.scheduled_at, Booking.duration) > starts_at,
    )
    return found if but is None else found.where(Booking.id != but)


def confirmed_within_any(select: Any, spans: Sequence[tuple[uuid.UUID, dt.datetime, dt.datetime]]) -> Any:
    """Narrow `select` to confirmed bookings that share time with one of `spans`, touching edges aside.

    :param spans: provider, from when, to when.
    """
    columns = (
        sa.column("provider_id", sa.Uuid()),
        sa.column("starts_at", UtcDateTime()),
        sa.column("ends_at", UtcDateTime()),
    )
    asked = sa.values(*columns, name="asked").data(list(spans)).cte("asked")
    shares = sa.exists().where(
        asked.c.provider_id == Booking.provider_id,
        Booking.scheduled_at < asked.c.ends_at,
        minutes_later(Booking.scheduled_at, Booking.duration) > asked.c.starts_at,
    )
    providers = {provider_id for provider_id, _start, _end in spans}
    return select.where(Booking.provider_id.in_(providers), Booking.status == BookingStatus.CONFIRMED, shares)


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
