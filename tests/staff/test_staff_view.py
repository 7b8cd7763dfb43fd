"""The screen of staff accounts."""

import datetime as dt
from html import unescape

import bcrypt
import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.audit_log import entries
from tests.factories import PASSWORD_HASH, BookingFactory, StaffMemberFactory
from tests.pages import fields_of
from tests.raw_rows import stored_rows

GOOD = {"email": "new@example.com", "name": "New", "role": "support", "password": "seventeen blue otters"}


def test_a_new_colleague_can_log_in(app, administrator):
    assert administrator.submit("/admin/staff/new/", GOOD).status_code == 302
    member = find("new@example.com")
    assert app.test_client().log_in(member, GOOD["password"]).status_code == 302
    [entry] = entries("staff.created")
    assert entry.actor_id == administrator.member_id
    assert entry.changes == {"email": [None, "new@example.com"], "name": [None, "New"], "role": [None, "support"]}


def test_the_password_is_stored_as_a_hash_and_shown_nowhere(administrator):
    administrator.submit("/admin/staff/new/", GOOD)
    member = find("new@example.com")
    stored = db.session.scalar(sa.select(StaffMember.password_hash).where(StaffMember.id == member.id))
    assert bcrypt.checkpw(GOOD["password"].encode(), stored.encode())
    for path in ("/admin/staff/", f"/admin/staff/details/?id={member.id}", f"/admin/staff/edit/?id={member.id}",
                 "/admin/audit/", "/admin/audit/?search=new"):  # fmt: skip
        page = administrator.get(path).get_data(as_text=True)
        assert "$2b$" not in page
        assert GOOD["password"] not in page
    assert "otters" not in str([entry.changes for entry in entries()])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "elevenchars", "Use at least 12 characters."),
        ("password", "x" * 73, "Use at most 72 bytes"),
        ("password", "1q2w3e4r5t6y", "among the most used"),
        ("password", "", "required"),
        ("email", "new", "not an e-mail address"),
        ("email", "a b@example.com", "not an e-mail address"),
        ("email", '"<x>"@example.com', "not an e-mail address"),
        ("email", "x" * 300 + "@example.com", "not an e-mail address"),
        ("email", "", "required"),
        ("name", "", "required"),
        ("name", "x" * 101, "longer than 100"),
        ("role", "root", "Not a valid choice"),
        ("role", "", "required"),
    ],
)
def test_what_cannot_be_taken_is_named(administrator, field, value, sentence):
    before = stored_rows(but=("staff_sessions",))
    answer = administrator.submit("/admin/staff/new/", {**GOOD, field: value})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert sentence in page
    assert stored_rows(but=("staff_sessions",)) == before


@pytest.mark.parametrize(
    "password", ["seventeen blue otters", "密碼密碼密碼密碼密碼密碼", "   twelve   x  ", "p" * 12 + "🎈"]
)
def test_any_characters_make_a_password(app, administrator, password):
    assert administrator.submit("/admin/staff/new/", {**GOOD, "password": password}).status_code == 302
    assert app.test_client().log_in(find("new@example.com"), password).status_code == 302


@pytest.mark.parametrize("email", ["taken@example.com", "TAKEN@example.com", " taken@example.com "])
def test_an_e_mail_has_one_account_at_most(administrator, email):
    StaffMemberFactory(email="taken@example.com")
    answer = administrator.submit("/admin/staff/new/", {**GOOD, "email": email})
    assert answer.status_code == 422
    assert "has an account already" in answer.get_data(as_text=True)


def test_a_role_is_changed_and_both_are_recorded(administrator):
    member = StaffMemberFactory(role="support", name="Old")
    url = f"/admin/staff/edit/?id={member.id}"
    form = fields_of(administrator.get(url).get_data(as_text=True))
    answer = administrator.post(url, data={**form, "role": "manager", "name": "New"})
    assert answer.status_code == 302
    assert find(member.email).role == "manager"
    assert entries("staff.role_changed")[0].changes == {"role": ["support", "manager"]}
    assert entries("staff.edited")[0].changes == {"name": ["Old", "New"]}


def test_shutting_an_account_needs_a_reason(administrator):
    member = StaffMemberFactory()
    state = f"/admin/staff/{member.id}/disabling"
    assert administrator.submit(state, {"reason": " "}).status_code == 422
    assert find(member.email).is_active
    assert administrator.submit(state, {"reason": "Left."}).status_code == 302
    assert not find(member.email).is_active
    assert entries("staff.disabled")[0].reason == "Left."


def test_submitting_twice_does_it_once(administrator):
    member = StaffMemberFactory()
    state = f"/admin/staff/{member.id}/disabling"
    form = {**fields_of(administrator.get(state).get_data(as_text=True)), "reason": "Left."}
    assert administrator.post(state, data=form).status_code == 302
    assert administrator.post(state, data=form).status_code == 409
    assert not find(member.email).is_active
    assert [entry.action for entry in entries() if entry.subject_id == str(member.id)] == ["staff.disabled"]


def test_the_list_marks_who_is_disabled(administrator):
    StaffMemberFactory(email="gone@example.com", is_active=False)
    page = administrator.get("/admin/staff/").get_data(as_text=True)
    assert "gone@example.com" in page
    assert "disabled" in page
    assert PASSWORD_HASH not in page


# -- What the tests above are made of ------------------------------------------------------------


def find(email):
    db.session.rollback()
    return db.session.scalars(sa.select(StaffMember).where(StaffMember.email == email)).one()


def test_a_member_reads_times_in_the_zone_they_were_given(app, administrator):
    colleague = StaffMemberFactory(role="manager")
    BookingFactory(scheduled_at=dt.datetime(2026, 7, 1, 15, 34, tzinfo=dt.UTC))
    browser = app.test_client()
    browser.log_in(colleague)
    assert "15:34" in browser.get("/admin/bookings/").get_data(as_text=True)
    address = f"/admin/staff/edit/?id={colleague.id}"
    page = administrator.get(address).get_data(as_text=True)
    loaded = unescape(page.split('name="loaded"', 1)[1].split('value="', 1)[1].split('"', 1)[0])
    typed = {"loaded": loaded, "name": colleague.name, "role": "manager", "timezone": "Asia/Tokyo"}
    assert administrator.submit(address, typed).status_code == 302
    shown = browser.get("/admin/bookings/").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "2 Jul 2026" in shown
    assert "00:34" in shown
    assert "Asia/Tokyo" in shown
