"""Free times of a provider."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.bookings.slots import free_slots
from marketplace.listings.schemas import WEEKDAYS, Availability

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
"""On which a week begins."""

OCTOBER = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


def open_on_monday(*hours):
    return Availability.model_validate({"monday": [{"start": start, "end": end} for start, end in hours]})


def clocks(availability, taken=(), *, duration=60, starts=MONDAY, zone="UTC"):
    found = free_slots(
        availability,
        taken,
        starts=starts,
        ends=starts + 7 * 24 * HOUR,
        duration=duration,
        zone=ZoneInfo(zone),
    )
    return [f"{moment:%H:%M}" for moment in found]


def at(clock, minutes=60):
    start = MONDAY + dt.timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
    return start, start + dt.timedelta(minutes=minutes)


def test_times_are_offered_each_half_hour_as_long_as_the_booking_fits():
    assert clocks(open_on_monday(("09:00", "11:00"))) == ["09:00", "09:30", "10:00"]
    assert clocks(open_on_monday(("09:00", "10:00")), duration=61) == []


def test_short_bookings_are_offered_each_quarter_of_an_hour():
    assert clocks(open_on_monday(("09:00", "09:45")), duration=15) == ["09:00", "09:15", "09:30"]


def test_the_first_time_is_when_the_provider_opens():
    assert clocks(open_on_monday(("09:10", "11:00"))) == ["09:10", "09:30", "10:00"]


def test_what_is_taken_is_not_offered_and_edges_may_touch():
    assert clocks(open_on_monday(("09:00", "13:00")), [at("10:00")]) == ["09:00", "11:00", "11:30", "12:00"]


def test_a_time_begins_when_what_is_taken_ends():
    assert clocks(open_on_monday(("09:00", "12:00")), [at("09:00", 40)]) == ["09:40", "10:00", "10:30", "11:00"]
    odd = (MONDAY + 9 * HOUR, MONDAY + 9 * HOUR + dt.timedelta(minutes=41, seconds=7))
    assert clocks(open_on_monday(("09:00", "11:00")), [odd]) == ["09:45", "10:00"]


def test_no_booking_goes_on_over_a_break():
    assert clocks(open_on_monday(("09:00", "10:00"), ("10:00", "11:00"))) == ["09:00", "10:00"]


def test_only_what_begins_within_the_span_is_offered():
    assert clocks(open_on_monday(("09:00", "11:00")), starts=MONDAY + 9.25 * HOUR) == ["09:30", "10:00", "09:00"]


def test_the_availability_is_meant_in_its_zone():
    assert clocks(open_on_monday(("09:00", "10:00")), zone="Europe/Berlin") == ["08:00"]


def test_times_that_the_clocks_skip_are_not_offered_and_those_they_show_twice_are_offered_twice():
    night = Availability.model_validate({"sunday": [{"start": "01:00", "end": "04:00"}]})
    sunday = dt.datetime(2027, 3, 27, 23, tzinfo=dt.UTC)
    assert clocks(night, starts=sunday, zone="Europe/Berlin") == ["00:00", "00:30", "01:00"]
    sunday = dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC)
    assert clocks(night, starts=sunday, zone="Europe/Berlin") == [
        "23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00",
    ]  # fmt: skip


@pytest.mark.parametrize("duration", [-1, 0, 25 * 60 + 1, 2**31])
def test_what_fits_into_no_day_is_offered_nowhere(duration):
    assert clocks(open_on_monday(("00:00", "23:59")), duration=duration) == []


minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def availabilities(draw):
    week = {}
    for day in WEEKDAYS:
        edges = sorted(draw(st.sets(minutes, max_size=4)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        week[day] = [
            {name: f"{at // 60:02}:{at % 60:02}" for name, at in zip(("start", "end"), pair, strict=True)}
            for pair in pairs
        ]
    return Availability.model_validate(week)


@st.composite
def spans(draw):
    start = OCTOBER + dt.timedelta(days=17, minutes=draw(st.integers(0, 21 * 24 * 60)))
    return start, start + dt.timedelta(minutes=draw(st.integers(1, 600)))


@settings(max_examples=300, deadline=None)
@given(
    availability=availabilities(),
    taken=st.lists(spans(), max_size=8),
    # The clocks of Berlin, New York and Lord Howe change in these weeks.
    starts=st.integers(0, 34).map(lambda days: OCTOBER + dt.timedelta(days=days)),
    duration=st.integers(1, 300),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_every_slot_is_open_and_free_and_none_of_the_grid_is_missing(availability, taken, starts, duration, zone):
    ends, length = starts + 7 * 24 * HOUR, dt.timedelta(minutes=duration)
    found = free_slots(availability, taken, starts=starts, ends=ends, duration=duration, zone=zone)

    def is_open_and_free(start):
        inside = availability.covers(start.astimezone(zone), (start + length).astimezone(zone))
        return inside and all(end <= start or start + length <= begin for begin, end in taken)

    assert found == sorted(set(found))
    assert all(starts <= slot < ends for slot in found)
    assert all(map(is_open_and_free, found))
    step = 30 if duration >= 30 else 15
    every_minute = (starts + dt.timedelta(minutes=number) for number in range(7 * 24 * 60))
    on_the_grid = (moment for moment in every_minute if moment.astimezone(zone).minute % step == 0)
    assert {moment for moment in on_the_grid if is_open_and_free(moment)} <= set(found)


@settings(max_examples=300, deadline=None)
@given(
    hours=st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1]),
    day=st.sampled_from(["2026-10-25", "2027-03-28", "2026-11-01", "2027-03-14", "2026-10-04", "2027-04-04"]),
    start=st.integers(0, 26 * 60),
    duration=st.integers(1, 300),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_a_week_covers_a_booking_only_if_it_covers_where_it_begins_and_ends(hours, day, start, duration, zone):
    opening, closing = (f"{each // 60:02}:{each % 60:02}" for each in hours)
    week = Availability.model_validate({"sunday": [{"start": opening, "end": closing}]})
    midnight = dt.datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=zone).astimezone(dt.UTC)
    begins = midnight + dt.timedelta(minutes=start)
    first, last = (moment.astimezone(zone) for moment in (begins, begins + dt.timedelta(minutes=duration)))
    if week.covers(first, last):
        assert first.date() == last.date()
        for edge in (first, last):
            assert opening <= f"{edge:%H:%M}" <= closing
