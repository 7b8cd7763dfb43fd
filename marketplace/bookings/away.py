"""A provider is away: which bookings that concerns, and where each of them could go."""

import datetime as dt
import uuid
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.bookings.models import Booking, BookingStatus, end_of
from marketplace.bookings.queries import confirmed_spans, open_bookings_within
from marketplace.bookings.slots import Span, free_slots
from marketplace.listings.schemas import readable_availability

MOST_LISTED = 200
"""Bookings that are decided on at once."""

TIMES_OFFERED = 8
"""Free times that each of them is offered."""

LOOKED_AHEAD = dt.timedelta(weeks=6)
"""How long after the absence free times are looked for."""


def bookings_to_decide_on(
    session: Session, *, provider_id: uuid.UUID, starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime
) -> list[Booking]:
    """Return the provider's open bookings that share time with the absence and are not over, soonest first.

    There is one more than MOST_LISTED where there are too many.
    """
    found = open_bookings_within(provider_id, max(starts_at, now), ends_at).limit(MOST_LISTED + 1)
    return list(session.scalars(found).unique())


def times_for(
    session: Session, bookings: Sequence[Booking], *, provider_id: uuid.UUID, ends_at: dt.datetime, zone: ZoneInfo
) -> dict[uuid.UUID, list[dt.datetime]]:
    """Return for each of `bookings` to which times from `ends_at` on it could be moved, the soonest first.

    The first times of all of them go together, and no time of one booking is in the way of the first of another.

    :param zone: the time zone in which availabilities are meant.
    """
    horizon = ends_at + LOOKED_AHEAD
    # What begins on the last day may end on the day after it.
    ends_on = horizon + dt.timedelta(days=1)
    taken = confirmed_spans(session, provider_id=provider_id, starts_at=ends_at, ends_at=ends_on, but=None)
    all_times = {
        key: _free(some[0], taken, starts=ends_at, ends=horizon, zone=zone)
        for key, some in _alike(bookings, ends_at).items()
    }
    candidates = {booking.id: all_times[_key(booking, ends_at)] for booking in bookings}
    firsts: dict[uuid.UUID, Span] = {}
    spans: list[Span] = []
    for booking in bookings:
        lasting = (_span(start, booking) for start in candidates[booking.id])
        first = next((span for span in lasting if not any(_in_the_way(spans, span))), None)
        if first:
            firsts[booking.id] = first
            insort(spans, first)
    return {
        booking.id: _few(booking, candidates[booking.id], spans, own=firsts.get(booking.id)) for booking in bookings
    }


def _few(
    booking: Booking, candidates: Sequence[dt.datetime], firsts: Sequence[Span], *, own: Span | None
) -> list[dt.datetime]:
    """Return the soonest of `candidates` that no first time of another booking is in the way of."""
    if own is None:
        return []
    from_first = candidates[bisect_left(candidates, own[0]) :]
    possible = (
        start for start in from_first if all(other == own for other in _in_the_way(firsts, _span(start, booking)))
    )
    return list(islice(possible, TIMES_OFFERED))


def _alike(bookings: Sequence[Booking], ends_at: dt.datetime) -> dict[Any, list[Booking]]:
    """Group bookings of which the same times are free."""
    groups: dict[Any, list[Booking]] = {}
    for booking in bookings:
        groups.setdefault(_key(booking, ends_at), []).append(booking)
    return groups


def _key(booking: Booking, ends_at: dt.datetime) -> tuple[Any, ...]:
    """Return what those have in common of which the same times are free; who lasts beyond `ends_at` is alone."""
    return booking.service_id, booking.duration, booking.id if booking.ends_at > ends_at else None


def _free(
    booking: Booking, taken: Sequence[Span], *, starts: dt.datetime, ends: dt.datetime, zone: ZoneInfo
) -> list[dt.datetime]:
    """Return all times at which the booking could begin; it is not in its own way."""
    availability = readable_availability(booking.service.availability) if booking.service else None
    if availability is None:
        return []
    others = list(taken)
    own = (booking.scheduled_at, booking.ends_at)
    if booking.status == BookingStatus.CONFIRMED and own in others:
        others.remove(own)
    return free_slots(availability, others, starts=starts, ends=ends, duration=booking.duration, zone=zone)


def _span(start: dt.datetime, booking: Booking) -> Span:
    return start, end_of(start, booking.duration)


def _in_the_way(spans: Sequence[Span], span: Span) -> Iterator[Span]:
    """Yield those of `spans` that share time with `span`; they are in their order, and share none among themselves."""
    start, end = span
    place = bisect_left(spans, (start, start))
    if place and spans[place - 1][1] > start:
        yield spans[place - 1]
    while place < len(spans) and spans[place][0] < end:
        yield spans[place]
        place += 1
