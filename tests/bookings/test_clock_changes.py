"""Times typed where the clocks change: asked about, never guessed."""

import datetime as dt
import re
from html import unescape

import pytest

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.factories import BookingFactory, ServiceFactory, UserFactory, coming_monday
from tests.pages import fields_of

SKIPPED = [
    (
        "Europe/Berlin",
        "2027-03-28T02:30",
        "There is no 02:30 on 28 Mar 2027 in Europe/Berlin: the clocks go from 02:00 straight to 03:00.",
    ),
    (
        "America/New_York",
        "2027-03-14T02:00",
        "There is no 02:00 on 14 Mar 2027 in America/New_York: the clocks go from 02:00 straight to 03:00.",
    ),
    (
        "Australia/Lord_Howe",
        "2027-10-03T02:29",
        "There is no 02:29 on 3 Oct 2027 in Australia/Lord_Howe: the clocks go from 02:00 straight to 02:30.",
    ),
]
TWICE = [
    ("Europe/Berlin", "2027-10-31T02:30", {"UTC+02:00": "2027-10-31T00:30", "UTC+01:00": "2027-10-31T01:30"}),
    ("America/New_York", "2027-11-07T01:00", {"UTC-04:00": "2027-11-07T05:00", "UTC-05:00": "2027-11-07T06:00"}),
    ("Australia/Lord_Howe", "2027-04-04T01:45", {"UTC+11:00": "2027-04-03T14:45", "UTC+10:30": "2027-04-03T15:15"}),
]
EDGES = [
    ("Europe/Berlin", "2027-03-28T01:59", "2027-03-28T00:59"),
    ("Europe/Berlin", "2027-03-28T03:00", "2027-03-28T01:00"),
    ("Europe/Berlin", "2027-10-31T03:00", "2027-10-31T02:00"),
    ("America/New_York", "2027-11-07T00:59", "2027-11-07T04:59"),
    ("Australia/Lord_Howe", "2027-10-03T02:30", "2027-10-02T15:30"),
    ("Australia/Lord_Howe", "2027-04-04T02:00", "2027-04-03T15:30"),
]
REASON = "Agreed by phone, “whatever the clock says”."


@pytest.fixture(params=["new", "rescheduling"])
def type_time(request, app, support):
    """Give what types a time into the form of either page, in a zone, and presses its button."""
    service = ServiceFactory()
    if request.param == "new":
        address = "/admin/bookings/new/"
        typed = {"customer": str(UserFactory().id), "service": str(service.id), "notes": "Ring twice."}
    else:
        booking = BookingFactory(service=service, scheduled_at=coming_monday(10))
        address, typed = f"/admin/bookings/{booking.id}/rescheduling", {}

    def press(zone, text, **more):
        db.session.get(StaffMember, support.member_id).timezone = zone
        db.session.commit()
        fields = {**fields_of(support.get(address).text), **typed, "scheduled_at": text, "reason": REASON, **more}
        return support.post(address, data=fields)

    return press


def moments():
    """Return when the bookings are to be that somebody has typed a time for."""
    db.session.rollback()
    return [each.scheduled_at for each in db.session.query(Booking) if each.scheduled_at != coming_monday(10)]


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(("zone", "time", "sentence"), SKIPPED)
def test_a_time_that_the_clocks_skip_is_refused_with_the_times_around_it(type_time, zone, time, sentence):
    answer = type_time(zone, time)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert sentence in page
    assert (f'value="{time}"' in page, REASON in page) == (True, True), "nothing typed is lost"
    assert moments() == []


@pytest.mark.parametrize(("zone", "time", "meant"), TWICE)
def test_a_time_that_comes_twice_is_asked_about_and_the_answer_taken(type_time, zone, time, meant):
    asked = type_time(zone, time)
    assert asked.status_code == 422
    page = unescape(asked.text)
    assert f"so {time[-5:]} comes twice. Choose which one is meant." in page
    assert re.findall(r'name="scheduled_at-offset"\s+value="(.*?)"', page) == list(meant)
    assert (f'value="{time}"' in page, REASON in page) == (True, True), "nothing typed is lost"
    assert moments() == []

    second = list(meant)[1]
    assert type_time(zone, time, **{"scheduled_at-offset": second}).status_code == 302
    assert moments() == [utc(meant[second])]


@pytest.mark.parametrize(("zone", "time", "meant"), TWICE)
def test_the_first_of_two_can_be_meant_as_well(type_time, zone, time, meant):
    first = next(iter(meant))
    assert type_time(zone, time, **{"scheduled_at-offset": first}).status_code == 302
    assert moments() == [utc(meant[first])]


@pytest.mark.parametrize("answer", ["", "UTC+03:00", "2", "\ud7ff", "x" * 5000])
def test_an_answer_to_another_question_is_none(type_time, answer):
    zone, time, _meant = TWICE[0]
    asked = type_time(zone, time, **{"scheduled_at-offset": answer})
    assert asked.status_code == 422
    assert "Choose which one is meant." in asked.text
    assert moments() == []


@pytest.mark.parametrize(("zone", "time", "meant"), EDGES)
def test_the_minutes_beside_a_change_mean_what_they_say(type_time, zone, time, meant):
    assert type_time(zone, time, **{"scheduled_at-offset": "UTC+02:00"}).status_code == 302
    assert moments() == [utc(meant)]
