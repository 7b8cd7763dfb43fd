"""The radar: which confirmed bookings of one provider share time."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.backoffice.paging import Place
from marketplace.bookings.models import Booking
from marketplace.bookings.overlaps import SOONEST_FIRST, find_overlaps
from marketplace.database import utcnow
from marketplace.extensions import db
from tests.factories import BookingFactory, ProviderFactory, ServiceFactory, UserFactory, coming_monday

MONDAY = coming_monday(9)


def page_at(size=100, *, since=None, direction="after", cursor=None):
    place = Place.read(SOONEST_FIRST, size=size, direction=direction, cursor=cursor)
    return find_overlaps(db.session(), place, since=since)


def pairs(page):
    return {(overlap.id, other.id) for overlap in page.rows for other in overlap.others}


@pytest.fixture
def service(app):
    return ServiceFactory()


def confirmed(service, minute, duration=60, **more):
    """Make a confirmed booking that begins so many minutes after nine on a Monday to come."""
    more = {"status": "confirmed", **more}
    return BookingFactory(
        service=service, scheduled_at=MONDAY + dt.timedelta(minutes=minute), duration=duration, **more
    )


def test_two_that_share_time_are_found(service):
    first, second = confirmed(service, 0), confirmed(service, 30)
    assert pairs(page_at()) == {(second.id, first.id)}


@pytest.mark.parametrize(
    ("minute", "more"),
    [(60, {}), (30, {"status": "cancelled"}), (30, {"status": "pending"}), (30, {"status": "completed"})],
)
def test_touching_edges_and_other_states_do_not_count(service, minute, more):
    confirmed(service, 0)
    confirmed(service, minute, **more)
    assert not page_at().rows


def test_bookings_of_different_providers_do_not_count(service):
    confirmed(service, 0)
    confirmed(ServiceFactory(), 0)
    assert not page_at().rows


def test_one_that_begins_within_several_names_all_of_them(service):
    long, short, over, last = (
        confirmed(service, 0, 240),
        confirmed(service, 60, 120),
        confirmed(service, 60, 5),
        confirmed(service, 120, 30),
    )
    found = {overlap.id: [other.id for other in overlap.others] for overlap in page_at().rows}
    assert found[last.id] == [long.id, short.id]
    assert {short.id, over.id} <= found.keys()


def test_the_soonest_comes_first(service):
    other = ServiceFactory()
    late = [confirmed(service, 500), confirmed(service, 510)]
    soon = [confirmed(other, 0), confirmed(other, 10)]
    assert [overlap.id for overlap in page_at().rows] == [soon[1].id, late[1].id]


def test_what_is_over_is_left_out_unless_it_is_asked_for(service):
    confirmed(service, -60 * 24 * 365)
    over = confirmed(service, -60 * 24 * 365 + 10)
    assert not page_at(since=utcnow()).rows
    assert [overlap.id for overlap in page_at(since=None).rows] == [over.id]


SPANS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 40), st.integers(1, 12), st.sampled_from(["confirmed", "cancelled"])),
    max_size=25,
)


@given(spans=SPANS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bookings_overlap_as_a_comparison_of_each_with_each_says(app, spans):
    db.session.execute(sa.delete(Booking))
    service, customer = ServiceFactory(), UserFactory()
    providers = [ProviderFactory().id, ProviderFactory().id]
    rows = [
        {
            "id": uuid.uuid4(), "customer_id": customer.id, "service_id": service.id,
            "provider_id": providers[provider], "status": status, "total_amount": 10,
            "scheduled_at": MONDAY + dt.timedelta(minutes=minute), "duration": duration,
        }
        for provider, minute, duration, status in spans
    ]  # fmt: skip
    if rows:
        db.session.execute(sa.insert(Booking), rows)
    db.session.commit()
    expected = {
        (one["id"], other["id"])
        for one in rows
        for other in rows
        if one["status"] == other["status"] == "confirmed" and one["provider_id"] == other["provider_id"]
        if (other["scheduled_at"], str(other["id"])) < (one["scheduled_at"], str(one["id"]))
        if other["scheduled_at"] + dt.timedelta(minutes=other["duration"]) > one["scheduled_at"]
    }
    assert pairs(page_at()) == expected
    forwards, backwards = walk(4, forwards=True), walk(4, forwards=False)
    assert forwards == backwards
    assert set(forwards) == {one for one, _other in expected}
    assert len(forwards) == len(set(forwards))


def walk(size, *, forwards):
    page = page_at(size, direction="after" if forwards else "last")
    pages = [[overlap.id for overlap in page.rows]]
    while cursor := (page.next if forwards else page.previous):
        page = page_at(size, direction="after" if forwards else "before", cursor=cursor)
        pages.append([overlap.id for overlap in page.rows])
        assert len(pages) < 100, "the pages go round in a circle"
    return [identity for each in (pages if forwards else reversed(pages)) for identity in each]


def test_the_page_shows_both_sides_and_what_can_be_done_to_each(service, support):
    first, second = confirmed(service, 0), confirmed(service, 30)
    page = unescape(support.get("/admin/bookings/overlaps/").get_data(as_text=True))
    for booking in (first, second):
        assert f"/admin/bookings/details/?id={booking.id}" in page
        for verb in ("rescheduling", "cancellation"):
            assert f"/admin/bookings/{booking.id}/{verb}" in page
        assert f"/admin/bookings/{booking.id}/confirmation" not in page, "they are confirmed"


def test_who_may_change_nothing_sees_no_button(service, manager):
    confirmed(service, 0)
    second = confirmed(service, 30)
    page = manager.get("/admin/bookings/overlaps/").get_data(as_text=True)
    assert str(second.id) in page
    assert not re.search(r"/(rescheduling|cancellation)", page)


def test_without_overlaps_the_page_says_so(app, support):
    assert "No confirmed bookings overlap." in support.get("/admin/bookings/overlaps/").get_data(as_text=True)


def test_the_list_of_bookings_leads_there(app, support):
    assert "/admin/bookings/overlaps/" in support.get("/admin/bookings/").get_data(as_text=True)


@pytest.mark.parametrize("cursor", ["x", "W251bGxd", "9" * 3000])
def test_a_cursor_of_nobody_s_shows_the_first_page(service, support, cursor):
    confirmed(service, 0)
    second = confirmed(service, 30)
    for name in ("after", "before"):
        answer = support.get("/admin/bookings/overlaps/", query_string={name: cursor})
        assert answer.status_code == 200
        assert str(second.id) in answer.get_data(as_text=True)


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
@pytest.mark.parametrize("moment", ["infinity", "-infinity", "294000-01-01 00:00+00", "4000-01-01 00:00+00 BC"])
def test_a_moment_that_is_none_breaks_nothing(service, support, moment):
    first, second, odd = confirmed(service, 0), confirmed(service, 30), confirmed(service, 10)
    odd_id, expected = odd.id, {(second.id, first.id)}
    db.session.execute(
        sa.text("UPDATE bookings SET scheduled_at = :moment, duration = 2147483647 WHERE id = :id"),
        {"moment": moment, "id": odd_id},
    )
    db.session.commit()
    assert pairs(page_at()) == expected
    assert support.get("/admin/bookings/overlaps/?past=1").status_code == 200


def test_what_others_wrote_is_shown_as_text(service, support):
    confirmed(service, 0)
    confirmed(service, 30)
    service.title = "<b>bold</b>"
    db.session.commit()
    page = support.get("/admin/bookings/overlaps/").get_data(as_text=True)
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold" in page
