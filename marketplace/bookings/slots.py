"""Free times: a provider's weekly availability minus what is confirmed already."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from marketplace.clocks import moments_of
from marketplace.listings.schemas import Availability

GRID = 30
"""Minutes between the times of a day that are offered, on the clock of the zone the week is meant in."""

FINE_GRID = 15
"""The same where a booking is shorter than GRID."""

LONGEST = 25 * 60
"""Minutes of the longest day there is; no day has room for more."""

ROUNDED_TO = 5
"""Minutes. What another program confirmed may end at any second; nobody offers 10:07:31."""

Span = tuple[dt.datetime, dt.datetime]
"""From when to when."""


def free_slots(
    availability: Availability,
    taken: Sequence[Span],
    *,
    starts: dt.datetime,
    ends: dt.datetime,
    duration: int,
    zone: ZoneInfo,
) -> list[dt.datetime]:
    """Return when a booking of `duration` minutes can begin, from `starts` up to but without `ends`; in UTC, in order.

    Those are times of the grid, when the provider opens, and when what is taken ends. Edges may touch.

    :param taken: the provider's confirmed bookings; those that are over or far away may be among them.
    :param zone: the time zone in which the availability is meant.
    """
    if not 0 < duration <= LONGEST:
        return []
    length = dt.timedelta(minutes=duration)
    step = GRID if duration >= GRID else FINE_GRID
    candidates = {
        *_on_the_grid(availability, starts, ends, step, zone),
        *(_rounded_up(end) for _begin, end in taken if starts <= end < ends),
    }
    return sorted(
        start
        for start in candidates
        if starts <= start < ends
        and availability.covers(start.astimezone(zone), (start + length).astimezone(zone))
        and not any(start < end and begin < start + length for begin, end in taken)
    )


def _on_the_grid(
    availability: Availability, starts: dt.datetime, ends: dt.datetime, step: int, zone: ZoneInfo
) -> Iterator[dt.datetime]:
    """Yield the moments of each day at which the provider opens or the grid has a time while they are open."""
    for day in _days(starts.astimezone(zone).date(), ends.astimezone(zone).date()):
        midnight = dt.datetime.combine(day, dt.time())
        for slot in availability.on(day):
            opening, closing = _minutes(slot.start), _minutes(slot.end)
            for minutes in (opening, *range(opening - opening % step + step, closing, step)):
                yield from moments_of(midnight + dt.timedelta(minutes=minutes), zone)


def _days(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=number) for number in range((last - first).days + 1))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _rounded_up(moment: dt.datetime) -> dt.datetime:
    over = dt.timedelta(minutes=moment.minute % ROUNDED_TO, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (dt.timedelta(minutes=ROUNDED_TO) - over if over else over)
