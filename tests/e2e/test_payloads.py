"""Scripts that others stored as names, titles, notes, reasons: all of them stay text."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from marketplace.bookings.models import Booking
from marketplace.bookings.operations import cancel_booking
from marketplace.permissions import Role
from marketplace.transaction import transaction
from tests.e2e.steps import log_in
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ProviderFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.test_pages import spoil

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</title></textarea></script><script>alert(1)</script>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover=alert(1) style='position:fixed;inset:0",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}${alert(1)}",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    '<a href="javascript:alert(1)">x</a>',
    "<!--<img src='--><img src=x onerror=alert(1)>",
    "\u202e<details open ontoggle=alert(1)>\u2028alert(1)//",
)
HARMLESS = ("javascript:", "{{")
"""What begins so is dangerous as an address, or to a template, not as part of a page."""

TABLES = ("bookings", "services", "users", "reset-tokens", "staff", "audit")

COUNT = "window.fired = []; for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => fired.push(name);"
RAN = """() => [...fired, ...[...document.querySelectorAll("*")]
    .filter(element => element.matches("iframe, object, embed, details[ontoggle]")
        || /^(javascript|data):/i.test(element.href || element.action || "")
        || [...element.attributes].some(attribute => attribute.name.startsWith("on")))
    .map(element => element.outerHTML)]"""


@pytest.fixture
def page(window):
    """A window that counts what runs, past the content policy: with that, nothing might run that could."""
    page = window(bypass_csp=True)
    page.add_init_script(COUNT)
    return page


# What escapes does not know where a value comes from, so one database is enough.
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_nothing_that_is_stored_runs_on_any_page(site, page):
    bookings = [hostile_booking(number, payload) for number, payload in enumerate(PAYLOADS)]
    paths = [f"/admin/{table}/" for table in TABLES]
    for booking, payload in zip(bookings, PAYLOADS, strict=True):
        paths += pages_of(booking)
        paths.append(f"/admin/audit/?search={quote(payload)}&from={quote(payload)}&actor={quote(payload)}")
    paths += [f"/admin/audit/details/?id={number}" for number in range(1, len(PAYLOADS) + 1)]
    log_in(page, StaffMemberFactory(role=Role.ADMINISTRATOR, name=PAYLOADS[1]))
    ran = {path: ran_on(page, path) for path in paths}
    assert {path: found for path, found in ran.items() if found} == {}


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_suggestions_are_text(site, page):
    for number, payload in enumerate(PAYLOADS):
        hostile_booking(number, payload)
    log_in(page, StaffMemberFactory())
    page.goto("/admin/bookings/new/")
    for payload in PAYLOADS:
        words = payload.strip("\u202e").split("\u2028")[0]  # The search drops space at the ends, these included.
        field = page.get_by_role("combobox", name="Service")
        field.fill(words)
        page.get_by_role("option").filter(has_text=words).first.click()
        expect(field).to_have_value(re.compile(re.escape(words)))
    assert page.evaluate(RAN) == []


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_what_is_stored_is_shown_as_it_is(site, page):
    booking = hostile_booking(0, PAYLOADS[0])
    log_in(page, StaffMemberFactory())
    page.goto(f"/admin/bookings/details/?id={booking.id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{PAYLOADS[0]} / {PAYLOADS[0]}")
    expect(page.locator(".value-notes")).to_have_text(PAYLOADS[0])


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if not payload.startswith(HARMLESS)])
def test_what_is_not_escaped_would_be_noticed(site, page, payload):
    page.goto("/login")
    page.set_content(f"<title>{payload}</title><input value=\"{payload}\"><input value='{payload}'><p>{payload}</p>")
    assert page.evaluate(RAN)


def ran_on(page: Page, path: str) -> list[str]:
    """Open `path` and return what ran there, or could."""
    page.goto(path)
    return page.evaluate(RAN)


def pages_of(booking: Booking) -> list[str]:
    records = {"bookings": booking.id, "services": booking.service_id, "users": booking.customer_id}
    return [
        *(
            f"/admin/{table}/{page}/?id={identity}"
            for table, identity in records.items()
            for page in ("details", "edit")
        ),
        f"/admin/bookings/{booking.id}/cancellation",
        f"/admin/users/{booking.customer_id}/reset-link",
    ]


def hostile_booking(number: int, payload: str) -> Booking:
    """Put `payload` wherever another program could: names, texts, JSON; a reason into the audit log as well."""
    email = f"{number}{payload}@example.com"
    profile = {"firstName": payload, "lastName": payload, "phone": payload, "address": payload, payload: [payload]}
    customer = UserFactory(email=email)
    service = ServiceFactory(
        provider=ProviderFactory(profile={"firstName": payload, "lastName": payload}),
        title=payload,
        description=payload,
        category=payload[:50],
    )
    booking = BookingFactory(customer=customer, service=service, notes=payload)
    other = BookingFactory(customer=customer, service=service)
    PasswordResetTokenFactory(email=email)
    agent = StaffMemberFactory(email=f"agent{number}{payload}@example.com", name=payload)
    with transaction():
        cancel_booking(other, reason=payload, actor=agent)
    spoil("users", customer.id, profile=profile)
    spoil("services", service.id, images=[payload, f"https://example.com/{payload}"], availability={payload: payload})
    return booking
