"""Promise 16: a form that is sent twice, be it at the very same moment, does it once."""

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import current_app

from marketplace.accounts.models import PasswordResetToken
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.notes import Note
from marketplace.staff.models import StaffInvite
from tests.audit_log import entries, is_whole
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)
from tests.others import at_once
from tests.pages import fields_of

ROUNDS = int(os.environ.get("TWICE_ROUNDS", "3"))
"""Of each form at the same moment, some with every run; by hand 100: `TWICE_ROUNDS=100 pytest tests/test_twice.py`."""

COOKIE = "back_office"

LONG_AGO = coming_monday(10) - dt.timedelta(days=70)


@dataclass(frozen=True)
class Form:
    """A form to be sent, and what it does when it is sent once."""

    make: Callable[[Any], tuple[str, Mapping[str, str]]]
    """Makes the rows; gives the address of the page and what is typed into its form, by the number of the round."""
    act: str
    """As the audit log calls it."""
    second: int = 302
    """How the second one is answered; 302, as the first, where the page can tell that it is the same."""
    role: str = "support"
    adds: type | None = None
    """The table that gets one row."""
    sent_to: Callable[[str], str] = field(default=lambda address: address)
    """Leads from the address of the page to that of the form."""


def booking_at(noun, status="pending", at=None, **typed):
    def make(number):
        when = at or coming_monday(10) + dt.timedelta(days=7 * number)
        return f"/admin/bookings/{BookingFactory(status=status, scheduled_at=when).id}/{noun}", typed

    return make


def new_booking(number):
    service, day = ServiceFactory(), coming_monday(10) + dt.timedelta(days=7 * number)
    return "/admin/bookings/new/", {
        "customer": UserFactory().email,
        "service": service.title,
        "scheduled_at": f"{day:%Y-%m-%dT%H:%M}",
    }


def rescheduling(number):
    moved = f"{coming_monday(14) + dt.timedelta(days=7 * number):%Y-%m-%dT%H:%M}"
    return booking_at("rescheduling")(number)[0], {"scheduled_at": moved}


def note(_number):
    return f"/admin/bookings/details/?id={BookingFactory().id}", {"notes": "She rang."}


def reset_link(_number, **typed):
    return f"/admin/users/{UserFactory().id}/reset-link", {"reason": "They rang.", **typed}


def new_colleague(number):
    return "/admin/staff/invites/new/", {"email": f"new{number}@example.com", "name": "Nora New", "role": "support"}


def edit(table, make, **typed):
    return lambda _number: (f"/admin/{table}/edit/?id={make().id}", typed)


def anonymising(_number):
    user = UserFactory()
    return f"/admin/users/{user.id}/anonymisation", {"email": user.email, "reason": "Asked to."}


def own_profile(number):
    return "/admin/profile/", {"timezone": ("Europe/Berlin", "Asia/Tokyo")[number % 2]}


FORMS = {
    "new booking": Form(new_booking, "booking.created", adds=Booking),
    "note": Form(
        note,
        "note.written",
        adds=Note,
        sent_to=lambda page: page.replace("details/?id=", "") + "/notes",
    ),
    "reset link, shown": Form(partial(reset_link, show="y"), "reset_link.issued", 200, adds=PasswordResetToken),
    "reset link, mailed": Form(reset_link, "reset_link.issued", 200, adds=PasswordResetToken),
    "revocation": Form(
        lambda _number: (f"/admin/reset-tokens/{PasswordResetTokenFactory().id}/revocation", {}),
        "reset_link.revoked",
        409,
    ),
    "confirmation": Form(booking_at("confirmation"), "booking.confirmed", 409),
    "cancellation": Form(booking_at("cancellation", reason="Asked to."), "booking.cancelled", 409),
    "completion": Form(booking_at("completion", "confirmed", LONG_AGO), "booking.completed", 409),
    "rescheduling": Form(rescheduling, "booking.rescheduled", 409),
    "booking": Form(edit("bookings", BookingFactory, notes="Ring."), "booking.edited"),
    "service": Form(edit("services", ServiceFactory, title="Piano"), "service.edited", role="operations"),
    "user": Form(edit("users", UserFactory, phone="+1 202 555 0199"), "user.edited"),
    "anonymising": Form(anonymising, "user.anonymised", 409, "administrator"),
    "staff member": Form(edit("staff", StaffMemberFactory, name="Nora"), "staff.edited", role="administrator"),
    "own profile": Form(own_profile, "staff.edited"),
    "invite": Form(new_colleague, "staff.invited", 200, "administrator", adds=StaffInvite),
    "disabling": Form(
        lambda _number: (f"/admin/staff/{StaffMemberFactory().id}/disabling", {"reason": "Left."}),
        "staff.disabled",
        409,
        "administrator",
    ),
    "enabling": Form(
        lambda _number: (f"/admin/staff/{StaffMemberFactory(is_active=False).id}/enabling", {"reason": "Back."}),
        "staff.enabled",
        409,
        "administrator",
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_sent_again_it_is_not_done_again(app, as_role, form):
    browser = as_role(form.role)
    send = ready(browser, form, 0)
    before = amount(form)
    first, second = send(browser), send(browser)
    assert first.status_code == (200 if form.second == 200 else 302)
    assert second.status_code == form.second
    assert_done_once(form, [first, second], before, acts=1)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_sent_twice_at_the_same_moment_it_is_done_once(app, as_role, form):
    browser = as_role(form.role)
    twin = app.test_client()
    for number in range(ROUNDS):
        send = ready(browser, form, number)
        twin.set_cookie(COOKIE, browser.get_cookie(COOKIE).value)
        before = amount(form)
        answers = at_once(partial(send, browser), partial(send, twin))
        once = 200 if form.second == 200 else 302
        assert Counter(answer.status_code for answer in answers) == Counter([once, form.second])
        assert_done_once(form, answers, before, acts=number + 1)
    assert is_whole()


def ready(browser, form, number):
    """Make the rows and open the page; return what sends its form from a browser."""
    page, typed = form.make(number)
    address = form.sent_to(page)
    several = form.adds is Note or page == "/admin/profile/"
    html = browser.get(page).get_data(as_text=True)
    fields = {**fields_of(html, address if several else None), **typed}
    outbox = current_app.extensions["mailman"]
    outbox.outbox = []
    return lambda sender: sender.post(address, data=fields)


def amount(form):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(form.adds)) if form.adds else None


def assert_done_once(form, answers, before, *, acts):
    assert len(entries(form.act)) == acts
    assert form.adds is None or amount(form) == before + 1
    if form.second == 302:
        assert len({answer.location for answer in answers}) == 1, "both lead to the same page"
    if form.second == 200:
        links = [re.findall(r"https://account.example.com/reset/([\w-]{43})\b", answer.text) for answer in answers]
        mails = current_app.extensions["mailman"].outbox
        assert links[0] == links[1], "both show the same link"
        assert len(links[0]) + len(mails) >= 1
        assert len(mails) == ("is on its way" in answers[0].text)
        assert not entries("reset_link.voided")


# -- What is like it, but not the same ------------------------------------------------------------


def test_who_goes_back_and_types_something_else_books_that_too(app, support):
    page, typed = new_booking(0)
    fields = {**fields_of(support.get(page).get_data(as_text=True)), **typed}
    other = {**fields, "customer": UserFactory().email}
    assert support.post(page, data=fields).location != support.post(page, data=other).location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 2


def test_a_link_that_was_used_meanwhile_is_not_issued_again_by_its_page(app, support):
    page, typed = reset_link(0)
    fields = {**fields_of(support.get(page).get_data(as_text=True)), **typed}
    assert support.post(page, data=fields).status_code == 200
    db.session.execute(sa.update(PasswordResetToken).values(is_used=True))
    db.session.commit()
    answer = support.post(page, data=fields)
    assert answer.status_code == 409
    assert "used or voided meanwhile" in answer.text
    assert support.submit(page, typed).status_code == 200, "opened again, it issues another"
    assert len(entries("reset_link.issued")) == 2


def test_who_comes_second_with_an_address_reads_that_it_is_taken(app, as_role):
    """Two people who change two accounts to one address at the same moment."""
    browsers = [as_role("support") for _each in range(2)]
    for number in range(ROUNDS):
        sends = []
        for browser in browsers:
            page = f"/admin/users/edit/?id={UserFactory().id}"
            fields = fields_of(browser.get(page).get_data(as_text=True))
            typed = {**fields, "email": f"wanted{number}@example.com", "reason": "Asked to."}
            sends.append(partial(browser.post, page, data=typed))
        answers = at_once(*sends)
        assert Counter(answer.status_code for answer in answers) == Counter([302, 422])
        assert any("Another account has this e-mail address." in answer.text for answer in answers)
