"""The bookings beside a booking."""

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


def test_without_other_bookings_a_sentence_says_so(app, support):
    page = support.get(f"/admin/bookings/details/?id={BookingFactory().id}").text
    assert "This customer has no other booking." in page
    assert "This provider has no other booking." in page


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
