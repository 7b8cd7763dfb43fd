"""The bookings beside a booking and beside a user."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest

from marketplace.database import utcnow
from tests.factories import BookingFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.raw_rows import overwrite

NOW = utcnow()


def at(days):
    return NOW + dt.timedelta(days=days)


def panels_of(browser, row):
    """Return title, and heading to the ids of the bookings below it, of each panel on the page of `row`."""
    page = unescape(browser.get(f"/admin/{row.__tablename__}/details/?id={row.id}").text)
    found = {}
    for behind in page.split('<section class="panel beside"')[1:]:
        panel = behind.split("</section>")[0]
        title = re.search(r"<h2[^>]*>([^<]+)</h2>", panel)[1]
        headings = re.split(r"<h3>([^<]+)</h3>", panel)[1:]
        ids = [re.findall(r"/admin/bookings/details/\?id=([0-9a-f-]{36})", rows) for rows in headings[1::2]]
        found[title] = dict(zip(headings[::2], ids, strict=True))
    return found


def ids(*bookings):
    return [str(booking.id) for booking in bookings]


def test_a_customer_s_next_booking_comes_first_then_what_is_past(app, support):
    grace = UserFactory(profile={"firstName": "Grace", "lastName": "Hopper"})
    later, next_one = (BookingFactory(customer=grace, scheduled_at=at(days)) for days in (9, 2))
    older, last = (BookingFactory(customer=grace, scheduled_at=at(days), status="completed") for days in (-9, -2))
    cancelled = BookingFactory(customer=grace, scheduled_at=at(1), status="cancelled")
    BookingFactory(scheduled_at=at(1))
    [(title, panel)] = panels_of(support, grace).items()
    assert title == "Bookings"
    assert panel == {"Coming": ids(next_one, later), "Earlier and cancelled": ids(cancelled, last, older)}


def test_beside_a_booking_stand_the_others_of_both_sides_but_not_itself(app, support):
    grace, ada = UserFactory(profile={"firstName": "Grace"}), UserFactory(profile={"firstName": "Ada"})
    pat = ProviderFactory(profile={"firstName": "Pat"})
    lawn, windows = ServiceFactory(provider=pat, title="Lawn"), ServiceFactory(title="Windows")
    booking = BookingFactory(customer=grace, service=lawn, scheduled_at=at(1))
    hers = BookingFactory(customer=grace, service=windows, scheduled_at=at(2))
    theirs = BookingFactory(customer=ada, service=lawn, scheduled_at=at(3))
    both = BookingFactory(customer=grace, service=lawn, scheduled_at=at(-3))
    assert panels_of(support, booking) == {
        "Other bookings of Grace": {"Coming": ids(hers), "Earlier and cancelled": ids(both)},
        "Other bookings with Pat": {"Coming": ids(theirs), "Earlier and cancelled": ids(both)},
    }


def test_of_many_bookings_a_few_are_shown_and_all_are_behind_a_link(app, support):
    grace = UserFactory()
    soonest = [BookingFactory(customer=grace, scheduled_at=at(day)) for day in range(1, 9)]
    latest = [BookingFactory(customer=grace, scheduled_at=at(-day)) for day in range(1, 9)]
    [panel] = panels_of(support, grace).values()
    assert panel == {"Coming": ids(*soonest[:5]), "Earlier and cancelled": ids(*latest[:3])}
    page = support.get(f"/admin/users/details/?id={grace.id}").text
    link = re.search(r'<a href="([^"]+)">[^<]*<i[^>]*></i> All bookings of this user', page)[1]
    listed = support.get(f"{link}&page_size=50").text
    assert all(str(booking.id) in listed for booking in (*soonest, *latest))


def test_a_provider_sees_who_booked(app, support):
    provider = ProviderFactory()
    service, grace = ServiceFactory(provider=provider), UserFactory(profile={"firstName": "Grace"})
    booking = BookingFactory(customer=grace, service=service, scheduled_at=at(1))
    assert panels_of(support, provider) == {"Bookings": {"Coming": ids(booking)}}
    assert "Grace" in support.get(f"/admin/users/details/?id={provider.id}").text


def test_without_other_bookings_a_sentence_says_so(app, support):
    page = support.get(f"/admin/bookings/details/?id={BookingFactory().id}").text
    assert "This customer has no other booking." in page
    assert "This provider has no other booking." in page
    assert "This user has no booking." in support.get(f"/admin/users/details/?id={UserFactory().id}").text


@pytest.mark.parametrize("missing", ["customer_id", "provider_id", "service_id"])
def test_records_that_do_not_exist_break_no_panel(app, support, missing):
    customer, service = UserFactory(), ServiceFactory()
    booking, other = (BookingFactory(customer=customer, service=service, scheduled_at=at(days)) for days in (2, 1))
    unknown = uuid.uuid4()
    for each in (booking, other):
        overwrite(each, **{missing: unknown})
    beside = panels_of(support, booking)
    assert len(beside) == 2
    assert [panel["Coming"] for panel in beside.values()] == [ids(other)] * 2
