"""What a provider has to do when: as it is stored, and as it will be once what is planned is done."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from marketplace.bookings.models import Booking, end_of
from marketplace.bookings.queries import bookings, confirmed_within_any, overlapping_booking


@dataclass(frozen=True)
class Entry:
    """A booking in a provider's calendar, and from when to when it is, or will be."""

    booking: Booking
    starts_at: dt.datetime
    ends_at: dt.datetime


class Calendar(Protocol):
    """Tells the first confirmed booking of a provider that shares time with a span, touching edges aside."""

    def __call__(
        self,
        session: Session,
        *,
        provider_id: uuid.UUID,
        starts_at: dt.datetime,
        ends_at: dt.datetime,
        but: uuid.UUID | None,
    ) -> Entry | None: ...


def stored_calendar(
    session: Session,
    *,
    provider_id: uuid.UUID,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    but: uuid.UUID | None,
) -> Entry | None:
    """Tell it as it is stored; see Calendar."""
    found = overlapping_booking(session, provider_id=provider_id, starts_at=starts_at, ends_at=ends_at, but=but)
    return Entry(found, found.scheduled_at, found.ends_at) if found else None


class PlannedCalendar:
    """A Calendar of what is stored, read many at a time, and of what is planned on top of that."""

    def __init__(self) -> None:
        self._entries: dict[uuid.UUID, dict[uuid.UUID, Entry]] = {}
        """Provider to booking to when it is."""
        self._planned: set[uuid.UUID] = set()

    def __call__(
        self,
        session: Session,
        *,
        provider_id: uuid.UUID,
        starts_at: dt.datetime,
        ends_at: dt.datetime,
        but: uuid.UUID | None,
    ) -> Entry | None:
        there = (
            each
            for each in self._entries.get(provider_id, {}).values()
            if each.starts_at < ends_at and starts_at < each.ends_at and each.booking.id != but
        )
        return min(there, key=lambda each: each.starts_at, default=None)

    def read(self, session: Session, spans: Sequence[tuple[Booking, dt.datetime]]) -> None:
        """Read which confirmed bookings share time with any of `spans`: bookings, each with when it would begin."""
        if not spans:
            return
        asked = [(booking.provider_id, start, end_of(start, booking.duration)) for booking, start in spans]
        for other in session.scalars(confirmed_within_any(bookings(), asked)).unique():
            if other.id not in self._planned:
                self._put(other, other.scheduled_at)

    def plan(self, booking: Booking, scheduled_at: dt.datetime) -> None:
        """Let the booking be confirmed and at `scheduled_at`."""
        self._planned.add(booking.id)
        self._put(booking, scheduled_at)

    def plan_away(self, booking: Booking) -> None:
        """Let the booking be in nobody's way."""
        self._planned.add(booking.id)
        self._entries.get(booking.provider_id, {}).pop(booking.id, None)

    def _put(self, booking: Booking, start: dt.datetime) -> None:
        entry = Entry(booking, start, end_of(start, booking.duration))
        self._entries.setdefault(booking.provider_id, {})[booking.id] = entry
