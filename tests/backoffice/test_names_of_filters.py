"""What a list is narrowed to, and what a batch was chosen by: in names and days, not in ids and codes."""

import re
import uuid
from html import unescape

import pytest

from tests.factories import BookingFactory, ProviderFactory, ServiceFactory


def chips(page):
    """Return label to value of what the page says it is narrowed to or was chosen by."""
    found = re.findall(r'class="chip[^"]*"><span>([^<]+): <b dir="auto">(.*?)</b>', unescape(page))
    return dict(found)


@pytest.fixture
def service(app):
    provider = ProviderFactory(email="grete@example.com", profile={"firstName": "Grete", "lastName": "Grün"})
    return ServiceFactory(provider=provider, title="Windows <clean>", category="cleaning")


def test_chips_name_records_and_days(service, administrator):
    address = f"provider={service.provider_id}&service={service.id}&from=2026-01-31&coming=yes"
    told = chips(administrator.get(f"/admin/bookings/?{address}").text)
    assert told == {
        "Provider": "Grete Grün",
        "Service": "Windows <clean>",
        "From": "Sat, 31 Jan 2026",
        "Coming": "Pending and confirmed, from now on",
    }
    for place in ("services", "services/review"):
        page = administrator.get(f"/admin/{place}/?provider={service.provider_id}").text
        assert chips(page)["Provider"] == "Grete Grün"


@pytest.mark.parametrize("value", [str(uuid.UUID(int=7)), "no id", "'\"><b>"])
def test_what_names_no_record_is_shown_as_it_was_typed(app, administrator, value):
    for name in ("provider", "customer", "service", "batch"):
        answer = administrator.get("/admin/bookings/", query_string={name: value})
        assert answer.status_code == 200
        assert value in unescape(answer.text)


def test_a_day_that_is_none_is_shown_as_it_was_typed(app, administrator):
    assert chips(administrator.get("/admin/bookings/?from=tomorrow").text)["From"] == "tomorrow"


def test_a_batch_tells_by_what_it_was_chosen(service, administrator):
    BookingFactory(service=service, status="pending")
    matching = f"provider={service.provider_id}&status=pending&from=2026-01-31&search=Grete"
    token = administrator.token("/admin/profile/")
    form = {"action": "confirmation", "everything": "1", "matching": matching, "csrf_token": token}
    page = administrator.get(administrator.post("/admin/bookings/action/", data=form).location).text
    assert chips(page) == {
        "Search": "Grete",
        "Status": "Pending",
        "From": "Sat, 31 Jan 2026",
        "Provider": "Grete Grün",
    }


def test_a_batch_by_whose_services_a_list_is_narrowed_is_named(service, administrator):
    token = administrator.token("/admin/profile/")
    form = {"action": "take-down", "rowid": str(service.id), "csrf_token": token}
    batch_id = administrator.post("/admin/services/action/", data=form).location.partition("id=")[2]
    page = administrator.get(f"/admin/batches/details/?id={batch_id}").text
    assert "It can be done to 1 service<" in page
    assert "Take down: 1 service<" in page
    assert not re.search(r"\brows?\b", re.sub(r"<[^>]+>", "", page.partition("<main")[2]))
    page = administrator.get(f"/admin/bookings/?batch={batch_id}").text
    assert chips(page) == {"Services of a batch": "Take down: 1"}
