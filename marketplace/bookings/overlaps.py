"""Confirmed bookings of one provider that share time: the rules refuse them, the data may hold them all the same."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Page, Place
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.bookings.queries import bookings
from marketplace.database import EARLIEST, LATEST
from marketplace.sql import minutes_later

SOONEST_FIRST = Order(Booking.scheduled_at, Booking.id)

CONFIRMED: Any = sa.literal_column(f"'{BookingStatus.CONFIRMED}'", sa.String())
"""Written into statements: SQLite takes the index of confirmed bookings only where it can read that it fits."""

MOST_PAIRS = 1000
"""Pairs that are looked up for one page."""


@dataclass(frozen=True)
class Overlap:
    """A booking that begins while others of its provider are on."""

    booking: Booking
    others: Sequence[Booking]
    """Those that began before it, the soonest first; touching edges do not count."""

    @property
    def id(self) -> uuid.UUID:
        return self.booking.id

    @property
    def scheduled_at(self) -> dt.datetime:
        """When the overlap begins."""
        return self.booking.scheduled_at


def find_overlaps(session: Session, place: Place, *, since: dt.datetime | None) -> Page:
    """Return the page at `place` of overlaps, in the order of SOONEST_FIRST.

    One walk through the index on confirmed bookings by provider and time tells which begin too early: those at whose
    beginning one of the earlier ones has not ended.

    :param since: leave out what has ended by then; None: leave out nothing.
    """
    late = _late(place, since).cte("late")
    pairs = session.execute(_pairs(late)).all()
    ids = {identity for pair in pairs for identity in pair}
    rows = {row.id: row for row in session.scalars(bookings().where(Booking.id.in_(ids))).unique()} if ids else {}
    others: dict[uuid.UUID, list[Booking]] = {}
    for identity, earlier in pairs:
        if identity in rows and earlier in rows:  # Another may have deleted either between the two statements.
            others.setdefault(identity, []).append(rows[earlier])
    found = [Overlap(rows[identity], earlier_ones) for identity, earlier_ones in others.items()]
    return place.page_of(found[::-1] if place.backwards else found)


def _late(place: Place, since: dt.datetime | None) -> sa.Select[Any]:
    """Select the bookings of the page that begin while another is on."""
    earlier: dict[str, Any] = {
        "partition_by": Booking.provider_id,
        "order_by": (Booking.scheduled_at, Booking.id),
        "rows": (None, -1),
    }
    ends_at = minutes_later(Booking.scheduled_at, Booking.duration)
    spans = (
        sa.select(
            Booking.id,
            Booking.provider_id,
            Booking.scheduled_at,
            ends_at.label("ends_at"),
            sa.func.max(ends_at).over(**earlier).label("busy_until"),
            sa.func.max(Booking.duration).over(**earlier).label("longest"),
        )
        # Moments that are none, such as infinity, have no end to reckon with.
        .where(Booking.status == CONFIRMED, Booking.scheduled_at.between(EARLIEST, LATEST))
        .subquery("spans")
    )
    order = place.order.on(spans)
    late = sa.select(spans).where(spans.c.busy_until > spans.c.scheduled_at)
    if since is not None:
        late = late.where(spans.c.ends_at > since)
    if place.position is not None:
        late = late.where(order.beyond(place.position, backwards=place.backwards))
    return late.order_by(*order.clauses(backwards=place.backwards)).limit(place.fetched)


def _pairs(late: sa.CTE) -> sa.Select[Any]:
    """Select each booking of `late` with every earlier one that has not ended when it begins."""
    earlier = aliased(Booking)
    began_before = sa.tuple_(earlier.scheduled_at, earlier.id) < sa.tuple_(late.c.scheduled_at, late.c.id)
    return (
        sa.select(late.c.id, earlier.id)
        .join(
            earlier,
            sa.and_(
                earlier.provider_id == late.c.provider_id,
                earlier.status == CONFIRMED,
                began_before,
                # None of the provider's is longer than that, so what began earlier has ended.
                earlier.scheduled_at > minutes_later(late.c.scheduled_at, -late.c.longest),
                minutes_later(earlier.scheduled_at, earlier.duration) > late.c.scheduled_at,
            ),
        )
        .order_by(late.c.scheduled_at, late.c.id, earlier.scheduled_at, earlier.id)
        .limit(MOST_PAIRS)
    )
