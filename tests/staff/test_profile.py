"""One's own account: how times and figures are written, and the password."""

import re
from html import unescape

import bcrypt
import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.staff.forms import zone_meant
from marketplace.staff.models import StaffMember, StaffSession
from tests.audit_log import entries
from tests.factories import PASSWORD, StaffMemberFactory
from tests.pages import fields_of
from tests.raw_rows import stored_rows

PROFILE = "/admin/profile/"
NEW = "nine patient herons wait"
GOOD = {"current_password": PASSWORD, "password": NEW, "again": NEW}


def save(browser, **changes):
    return browser.post(PROFILE, data={**fields_of(browser.get(PROFILE).text, PROFILE), **changes})


def change_password(browser, **changes):
    return browser.submit("/admin/profile/password", {**GOOD, **changes}, page=PROFILE)


def member_of(browser):
    db.session.rollback()
    return db.session.get(StaffMember, browser.member_id)


def stored_password(browser):
    return db.session.scalar(sa.select(StaffMember.password_hash).where(StaffMember.id == browser.member_id)).encode()


# -- Times and figures ---------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_everybody_chooses_their_own_zone_and_locale(as_role, role):
    browser = as_role(role)
    assert save(browser, timezone="Asia/Tokyo", locale="de_AT").status_code == 302
    member = member_of(browser)
    assert (member.timezone, member.locale) == ("Asia/Tokyo", "de_AT")
    [entry] = entries("staff.edited")
    assert entry.changes == {"timezone": [None, "Asia/Tokyo"], "locale": [None, "de_AT"]}
    assert (entry.actor_id, entry.subject_id) == (member.id, str(member.id))
    page = browser.get(PROFILE).text
    assert "Times in Asia/Tokyo" in page
    assert "1.234.560" in page.replace("\N{NO-BREAK SPACE}", ".")


def test_what_was_chosen_can_be_given_up_again(app, support):
    save(support, timezone="Asia/Tokyo", locale="de_AT")
    assert save(support, timezone="", locale="").status_code == 302
    member = member_of(support)
    assert (member.timezone, member.locale) == (None, None)
    assert "Times in UTC" in support.get(PROFILE).text


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("Lord Howe", "Australia/Lord_Howe"),
        ("utc", "UTC"),
        ("Mars", "Mars"),
        ("Louisville", "Louisville"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_zone_is_known_by_its_city_where_only_one_has_it(typed, zone):
    assert zone_meant(typed) == zone


@pytest.mark.parametrize(("field", "value"), [("timezone", "Mars/Olympus"), ("locale", "de_MARS")])
def test_what_is_unknown_is_refused_beside_its_field_and_kept(app, support, field, value):
    before = stored_rows(but=("staff_sessions",))
    response = save(support, **{field: value})
    assert response.status_code == 422
    assert f'id="{field}-errors"' in response.text
    if field == "timezone":
        assert f'value="{value}"' in response.text
    assert stored_rows(but=("staff_sessions",)) == before


def test_saving_an_untouched_form_changes_nothing(app, support):
    before = stored_rows(but=("staff_sessions",))
    assert save(support).status_code == 302
    assert stored_rows(but=("staff_sessions",)) == before


def test_what_an_administrator_changed_meanwhile_is_not_saved_over(app, support):
    form = fields_of(support.get(PROFILE).text, PROFILE)
    member_of(support).timezone = "Europe/Paris"
    db.session.commit()
    assert support.post(PROFILE, data={**form, "locale": "fr_FR"}).status_code == 302
    assert (member_of(support).timezone, member_of(support).locale) == ("Europe/Paris", "fr_FR")
    assert support.post(PROFILE, data={**form, "timezone": "Asia/Tokyo"}).status_code == 409
    assert member_of(support).timezone == "Europe/Paris"


def test_the_name_in_the_menu_leads_there(app, support):
    page = support.get("/admin/").text
    assert re.search(r'<a class="person-name" href="/admin/profile/"[^>]*>Sam Staff</a>', page)
    assert page.count('href="/admin/profile/"') == 1, "it is about oneself, not about the marketplace"


# -- The password --------------------------------------------------------------------------------


def test_a_new_password_is_set_and_the_old_one_is_dead(app, support):
    response = change_password(support)
    assert (response.status_code, response.location) == (302, PROFILE)
    assert bcrypt.checkpw(NEW.encode(), stored_password(support))
    member = member_of(support)
    assert app.test_client().log_in(member, PASSWORD).status_code == 401
    assert app.test_client().log_in(member_of(support), NEW).status_code == 302


def test_the_one_who_did_it_goes_on_under_a_new_key_and_all_other_sessions_end(app, support):
    elsewhere, member = app.test_client(), member_of(support)
    elsewhere.log_in(member)
    stolen = support.get_cookie("back_office").value
    change_password(support)
    assert "Your password is changed." in unescape(support.get(PROFILE).text)
    assert elsewhere.get("/admin/").location.startswith("/login")
    thief = app.test_client()
    thief.set_cookie("back_office", stolen)
    assert thief.get("/admin/").location.startswith("/login")
    live = sa.select(sa.func.count()).where(StaffSession.member_id == member.id, StaffSession.ended_at.is_(None))
    assert db.session.scalar(live) == 1


def test_it_is_recorded_without_any_password(app, support):
    change_password(support)
    [entry] = entries("staff.password_changed")
    assert (entry.actor_id, entry.subject_id, entry.changes) == (support.member_id, str(support.member_id), {})
    for text in (PASSWORD, NEW, "$2b$"):
        assert text not in str(stored_rows()["audit_events"])


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"current_password": "wrong"}, "current_password", "This is not your present password."),
        ({"current_password": ""}, "current_password", "required"),
        ({"current_password": "x" * 80}, "current_password", "This is not your present password."),
        ({"password": "short", "again": "short"}, "password", "Use at least 12 characters."),
        ({"password": "x" * 73, "again": "x" * 73}, "password", "Use at most 72 bytes"),
        ({"password": "1q2w3e4r5t6y", "again": "1q2w3e4r5t6y"}, "password", "among the most used"),
        ({"again": "another one entirely"}, "again", "The two do not match."),
        ({"password": "", "again": ""}, "password", "required"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(app, support, changes, field, sentence):
    before = stored_rows(but=("audit_events",))
    response = change_password(support, **changes)
    assert response.status_code == 422
    errors = unescape(response.text).split(f'id="{field}-errors"')[1].split("</div>")[0]
    assert sentence in errors
    for typed in {**GOOD, **changes}.values():
        assert f'value="{typed}"' not in response.text or not typed
    assert stored_rows(but=("audit_events",)) == before
    is_guess = sentence == "This is not your present password."
    assert [entry.action for entry in entries()[1:]] == ["staff.proof_failed"] * is_guess


def test_guessing_the_present_password_is_slowed_down_as_at_the_log_in(app, support):
    for _each in range(10):
        assert change_password(support, current_password="wrong guess").status_code == 422
    assert change_password(support).status_code == 429
    assert bcrypt.checkpw(PASSWORD.encode(), stored_password(support))
    assert support.submit("/logout", page="/admin/").status_code == 302
    assert support.submit("/login", {"email": member_of(support).email, "password": PASSWORD}).status_code == 429


def test_nobody_else_s_password_can_be_named(app, support):
    other = StaffMemberFactory()
    change_password(support, id=str(other.id), email=other.email, member_id=str(other.id))
    hashed = db.session.scalar(sa.select(StaffMember.password_hash).where(StaffMember.id == other.id))
    assert bcrypt.checkpw(PASSWORD.encode(), hashed.encode())


def test_the_address_of_the_change_leads_to_the_page_when_it_is_opened(app, support):
    response = support.get("/admin/profile/password")
    assert (response.status_code, response.location) == (302, PROFILE)


def test_what_is_in_dispute_stays_in_view_when_something_else_is_wrong(app, support):
    opened = fields_of(support.get(PROFILE).text, PROFILE)
    member_of(support).timezone = "Asia/Tokyo"
    db.session.commit()
    mine = {"timezone": "Europe/Berlin"}
    refused = support.post(PROFILE, data={**opened, **mine})
    assert refused.status_code == 409
    typed = {**fields_of(refused.text, PROFILE), **mine, "choice-timezone": "yours", "locale": "nowhere"}
    again = support.post(PROFILE, data=typed)
    assert again.status_code == 422
    assert 'name="choice-timezone" value="yours" checked' in again.text
    assert member_of(support).timezone == "Asia/Tokyo"
