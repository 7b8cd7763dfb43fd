"""The provider's week on the pages of rescheduling and of a new booking, as a browser without scripts sees it."""

import datetime as dt
import re
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from marketplace.bookings.models import Booking
from marketplace.bookings.week import first_day_for, provider_week
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, UserFactory, coming_monday
from tests.pages import fields_of

NEW = "/admin/bookings/new/"


def address_of(booking):
    return f"/admin/bookings/{booking.id}/rescheduling"


def slots(page):
    """Return the moments that the page offers."""
    offered = re.findall(r'name="scheduled_at-slot" value="([^"]+)"\s+data-local', unescape(page))
    return [dt.datetime.fromisoformat(each) for each in offered]


def weeks(page):
    """Return the days that the buttons of the page lead to."""
    return re.findall(r'name="asked" value="(\d[^"]+)"', page)


def send(browser, address, page, **changes):
    """Send the form of `page` back with some fields changed."""
    return browser.post(address, data={**fields_of(page), **changes})


@pytest.fixture
def service(app):
    """A service whose provider is there on weekdays from 9 to 17."""
    return ServiceFactory()


@pytest.fixture
def booking(service):
    """A booking on Wednesday at 10."""
    return BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(10) + dt.timedelta(days=2))


def test_free_times_are_the_hours_without_what_is_confirmed(support, service, booking):
    monday = coming_monday(12)
    BookingFactory(service=service, status="confirmed", scheduled_at=monday, duration=90)
    BookingFactory(service=service, status="pending", scheduled_at=monday + dt.timedelta(days=1))
    page = support.get(address_of(booking)).text
    found = slots(page)
    assert [f"{slot:%H:%M}" for slot in found if slot.date() == monday.date()] == [
        "09:00", "09:30", "10:00", "10:30", "11:00", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00",
    ]  # fmt: skip
    assert "12:00–13:30 taken" in page
    assert monday + dt.timedelta(days=1) in found, "what is pending stands in nobody's way"
    assert "10:00–11:00 this booking" in page
    assert booking.scheduled_at + dt.timedelta(minutes=30) in found, "nor does the booking itself"
    assert booking.scheduled_at not in found
    assert {slot.strftime("%a") for slot in found} == {"Mon", "Tue", "Wed", "Thu", "Fri"}


def test_a_free_time_is_taken_with_one_button(support, booking):
    page = support.get(address_of(booking)).text
    slot = coming_monday(14)
    assert slot in slots(page)
    answer = send(support, address_of(booking), page, **{"scheduled_at-slot": slot.isoformat()})
    assert answer.status_code == 302
    assert "The booking is rescheduled." in support.get(answer.location).text
    db.session.expire_all()
    assert booking.scheduled_at == slot
    assert len(entries("booking.rescheduled")) == 1


def test_typing_a_time_works_as_well(support, booking):
    page = support.get(address_of(booking)).text
    answer = send(support, address_of(booking), page, scheduled_at=f"{coming_monday(14):%Y-%m-%dT%H:%M}")
    assert answer.status_code == 302
    db.session.expire_all()
    assert booking.scheduled_at == coming_monday(14)


def test_other_weeks_are_looked_at_without_losing_what_was_typed_or_chosen(support, booking):
    page = support.get(address_of(booking)).text
    before, after = weeks(page)
    monday = coming_monday().date()
    assert (before, after) == (str(monday - dt.timedelta(days=7)), str(monday + dt.timedelta(days=7)))
    chosen = {"scheduled_at-slot": coming_monday(14).isoformat(), "reason": "She asked for it."}
    looked = send(support, address_of(booking), page, asked=after, **chosen)
    assert looked.status_code == 200
    assert {slot.isocalendar().week for slot in slots(looked.text)} == {
        (monday + dt.timedelta(days=7)).isocalendar().week
    }
    assert "Chosen: " in looked.text
    assert fields_of(looked.text).items() >= chosen.items()
    assert weeks(looked.text)[0] == str(monday)
    assert not entries("booking.rescheduled")
    typed = send(support, address_of(booking), looked.text, asked=before, scheduled_at="2031-01-01T10:00").text
    assert fields_of(typed)["scheduled_at"] == "2031-01-01T10:00"
    assert send(support, address_of(booking), looked.text).status_code == 302
    db.session.expire_all()
    assert booking.scheduled_at == coming_monday(14)


def test_nothing_before_this_moment_is_offered(service):
    now = coming_monday(12) + dt.timedelta(days=1, minutes=10)
    for first in (dt.date(2020, 1, 6), coming_monday().date(), now.date()):
        week = provider_week(
            db.session(),
            service,
            first=first,
            duration=60,
            moving=None,
            zone=ZoneInfo("UTC"),
            viewer_zone=ZoneInfo("UTC"),
            now=now,
        )
        assert week.first_free.local.strftime("%a %H:%M") == "Tue 12:30"
        assert (week.first, week.before, week.after) == (now.date(), None, now.date() + dt.timedelta(days=7))


@pytest.mark.parametrize(("days", "expected"), [(-30, 0), (-1, 0), (0, -1), (3, -1), (5, -1), (6, 6), (10**6, 0)])
def test_looking_begins_in_the_week_of_the_booking_or_today(days, expected):
    now = coming_monday(12) + dt.timedelta(days=1)
    there = now + dt.timedelta(days=days, minutes=1)
    first = first_day_for(there, now=now, viewer_zone=ZoneInfo("UTC"))
    assert first == now.date() + dt.timedelta(days=expected)


def test_a_time_chosen_and_another_one_typed_is_asked_about(support, booking):
    page = support.get(address_of(booking)).text
    both = {"scheduled_at-slot": coming_monday(14).isoformat(), "scheduled_at": f"{coming_monday(15):%Y-%m-%dT%H:%M}"}
    answer = send(support, address_of(booking), page, **both)
    assert answer.status_code == 422
    assert "but typed another time here" in answer.text
    same = {**both, "scheduled_at": f"{coming_monday(14):%Y-%m-%dT%H:%M}"}
    assert send(support, address_of(booking), page, **same).status_code == 302


@pytest.mark.parametrize(
    "slot", ["", "soon", "2027-01-04T10:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
)
def test_neither_chosen_nor_typed_is_said_beside_the_field(support, booking, slot):
    page = support.get(address_of(booking)).text
    answer = send(support, address_of(booking), page, **{"scheduled_at-slot": slot})
    assert answer.status_code == 422
    assert "Choose a free time or type one." in answer.text


def test_a_time_taken_meanwhile_is_refused_with_the_other_booking_s_name(support, service, booking):
    page = support.get(address_of(booking)).text
    BookingFactory(
        customer=UserFactory(email="ada@example.com"),
        service=service,
        status="confirmed",
        scheduled_at=coming_monday(14),
    )
    taken = {"scheduled_at-slot": coming_monday(14).isoformat(), "reason": "She insists."}
    answer = send(support, address_of(booking), page, **taken)
    assert answer.status_code == 409
    assert "/ ada@example.com, from " in answer.text
    assert coming_monday(14) not in slots(answer.text)
    assert "She insists." in answer.text


def test_outside_the_hours_a_reason_is_asked_for(support, booking):
    page = support.get(address_of(booking)).text
    typed = {"scheduled_at": f"{coming_monday(20):%Y-%m-%dT%H:%M}"}
    answer = send(support, address_of(booking), page, **typed)
    assert answer.status_code == 422
    assert "This is outside the hours in which the provider offers it." in answer.text
    assert send(support, address_of(booking), page, **typed, reason="He agreed.").status_code == 302
    assert entries("booking.rescheduled")[0].reason == "He agreed."


def test_a_page_that_is_out_of_date_moves_nothing(support, booking):
    page = support.get(address_of(booking)).text
    chosen = {"scheduled_at-slot": coming_monday(14).isoformat()}
    assert (
        send(support, address_of(booking), page, **{"scheduled_at-slot": coming_monday(9).isoformat()}).status_code
        == 302
    )
    answer = send(support, address_of(booking), page, **chosen)
    assert answer.status_code == 409
    assert "Meanwhile this booking was moved to " in answer.text
    db.session.expire_all()
    assert booking.scheduled_at == coming_monday(9)
    assert send(support, address_of(booking), answer.text).status_code == 302, "the page shows by now what is there"


def test_times_are_those_of_the_agent_and_the_zone_is_named(app, support, booking):
    db.session.get(StaffMember, support.member_id).timezone = "Asia/Tokyo"
    db.session.commit()
    page = support.get(address_of(booking)).text
    assert "in Asia/Tokyo" in page
    locals_ = re.findall(r'data-local="[^T]+T([^"]+)"', page)
    assert (locals_[0], locals_[-1]) == ("18:00", "01:00"), "9 to 17 in UTC; the last day ends after midnight"


def test_the_page_says_when_there_is_nothing_to_offer(support):
    closed = ServiceFactory(availability={})
    page = support.get(address_of(BookingFactory(service=closed))).text
    assert "Nothing is free in these days." in page
    db.session.connection().exec_driver_sql("""UPDATE services SET availability = '"always"'""")
    db.session.commit()
    page = support.get(address_of(BookingFactory(service=closed))).text
    assert "The availability of this service cannot be read" in page
    assert slots(page) == []


def test_a_new_booking_shows_free_times_once_the_service_is_chosen(support):
    service, customer = ServiceFactory(title="Piano lesson", duration=45), UserFactory(email="ada@example.com")
    page = support.get(NEW).text
    assert slots(page) == []
    typed = {"customer": "ada@example.com", "service": "piano", "notes": "Ring twice.", "asked": ""}
    looked = send(support, NEW, page, **typed)
    assert looked.status_code == 200
    assert "for 45 minutes" in looked.text
    assert not db.session.query(Booking).count(), "looking creates nothing"
    assert fields_of(looked.text).items() >= {"notes": "Ring twice.", "service": "piano"}.items()
    slot = slots(looked.text)[0]
    assert send(support, NEW, looked.text, **{"scheduled_at-slot": slot.isoformat()}).status_code == 302
    booking = db.session.query(Booking).one()
    assert (booking.scheduled_at, booking.duration) == (slot, 45)
    assert (booking.customer_id, booking.service_id) == (customer.id, service.id)


def test_the_times_of_a_new_booking_have_room_for_its_duration(support):
    service = ServiceFactory(duration=45)
    page = support.get(NEW).text
    chosen = {"service": str(service.id), "asked": ""}
    assert len(slots(send(support, NEW, page, **chosen, duration="480").text)) in (4, 5), (
        "once a day, today's if it is early"
    )
    for unusable in ("0", "-5", "x", "99999999999"):
        assert "for 45 minutes" in send(support, NEW, page, **chosen, duration=unusable).text


def test_free_times_need_a_service(support):
    looked = send(support, NEW, support.get(NEW).text, asked="", customer="nobody@example.com")
    assert looked.status_code == 200
    assert "This field is required." in looked.text
    assert "Nothing matches “nobody@example.com”." in looked.text
    assert slots(looked.text) == []
