"""The provider's week, as those see it who look for a time: free times and what is taken, day by day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.bookings.models import Booking
from marketplace.bookings.queries import confirmed_spans
from marketplace.bookings.slots import free_slots
from marketplace.clocks import moments_of, offset_name
from marketplace.listings.models import Service
from marketplace.listings.schemas import readable_availability

DAYS = 7
WEEK = dt.timedelta(days=DAYS)
LAST_YEAR = 2999
"""In which times can be typed."""


@dataclass(frozen=True)
class Slot:
    """A time at which the booking could begin."""

    moment: dt.datetime
    local: dt.datetime
    """Naive, in the viewer's zone."""
    offset: str
    """How clocks differ from UTC, where they show this time twice; else empty."""


@dataclass(frozen=True)
class Taken:
    """A time at which it could not, from `moment` to `end`."""

    moment: dt.datetime
    end: dt.datetime
    by_itself: bool
    """Whether it is the booking to be moved that is there now."""


@dataclass(frozen=True)
class Day:
    """A day in the viewer's zone, what is free and what is taken."""

    date: dt.date
    free: Sequence[Slot]
    taken: Sequence[Taken]

    @property
    def entries(self) -> list[Slot | Taken]:
        return sorted((*self.free, *self.taken), key=attrgetter("moment"))


@dataclass(frozen=True)
class Week:
    """Seven days, and on which days the weeks before and after begin, where there is one to look at."""

    days: Sequence[Day]
    before: dt.date | None
    after: dt.date | None
    duration: int
    """Minutes that a slot has room for."""
    is_readable: bool
    """Whether the service's availability can be understood."""

    @property
    def first(self) -> dt.date:
        return self.days[0].date

    @property
    def last(self) -> dt.date:
        return self.days[-1].date

    @property
    def first_free(self) -> Slot | None:
        return next((slot for day in self.days for slot in day.free), None)

    def offers(self, moment: dt.datetime) -> bool:
        return any(slot.moment == moment for day in self.days for slot in day.free)


def provider_week(
    session: Session,
    service: Service,
    *,
    first: dt.date,
    duration: int,
    moving: Booking | None,
    zone: ZoneInfo,
    viewer_zone: ZoneInfo,
    now: dt.datetime,
) -> Week:
    """Return the week from `first` on, a day in the viewer's zone; what is past is not offered.

    :param duration: minutes of the booking to find a time for.
    :param moving: the booking to be moved, which is not in its own way.
    :param zone: the time zone in which the availability is meant.
    """
    first = max(first, now.astimezone(viewer_zone).date())
    starts, ends = _midnight(first, viewer_zone), _midnight(first + WEEK, viewer_zone)
    # A booking that begins on the last day may end on the day after it.
    taken = confirmed_spans(
        session,
        provider_id=moving.provider_id if moving else service.provider_id,
        starts_at=starts,
        ends_at=ends + dt.timedelta(days=1),
        but=moving.id if moving else None,
    )
    availability = readable_availability(service.availability)
    slots = (
        free_slots(availability, taken, starts=max(starts, now), ends=ends, duration=duration, zone=zone)
        if availability
        else []
    )
    there = [Taken(begin, end, by_itself=False) for begin, end in taken]
    if moving:
        slots = [slot for slot in slots if slot != moving.scheduled_at]
        there.append(Taken(moving.scheduled_at, moving.ends_at, by_itself=True))
    days = [first + dt.timedelta(days=number) for number in range(DAYS)]
    return Week(
        days=[_day(day, slots, there, viewer_zone) for day in days],
        before=max(first - WEEK, now.astimezone(viewer_zone).date()) if starts > now else None,
        after=first + WEEK if (first + WEEK).year <= LAST_YEAR else None,
        duration=duration,
        is_readable=availability is not None,
    )


def first_day_for(moment: dt.datetime, *, now: dt.datetime, viewer_zone: ZoneInfo) -> dt.date:
    """Return from which day on to look for another time than `moment`: its week's Monday, or today where it is past."""
    comes = now < moment and moment.year <= LAST_YEAR
    return week_around(moment.astimezone(viewer_zone).date()) if comes else now.astimezone(viewer_zone).date()


def week_around(day: dt.date) -> dt.date:
    """Return the Monday of the week `day` is in."""
    return day - dt.timedelta(days=day.weekday())


def _day(day: dt.date, slots: Sequence[dt.datetime], taken: Sequence[Taken], zone: ZoneInfo) -> Day:
    starts, ends = _midnight(day, zone), _midnight(day + dt.timedelta(days=1), zone)
    return Day(
        day,
        [slot_of(slot, zone) for slot in slots if starts <= slot < ends],
        [
            replace(each, moment=max(each.moment, starts), end=min(each.end, ends))
            for each in taken
            if each.moment < ends and starts < each.end
        ],
    )


def slot_of(moment: dt.datetime, zone: ZoneInfo) -> Slot:
    """Return a free time as those see it whose clocks show the time of `zone`."""
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    return Slot(moment, local, offset_name(moment, zone) if len(moments_of(local, zone)) > 1 else "")


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return when `day` begins: where clocks skip midnight, when they show the next time there is."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
