"""Phone, address and what else a profile holds: masked for everybody, revealed by a click that is recorded."""

import io
import json
import re
import zipfile
from html import unescape

import pytest
import time_machine

from marketplace.accounts.operations import edit_user
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday
from tests.others import at_once
from tests.pages import fields_of, without_ids
from tests.raw_rows import overwrite

PROFILE = {
    "firstName": "Grace",
    "lastName": "Hopper",
    "phone": "+442079460123",
    "address": "99 Secret Lane\nSpringfield",
    "birthday": "1906-12-09",
    "iban": {"number": "DE00 1234"},
}
SECRETS = ("7946", "Secret Lane", "Springfield", "1906", "1234")


def leaks(page):
    shown = without_ids(unescape(page))
    return [secret for secret in SECRETS if secret in shown]


def reveal(browser, user):
    return browser.submit(f"/admin/users/{user.id}/disclosure", page=f"/admin/users/details/?id={user.id}")


def limited(app, monkeypatch, **changes):
    monkeypatch.setitem(app.extensions, "settings", app.extensions["settings"].model_copy(update=changes))


@pytest.mark.parametrize("role", ["operations", "support", "manager", "administrator"])
def test_no_page_list_search_or_file_shows_them_to_any_role(app, as_role, role):
    user, browser = UserFactory(profile=PROFILE), as_role(role)
    booking = BookingFactory(customer=user, scheduled_at=coming_monday())
    service = ServiceFactory(provider=user)
    with transaction():
        edit_user(user, changes={"phone": "+1 202 555 0199"}, reason="", actor=StaffMemberFactory())
        edit_user(user, changes={"phone": "+44 20 7946 0123"}, reason="", actor=StaffMemberFactory())
    seen = 0
    for address in (
        "/admin/", "/admin/users/", "/admin/users/?search=Hopper", "/admin/users/?search=7946",
        f"/admin/users/details/?id={user.id}", f"/admin/users/details/?id={user.id}&show=notes",
        f"/admin/users/edit/?id={user.id}", f"/admin/users/{user.id}/reset-link",
        f"/admin/users/{user.id}/anonymisation", f"/admin/users/{user.id}/subject-export",
        f"/admin/users/{user.id}/disclosure", "/admin/users/export/csv/",
        "/admin/bookings/", "/admin/bookings/export/csv/", "/admin/services/export/csv/",
        f"/admin/bookings/details/?id={booking.id}", f"/admin/bookings/{booking.id}/confirmation",
        f"/admin/bookings/{booking.id}/rescheduling", f"/admin/bookings/edit/?id={booking.id}",
        f"/admin/services/details/?id={service.id}", f"/admin/services/{service.id}/review",
        "/admin/bookings/new/", "/admin/bookings/ajax/lookup/?name=customer&query=Hopper",
        f"/admin/bookings/?customer={user.id}", "/admin/audit/", f"/admin/audit/?record={user.id}",
        f"/admin/bookings/provider-away/?provider={user.id}", "/admin/services/", "/admin/reset-tokens/",
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code in (200, 302, 403, 422), (address, answer.status_code)
        asked = address.partition("search=")[2]
        assert not [secret for secret in leaks(answer.text) if secret not in asked], address
        assert "0199" not in without_ids(answer.text), address
        seen += answer.status_code == 200
    assert seen >= 12


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_columns_of_a_file_of_users_are_these(app, manager, kind):
    UserFactory(profile=PROFILE)
    data = manager.get(f"/admin/users/export/{kind}/").data
    if kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b" ".join(book.read(name) for name in book.namelist())
    text = data.decode("utf-8", "replace")
    assert "Hopper" in text
    assert not leaks(text)


def test_a_click_shows_them_on_that_page_only_and_is_recorded_without_values(app, support):
    user = UserFactory(profile=PROFILE)
    page = f"/admin/users/details/?id={user.id}"
    masked = unescape(support.get(page).text)
    assert not leaks(masked)
    assert "•••• 23" in masked, "the last two digits stay: by these its owner knows a number"
    answer = reveal(support, user)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert leaks(answer.text) == list(SECRETS)
    assert "+44 20 7946 0123" in answer.text, "in international form"
    assert not leaks(support.get(page).text)
    [entry] = entries("user.revealed")
    assert entry.changes == {"fields": [None, ["phone", "address", "other"]]}
    assert (entry.subject_id, entry.actor_id) == (str(user.id), support.member_id)
    assert not leaks(json.dumps(entry.changes) + entry.subject_label)


@pytest.mark.parametrize("role", ["operations", "manager"])
def test_who_may_not_reveal_has_no_button_and_is_refused(app, as_role, role):
    user, browser = UserFactory(profile=PROFILE), as_role(role)
    page = browser.get(f"/admin/users/details/?id={user.id}").text
    assert "/disclosure" not in page
    answer = reveal(browser, user)
    assert answer.status_code == 403
    assert not leaks(answer.text)
    assert not entries("user.revealed")


def test_looking_at_the_address_of_the_click_reveals_nothing(app, support):
    user = UserFactory(profile=PROFILE)
    answer = support.get(f"/admin/users/{user.id}/disclosure?customer-show=all")
    assert answer.status_code == 302
    assert answer.location == f"/admin/users/details/?id={user.id}&customer-show=all"
    assert support.post(f"/admin/users/{user.id}/disclosure").status_code == 400
    assert not entries("user.revealed")


def test_keys_that_nobody_knows_are_masked_with_their_values(app, support):
    user = UserFactory(profile={"firstName": "Ada", "+447911123456": "x", "5 Secret Street": 1, "phone": ""})
    page = support.get(f"/admin/users/details/?id={user.id}").text
    assert "7911123456" not in page
    assert "Secret Street" not in page
    assert page.count("Other details") == 1
    shown = reveal(support, user).text
    assert "+447911123456" in shown
    assert "5 Secret Street" in shown


def test_more_often_than_may_be_is_refused_with_a_sentence_on_the_page(app, support, monkeypatch):
    limited(app, monkeypatch, reveals_per_hour=3)
    user, colleague = UserFactory(profile=PROFILE), StaffMemberFactory()
    begun = utcnow()
    for _each in range(3):
        assert reveal(support, user).status_code == 200
    refused = reveal(support, user)
    assert refused.status_code == 429
    assert 3000 < int(refused.headers["Retry-After"]) <= 3601
    assert "You had masked details shown 3 times within an hour, which is the most there may be" in unescape(
        refused.text
    )
    assert not leaks(refused.text)
    assert len(entries("user.revealed")) == 3
    other = app.test_client()
    other.log_in(colleague)
    assert reveal(other, user).status_code == 200, "each has a count of their own"
    with time_machine.travel(begun.timestamp() + 3700, tick=True):
        support.log_in(db.session.get(type(colleague), support.member_id))
        assert reveal(support, user).status_code == 200


def test_many_at_once_do_not_slip_by_the_limit(app, support, monkeypatch):
    limited(app, monkeypatch, reveals_per_hour=5)
    user = UserFactory(profile=PROFILE)
    address = f"/admin/users/{user.id}/disclosure"
    form = {"csrf_token": support.token(f"/admin/users/details/?id={user.id}")}
    answers = at_once(*[lambda: support.post(address, data=form) for _each in range(10)])
    assert len(entries("user.revealed")) == 5
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 5


@pytest.mark.parametrize(
    "stored",
    [
        "99 Secret Lane", ["+442079460123"], 442079460123, {"phone": 442079460123}, {"phone": {"7946": "7946"}},
        {"firstName": ["Secret Lane"], "lastName": "Hopper"}, {"address": ["Secret Lane"]}, {"x": "Secret Lane"},
        {"phone": "ring 7946 twice"}, {"address": "Secret Lane" * 200},
    ],
)  # fmt: skip
def test_a_malformed_profile_leaks_nothing_either_and_is_shown_when_revealed(app, support, stored):
    user = UserFactory()
    overwrite(user, profile=json.dumps(stored))
    for address in (f"/admin/users/details/?id={user.id}", f"/admin/users/edit/?id={user.id}", "/admin/users/"):
        answer = support.get(address)
        assert answer.status_code == 200
        text = re.sub(r'name="loaded" [^>]*>', "", unescape(answer.text))
        assert not [secret for secret in ("7946", "Secret") if secret in without_ids(text)], address
        assert not [
            secret for secret in ("7946", "Secret") if secret in without_ids(unescape(fields_of_any(answer.text)))
        ]
    assert leaks(reveal(support, user).text)


def fields_of_any(page):
    try:
        return str(fields_of(page))
    except ValueError:
        return ""


def test_a_profile_without_anything_masked_offers_no_button(app, support):
    user = UserFactory(profile={"firstName": "Grace", "lastName": "Hopper", "phone": "", "address": ""})
    assert "/disclosure" not in support.get(f"/admin/users/details/?id={user.id}").text
