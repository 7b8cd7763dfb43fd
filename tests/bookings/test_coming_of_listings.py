"""The coming bookings of listings: from the panel of one or of a batch to the list of just these."""

import datetime as dt
import re
from html import unescape

import pytest

from marketplace.database import utcnow
from marketplace.permissions import Role
from tests.batch_steps import begin, draft
from tests.factories import BookingFactory, ProviderFactory, ServiceFactory


def booked(service):
    """Book a service at all times and in all states; return those that are to come, soonest first."""
    now = utcnow()
    coming = [
        BookingFactory(service=service, status=status, scheduled_at=now + dt.timedelta(days=days))
        for days, status in ((9, "pending"), (2, "confirmed"), (5, "pending"))
    ]
    for days, status in ((3, "cancelled"), (4, "completed"), (-1, "confirmed"), (-2, "pending")):
        BookingFactory(service=service, status=status, scheduled_at=now + dt.timedelta(days=days))
    return sorted(coming, key=lambda booking: booking.scheduled_at)


def link_of(page, label):
    """Return where the link of the panel leads that is called `label`."""
    [address] = re.findall(rf'<p class="beside-all"><a href="([^"]+)">[^\n]*{label}</a>', page)
    return unescape(address)


def listed(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return re.findall(r'<th scope="row"[^>]*><a href="/admin/bookings/details/\?id=([0-9a-f-]{36})"', answer.text)


def ids(bookings):
    return [str(booking.id) for booking in bookings]


def test_from_a_listing_its_coming_bookings_and_no_others_are_listed_soonest_first(app, administrator):
    provider = ProviderFactory()
    service = ServiceFactory(provider=provider)
    coming = booked(service)
    booked(ServiceFactory(provider=provider))
    page = administrator.get(f"/admin/services/{service.id}/review").text
    assert "Coming bookings of this listing: 3" in page
    assert listed(administrator, link_of(page, "All of them, to be handled together")) == ids(coming)


def test_before_and_after_a_take_down_the_coming_bookings_of_its_listings_are_listed(app, administrator):
    provider = ProviderFactory()
    services = [ServiceFactory(provider=provider) for _each in range(2)]
    coming = sorted(
        (booking for service in services for booking in booked(service)), key=lambda each: (each.scheduled_at, each.id)
    )
    booked(ServiceFactory(provider=provider))
    booked(ServiceFactory())
    address = draft(administrator, "services", "take-down", [service.id for service in services])
    for _each in ("before", "after"):
        page = administrator.get(address).text
        assert "Coming bookings of these listings: 6" in page
        assert listed(administrator, link_of(page, "All of them, to be handled together")) == ids(coming)
        begin(administrator, address, reason="prohibited")


def test_of_a_batch_that_takes_nothing_down_no_bookings_are_shown(app, administrator):
    service = ServiceFactory()
    booked(service)
    address = begin(administrator, draft(administrator, "services", "approval", [service.id]))
    assert "Coming bookings" not in administrator.get(address).text


@pytest.mark.parametrize("what", ["listing", "batch"])
def test_who_may_not_cancel_is_told_who_can(app, operations, administrator, what):
    service = ServiceFactory()
    booked(service)
    address = f"/admin/services/{service.id}/review"
    if what == "batch":
        address = draft(operations, "services", "take-down", [service.id])
    page = operations.get(address).text
    assert "Support can cancel them." in page
    assert len(listed(operations, link_of(page, "All coming bookings"))) == 3
    assert "to be handled together" not in page
    assert "Support can cancel them." not in administrator.get(address).text


@pytest.mark.parametrize("role", list(Role))
def test_bookings_of_a_batch_that_is_about_no_listings_are_none(app, as_role, administrator, role):
    booking = BookingFactory(status="pending")
    address = draft(administrator, "bookings", "cancellation", [booking.id])
    batch_id = address.partition("id=")[2]
    assert listed(as_role(role), f"/admin/bookings/?batch={batch_id}") == []
    assert listed(as_role(role), f"/admin/bookings/?batch={booking.id}") == []


def test_a_batch_that_is_no_id_narrows_nothing_and_says_so(app, operations):
    page = operations.get("/admin/bookings/?batch=all").text
    assert "this is no id" in page
