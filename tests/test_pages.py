"""Pages as documents: each renders for those it is open to, and is sound HTML that a strict policy lets through."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from marketplace.accounts.reset_links import issue_reset_link
from marketplace.bookings.operations import confirm_booking
from marketplace.extensions import db
from marketplace.notes import write_note
from marketplace.permissions import Role
from marketplace.transaction import transaction
from tests.accounts.test_reset_links import DAY
from tests.batch_steps import begin, draft, press
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffInviteFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)

EVERYBODY = list(Role)
SUPPORT = [Role.SUPPORT, Role.ADMINISTRATOR]
OPERATIONS = [Role.OPERATIONS, Role.ADMINISTRATOR]
AUDITORS = [Role.MANAGER, Role.ADMINISTRATOR]
ADMINISTRATOR = [Role.ADMINISTRATOR]

PAGES = {
    "/admin/": EVERYBODY,
    "/admin/bookings/": EVERYBODY,
    "/admin/bookings/?search=nobody": EVERYBODY,
    "/admin/bookings/?search=ada&status=pending&from=soon&page_size=50&sort=total_amount&desc=1": EVERYBODY,
    "/admin/bookings/?customer={customer}": EVERYBODY,
    "/admin/bookings/details/?id={booking}": EVERYBODY,
    "/admin/bookings/details/?id={cancelled}": EVERYBODY,
    "/admin/bookings/details/?id={booking}&show=notes": EVERYBODY,
    "/admin/bookings/details/?id={booking}&before=1": EVERYBODY,
    "/admin/bookings/new/": SUPPORT,
    "/admin/bookings/edit/?id={booking}": SUPPORT,
    "/admin/bookings/{booking}/confirmation": SUPPORT,
    "/admin/bookings/{booking}/cancellation": SUPPORT,
    "/admin/bookings/{cancelled}/cancellation": SUPPORT,
    "/admin/bookings/{booking}/rescheduling": SUPPORT,
    "/admin/bookings/{cancelled}/rescheduling": SUPPORT,
    "/admin/bookings/{ended}/completion": SUPPORT,
    "/admin/bookings/{cancelled}/completion": SUPPORT,
    "/admin/bookings/overlaps/": EVERYBODY,
    "/admin/bookings/overlaps/?past=1": EVERYBODY,
    "/admin/bookings/provider-away/": SUPPORT,
    "/admin/bookings/provider-away/?provider={stranger}": SUPPORT,
    "/admin/bookings/provider-away/?provider={provider}&since=2026-01-01T00:00&until={until}": SUPPORT,
    "/admin/bookings/provider-away/?provider={stranger}&since=2026-01-01T00:00&until={until}": SUPPORT,
    "/admin/users/details/?id={provider}": EVERYBODY,
    "/admin/services/": EVERYBODY,
    "/admin/services/details/?id={service}": EVERYBODY,
    "/admin/services/details/?id={misfit}": EVERYBODY,
    "/admin/services/edit/?id={service}": OPERATIONS,
    "/admin/services/review/": OPERATIONS,
    "/admin/services/review/?kind=new&search=window&signal=images": OPERATIONS,
    "/admin/services/review/figures": EVERYBODY,
    "/admin/services/review/?kind=requested": OPERATIONS,
    "/admin/services/{service}/review": OPERATIONS,
    "/admin/services/{misfit}/review": OPERATIONS,
    "/admin/services/edit/?id={misfit}": OPERATIONS,
    "/admin/users/": EVERYBODY,
    "/admin/users/details/?id={customer}": EVERYBODY,
    "/admin/users/details/?id={stranger}": EVERYBODY,
    "/admin/users/edit/?id={customer}": SUPPORT,
    "/admin/users/edit/?id={stranger}": SUPPORT,
    "/admin/users/{customer}/reset-link": SUPPORT,
    "/admin/users/details/?id={customer}&customer-show=all&customer-sort=total_amount&links-last=1": EVERYBODY,
    "/admin/users/{customer}/subject-export": ADMINISTRATOR,
    "/admin/users/{customer}/anonymisation": ADMINISTRATOR,
    "/admin/users/{stranger}/anonymisation": ADMINISTRATOR,
    "/admin/reset-tokens/": SUPPORT,
    "/admin/reset-tokens/?state=active": SUPPORT,
    "/admin/reset-tokens/details/?id={token}": SUPPORT,
    "/admin/reset-tokens/{token}/revocation": SUPPORT,
    "/admin/staff/": ADMINISTRATOR,
    "/admin/staff/invites/": ADMINISTRATOR,
    "/admin/staff/invites/new/": ADMINISTRATOR,
    "/admin/staff/invites/details/?id={invite}": ADMINISTRATOR,
    "/admin/staff/invites/{invite}/revocation": ADMINISTRATOR,
    "/admin/profile/second-factor": EVERYBODY,
    "/admin/profile/second-factor/removal": EVERYBODY,
    "/admin/profile/recovery-codes": EVERYBODY,
    "/admin/profile/sessions/ending": EVERYBODY,
    "/admin/staff/{colleague}/second-factor-reset": ADMINISTRATOR,
    "/admin/staff/{colleague}/sessions-ending": ADMINISTRATOR,
    "/admin/staff/details/?id={colleague}": ADMINISTRATOR,
    "/admin/staff/edit/?id={colleague}": ADMINISTRATOR,
    "/admin/staff/{colleague}/disabling": ADMINISTRATOR,
    "/admin/staff/{colleague}/enabling": ADMINISTRATOR,
    "/admin/batches/": EVERYBODY,
    "/admin/profile/": EVERYBODY,
    "/admin/audit/": AUDITORS,
    "/admin/audit/details/?id=1": AUDITORS,
}


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_of_a_role_is_sound(as_role, records, role):
    browser = as_role(role)
    for page in [page for page, roles in PAGES.items() if role in roles]:
        response = browser.get(page.format_map(records))
        assert response.status_code == 200, page
        assert flaws(response.text) == [], page


def test_pages_for_strangers_are_sound_and_without_navigation(stranger):
    for page, status in {"/login": 200, "/nothing": 404, "/reset/none": 404, "/reset/new-password": 404}.items():
        response = stranger.get(page)
        assert response.status_code == status
        assert flaws(response.text) == []
        assert "<nav" not in response.text
        assert "/admin/bookings" not in response.text


def test_refusals_keep_the_navigation_for_those_who_are_logged_in(manager):
    for page, status in {"/admin/staff/": 403, "/admin/nothing": 404, "/admin/users/details/?id=x": 404}.items():
        response = manager.get(page)
        assert response.status_code == status
        assert flaws(response.text) == []
        assert 'href="/admin/bookings/"' in response.text
        assert 'href="/admin/staff/"' not in response.text


def test_public_pages_name_neither_the_back_office_nor_the_token(app, stranger):
    user = UserFactory()
    with transaction():
        token = issue_reset_link(user, reason="They rang.", actor=StaffMemberFactory(), storage="digest", valid=DAY)
    assert stranger.get(f"/reset/{token}").location == "/reset/new-password"
    wrong = stranger.submit("/reset/new-password", {"password": "short", "again": "other"})
    assert wrong.status_code == 422
    right = {"password": "a long new password", "again": "a long new password"}
    for page in (
        stranger.get("/reset/new-password"),
        wrong,
        stranger.submit("/reset/new-password", right),
        stranger.get(f"/reset/{token}"),
    ):
        assert flaws(page.text) == []
        assert token not in page.text
        assert "back office" not in page.text.lower()


def test_a_refused_form_names_its_fields_and_puts_the_focus_on_the_first(support):
    response = support.submit("/admin/bookings/new/")
    assert response.status_code == 422
    assert flaws(response.text) == []
    customer = next(tag for tag in re.findall(r"<input[^>]*>", response.text) if 'id="customer"' in tag)
    assert 'aria-invalid="true"' in customer
    assert "autofocus" in customer
    assert 'aria-describedby="customer-hint customer-errors"' in customer
    assert 'href="#customer"' in response.text


def test_a_refused_note_gets_the_focus_on_the_page_of_its_record(support, records):
    response = support.submit(
        f"/admin/bookings/{records['booking']}/notes", page=f"/admin/bookings/details/?id={records['booking']}"
    )
    assert response.status_code == 422
    assert flaws(response.text) == []
    field = next(tag for tag in re.findall(r"<textarea[^>]*>", response.text) if 'id="notes"' in tag)
    assert 'aria-invalid="true"' in field
    assert "autofocus" in field


def test_refused_forms_of_one_s_own_account_are_sound_pages(support):
    for url, form in (("/admin/profile/", {"timezone": "Mars"}), ("/admin/profile/password", {})):
        response = support.submit(url, form, page="/admin/profile/")
        assert response.status_code == 422
        assert flaws(response.text) == []
        assert response.text.count("autofocus") == 1


def test_bulk_verbs_are_previewed_and_reported_on_sound_pages(support, records):
    batch = draft(support, "bookings", "cancellation", [records["booking"], records["cancelled"]])
    preview = support.get(batch)
    assert flaws(preview.text) == []
    assert "This booking is already cancelled." in preview.text
    refused = press(support, batch, "start")
    assert refused.status_code == 422
    assert flaws(refused.text) == []
    done = support.get(begin(support, batch))
    assert flaws(done.text) == []
    assert "1 done" in done.text
    assert "1 not done" in done.text
    undo = press(support, batch, "undo").location
    assert flaws(support.get(undo).text) == []
    assert flaws(support.get(begin(support, undo)).text) == []
    assert flaws(support.get("/admin/batches/").text) == []
    assert flaws(support.get(press(support, batch, "retry").location).text) == []


def test_nothing_can_be_pressed_when_no_selected_row_allows_it(support, records):
    page = support.get(draft(support, "bookings", "confirmation", [records["cancelled"]]))
    assert "There is nothing to do" in page.text
    assert "/start" not in page.text


def test_revealed_pages_and_those_that_refuse_to_are_sound(app, support, records, monkeypatch):
    for identity in (records["customer"], records["stranger"]):
        assert flaws(support.submit(f"/admin/users/{identity}/disclosure", page="/admin/profile/").text) == []
    limited = app.extensions["settings"].model_copy(update={"reveals_per_hour": 1})
    monkeypatch.setitem(app.extensions, "settings", limited)
    refused = support.submit(f"/admin/users/{records['customer']}/disclosure", page="/admin/profile/")
    assert refused.status_code == 429
    assert flaws(refused.text) == []


def test_reset_links_are_shown_ready_to_be_copied(support, records):
    shown = {"reason": "They rang.", "show": "y"}
    for response in (
        support.submit(f"/admin/users/{records['customer']}/reset-link", shown),
        press(support, draft(support, "users", "reset-link", [records["customer"]]), "start", **shown),
    ):
        assert flaws(response.text) == []
        assert re.search(r'<input[^>]+value="https://account\.example\.com/reset/[\w-]{40,}" readonly', response.text)


def test_stored_values_are_shown_as_text_whatever_they_hold(manager, records):
    page = manager.get(f"/admin/services/details/?id={records['misfit']}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert 'href="javascript:' not in page
    assert "malformed" in page


def test_a_list_that_found_nothing_offers_to_clear_the_search(manager):
    page = manager.get("/admin/bookings/?search=nobody").text
    assert "Nothing matches “nobody”." in page
    assert 'href="/admin/bookings/">Clear the search' in page


def test_a_filter_that_cannot_be_read_says_so_beside_its_field(manager):
    page = manager.get("/admin/bookings/?from=soon").text
    field = next(tag for tag in re.findall(r"<input[^>]*>", page) if 'id="filter-from"' in tag)
    assert 'value="soon"' in field
    assert 'aria-describedby="filter-from-error"' in field
    assert 'id="filter-from-error"' in page


@pytest.fixture
def records(app):
    """Ids of one record of each kind, some of them as another program might have left them."""
    customer = UserFactory()
    booking = BookingFactory(customer=customer, notes="Ring twice.\n<script>alert(1)</script>")
    author = StaffMemberFactory()
    with transaction():
        for row in (booking, customer):
            write_note(row, text="She rang.\n<script>alert(1)</script> שלום", label="x", actor=author)
        confirm_booking(booking, actor=author)
    ids = {
        "booking": booking.id,
        "customer": customer.id,
        "service": booking.service_id,
        "provider": booking.provider_id,
        "until": f"{booking.scheduled_at + dt.timedelta(days=1):%Y-%m-%dT%H:%M}",
        "cancelled": BookingFactory(status="cancelled").id,
        "ended": BookingFactory(status="confirmed", scheduled_at=coming_monday() - dt.timedelta(days=70)).id,
        "misfit": ServiceFactory(currency=None, title="<script>alert(1)</script> שלום").id,
        "stranger": UserFactory(role="provider").id,
        "token": PasswordResetTokenFactory(email=customer.email).id,
        "invite": StaffInviteFactory().id,
        "colleague": StaffMemberFactory(role="manager").id,
    }
    spoil("services", ids["misfit"], availability={"funday": "<b>"}, images=["javascript:alert(1)"])
    spoil("users", ids["stranger"], profile=["<script>alert(1)</script>"])
    return ids


def spoil(table, identity, **columns):
    """Write JSON that does not fit, as another program could."""
    found = sa.table(table, sa.column("id", sa.Uuid()), *(sa.column(name, sa.JSON()) for name in columns))
    db.session.execute(sa.update(found).where(found.c.id == identity).values(columns))
    db.session.commit()


def flaws(page):
    """Say what is wrong with the page: what a policy would block, what assistive technology would miss."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    checks = {
        "no language": reader.language,
        "not one h1": reader.counts.get("h1") == 1,
        "not one main": reader.counts.get("main") == 1,
        "no title": re.search(r"<title>\s*[^<\s]", page),
        "ids that occur twice": len(set(reader.ids)) == len(reader.ids),
        "a message that is not filled in": not re.search(r"%\(\w+\)s|\bNone\b|Undefined", page),
        "no doctype at the very start": page.startswith("<!doctype html>"),
    }
    return reader.flaws + [flaw for flaw, holds in checks.items() if not holds]


class Reader(HTMLParser):
    """Reads a page tag by tag."""

    def __init__(self):
        super().__init__()
        self.flaws, self.ids, self.counts, self.language = [], [], {}, ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.language = self.language or (given.get("lang") if tag == "html" else "")
        self.ids += [given["id"]] if "id" in given else []
        self.flaws += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            self.check_address(tag, given, name)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.flaws.append(f"inline {tag}")
        if tag == "th" and "scope" not in given:
            self.flaws.append("th without scope")

    def check_address(self, tag, given, name):
        address = given.get(name) or ""
        if address and not address.startswith(("/", "#", "?")) and "nofollow" not in given.get("rel", ""):
            self.flaws.append(f"{tag} {name} leads to {address}")
