"""Local times and the moments they mean, where the clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.clocks import gap_around, moments_of, offset_name

CENTURY = st.integers(0, 100 * 365 * 24 * 60).map(lambda minutes: local("2000-01-01") + dt.timedelta(minutes=minutes))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def local(text):
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "skipped", "gap"),
    [
        ("Europe/Berlin", "2027-03-28T02:00", ("2027-03-28T02:00", "2027-03-28T03:00")),
        ("Europe/Berlin", "2027-03-28T02:59", ("2027-03-28T02:00", "2027-03-28T03:00")),
        ("America/New_York", "2027-03-14T02:30", ("2027-03-14T02:00", "2027-03-14T03:00")),
        ("Australia/Lord_Howe", "2026-10-04T02:29", ("2026-10-04T02:00", "2026-10-04T02:30")),
        ("Pacific/Apia", "2011-12-30T12:00", ("2011-12-30T00:00", "2011-12-31T00:00")),
    ],
)
def test_a_time_that_the_clocks_skip_means_no_moment_and_has_a_gap_around_it(zone, skipped, gap):
    zone = ZoneInfo(zone)
    assert moments_of(local(skipped), zone) == []
    assert gap_around(local(skipped), zone) == tuple(map(local, gap))
    last, first = map(local, gap)
    assert len(moments_of(last - dt.timedelta(minutes=1), zone)) == 1
    assert len(moments_of(first, zone)) == 1


@pytest.mark.parametrize(
    ("zone", "time", "offsets"),
    [
        ("Europe/Berlin", "2026-10-25T02:30", ["UTC+02:00", "UTC+01:00"]),
        ("America/New_York", "2026-11-01T01:00", ["UTC-04:00", "UTC-05:00"]),
        ("Australia/Lord_Howe", "2027-04-04T01:45", ["UTC+11:00", "UTC+10:30"]),
    ],
)
def test_a_time_that_comes_twice_means_two_moments_told_apart_by_their_offsets(zone, time, offsets):
    zone = ZoneInfo(zone)
    first, second = moments_of(local(time), zone)
    assert first < second
    assert [offset_name(moment, zone) for moment in (first, second)] == offsets


@given(st.sampled_from(ZONES).map(ZoneInfo), CENTURY)
def test_every_moment_is_among_those_that_its_local_time_means(zone, naive):
    moment = naive.replace(tzinfo=dt.UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    assert moment in moments_of(shown, zone)


@given(st.sampled_from(ZONES).map(ZoneInfo), CENTURY)
def test_every_local_time_means_moments_at_which_the_clocks_show_it_or_lies_in_a_gap(zone, naive):
    found = moments_of(naive, zone)
    assert all(moment.astimezone(zone).replace(tzinfo=None) == naive for moment in found)
    if not found:
        last, first = gap_around(naive, zone)
        assert last <= naive < first
