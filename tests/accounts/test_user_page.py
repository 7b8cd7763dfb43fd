"""The page of a user: the lists on it, each with pages and an order of its own."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest

from marketplace.backoffice.record_lists import SHOWN
from marketplace.database import utcnow
from marketplace.extensions import db
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ProviderFactory,
    ServiceFactory,
    UserFactory,
    coming_monday,
)
from tests.raw_rows import overwrite

NOW = utcnow()


def at(days):
    return NOW + dt.timedelta(days=days)


def page_of(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


def of(user, **parameters):
    query = "".join(f"&{name.replace('_', '-')}={value}" for name, value in parameters.items())
    return f"/admin/users/details/?id={user.id}{query}"


def sections(page):
    """Return name to HTML of each list on the page."""
    return dict(re.findall(r'<section class="record-list" id="([a-z]+)".*?>(.*?)</section>', page, re.DOTALL))


def ids(html):
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]*\?id=([0-9a-f-]{36})"', html)


def link(html, words):
    [found] = re.findall(rf'<a[^>]*href="([^"]*)"[^>]*>(?:<i[^>]*></i> )?{words}', html)
    return found


def named(*rows):
    return [str(row.id) for row in rows]


def test_a_customer_s_next_booking_comes_first(app, support):
    grace = UserFactory()
    later, next_one = (BookingFactory(customer=grace, scheduled_at=at(days)) for days in (9, 2))
    last = BookingFactory(customer=grace, scheduled_at=at(-2), status="completed")
    cancelled = BookingFactory(customer=grace, scheduled_at=at(1), status="cancelled")
    BookingFactory(scheduled_at=at(1))
    lists = sections(page_of(support, of(grace)))
    assert set(lists) == {"customer", "links"}, "who offers nothing and is no provider has no such lists"
    assert ids(lists["customer"]) == named(next_one, later)
    whole = sections(page_of(support, link(lists["customer"], "All")))
    assert ids(whole["customer"]) == named(later, next_one, cancelled, last)


def test_where_nothing_is_to_come_the_last_booking_comes_first(app, support):
    grace = UserFactory()
    older, last = (BookingFactory(customer=grace, scheduled_at=at(days), status="completed") for days in (-9, -2))
    assert ids(sections(page_of(support, of(grace)))["customer"]) == named(last, older)


def test_a_provider_has_bookings_listings_and_their_own_bookings_as_a_customer(app, support):
    provider = ProviderFactory()
    service = ServiceFactory(provider=provider, title="Lawn")
    grace = UserFactory(profile={"firstName": "Grace"})
    booked = BookingFactory(service=service, customer=grace, scheduled_at=at(1))
    theirs = BookingFactory(customer=provider, scheduled_at=at(2))
    lists = sections(page_of(support, of(provider)))
    assert list(lists) == ["provider", "customer", "listings", "links"]
    assert ids(lists["provider"]) == named(booked)
    assert ids(lists["customer"]) == named(theirs)
    assert ids(lists["listings"]) == named(service)
    assert "Grace" in lists["provider"]


def test_each_list_pages_on_its_own_and_keeps_where_the_others_are(app, support):
    provider = ProviderFactory()
    service = ServiceFactory(provider=provider)
    booked = [BookingFactory(service=service, scheduled_at=at(day)) for day in range(1, 2 * SHOWN + 3)]
    own = [BookingFactory(customer=provider, scheduled_at=at(day)) for day in range(1, SHOWN + 3)]
    page = page_of(support, of(provider))
    assert ids(sections(page)["provider"]) == named(*booked[:SHOWN])
    page = page_of(support, link(sections(page)["provider"], "Next"))
    page = page_of(support, link(sections(page)["customer"], "Next"))
    assert ids(sections(page)["provider"]) == named(*booked[SHOWN : 2 * SHOWN])
    assert ids(sections(page)["customer"]) == named(*own[SHOWN:])
    page = page_of(support, link(sections(page)["provider"], "Last"))
    assert ids(sections(page)["customer"]) == named(*own[SHOWN:])
    assert ids(sections(page)["provider"]) == named(*booked[-SHOWN:])
    page = page_of(support, link(sections(page)["provider"], "Previous"))
    assert ids(sections(page)["provider"]) == named(*booked[2 : 2 + SHOWN])
    page = page_of(support, link(sections(page)["provider"], "First"))
    assert ids(sections(page)["provider"]) == named(*booked[:SHOWN])
    assert ids(sections(page)["customer"]) == named(*own[SHOWN:])


def test_a_list_is_sorted_on_its_own_and_the_timeline_keeps_it_so(app, support):
    provider = ProviderFactory()
    amounts = ("30.00", "10.00", "20.00")
    service = ServiceFactory(provider=provider)
    booked = [BookingFactory(service=service, scheduled_at=at(1), total_amount=each) for each in amounts]
    page = page_of(support, link(sections(page_of(support, of(provider)))["provider"], "Amount"))
    assert ids(sections(page)["provider"]) == named(booked[1], booked[2], booked[0])
    assert 'aria-sort="ascending"' in sections(page)["provider"]
    page = page_of(support, link(sections(page)["provider"], "Amount"))
    assert ids(sections(page)["provider"]) == named(booked[0], booked[2], booked[1])
    page = page_of(support, link(page.split('id="timeline"')[1], "Notes only"))
    assert ids(sections(page)["provider"]) == named(booked[0], booked[2], booked[1])


def test_the_count_is_of_all_of_a_list_and_all_of_it_is_behind_a_link(app, support):
    grace = UserFactory()
    made = [BookingFactory(customer=grace, scheduled_at=at(day)) for day in range(-5, 10)]
    found = sections(page_of(support, of(grace)))["customer"]
    assert re.search(r'All <span class="how-many">15</span></a>', found)
    listed = support.get(f"{link(found, 'Open as a list')}&page_size=50").text
    assert all(str(booking.id) in listed for booking in made)


def test_reset_links_are_listed_without_their_tokens_for_who_may_see_them(app, support, manager):
    user = UserFactory()
    used, live = PasswordResetTokenFactory(email=user.email, is_used=True), PasswordResetTokenFactory(email=user.email)
    PasswordResetTokenFactory()
    page = page_of(support, of(user))
    assert set(ids(sections(page)["links"])) == set(named(used, live))
    assert "used or voided" in sections(page)["links"]
    db.session.refresh(used, ["token"])
    assert used.token not in page
    assert set(sections(page_of(manager, of(user)))) == {"customer"}


@pytest.mark.parametrize(
    "parameters",
    [
        {"customer_after": "x" * 3000}, {"customer_show": "everything"}, {"customer_sort": "profile"},
        {"customer_sort": "notes", "customer_desc": "1"}, {"customer_before": "bm9uc2Vuc2U"}, {"customer_last": "1"},
        {"customer_sort": "status"}, {"provider_show": "all", "provider_last": "1"}, {"nobody_after": "x"},
    ],
)  # fmt: skip
def test_what_an_address_makes_no_sense_of_shows_the_first_page(app, support, parameters):
    customer = UserFactory()
    booking = BookingFactory(customer=customer, scheduled_at=at(1))
    assert ids(sections(page_of(support, of(customer, **parameters)))["customer"]) == named(booking)


@pytest.mark.parametrize("missing", ["provider_id", "service_id"])
def test_rows_that_name_missing_records_are_shown(app, support, missing):
    customer = UserFactory()
    booking = BookingFactory(customer=customer, scheduled_at=coming_monday(), status="confirmed")
    overwrite(booking, **{missing: uuid.uuid4()})
    found = sections(page_of(support, of(customer)))["customer"]
    assert ids(found) == named(booking)
    assert "missing record" in found


def test_bookings_of_the_end_of_time_are_shown_and_paged(app, support):
    customer = UserFactory()
    end = dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC)
    made = [BookingFactory(customer=customer, scheduled_at=end) for _each in range(SHOWN + 1)]
    first = sections(page_of(support, of(customer)))["customer"]
    second = sections(page_of(support, link(first, "Next")))["customer"]
    assert sorted(ids(first) + ids(second)) == sorted(named(*made))


def test_what_is_done_to_all_listings_stands_in_their_head_and_nowhere_without_any(app, operations):
    provider = ProviderFactory()
    ServiceFactory(provider=provider)
    page = page_of(operations, of(provider))
    assert "Approve all listings of this provider…" in sections(page)["listings"].split("<table", 1)[0]
    assert page.count('value="take-down"') == 1
    assert 'value="take-down"' not in page_of(operations, of(UserFactory(role="provider")))


def test_two_dates_of_a_row_are_told_apart_where_columns_have_no_heads(app, support):
    user = UserFactory()
    PasswordResetTokenFactory(email=user.email)
    found = sections(page_of(support, of(user)))["links"]
    assert found.count('<span class="column-name">Issued</span>') == 1
    assert found.count('<span class="column-name">Expires</span>') == 1
