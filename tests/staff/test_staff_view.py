"""The screen of staff accounts."""

import datetime as dt
import re
from html import unescape

import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.audit_log import entries
from tests.factories import PASSWORD_HASH, BookingFactory, StaffMemberFactory
from tests.pages import fields_of
from tests.staff.second_factors import give_second_factor


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
    assert "gone<wbr>@example<wbr>.com" in page
    assert "disabled" in page
    assert PASSWORD_HASH not in page


def test_who_has_no_second_factor_is_seen_in_the_list_and_found(app, administrator, monkeypatch):
    changed = app.extensions["settings"].model_copy(update={"require_second_factor": ("support",)})
    monkeypatch.setitem(app.extensions, "settings", changed)
    roles = {"with": "support", "without": "support", "free": "manager"}
    members = {name: StaffMemberFactory(email=f"{name}@example.com", role=role) for name, role in roles.items()}
    give_second_factor(members["with"])
    told = {"with": "set up", "without": "required, missing", "free": "none"}
    rows = re.findall(r"<tr.*?</tr>", administrator.get("/admin/staff/").text, re.DOTALL)
    for name, sentence in told.items():
        [row] = [each for each in rows if f'"/admin/staff/details/?id={members[name].id}"' in each]
        assert f">{sentence}</span>" in row
        assert f">{sentence}</span>" in administrator.get(f"/admin/staff/details/?id={members[name].id}").text
    found = {each: administrator.get(f"/admin/staff/?second_factor={each}").text for each in ("yes", "no")}
    assert [str(members["with"].id) in found[each] for each in ("yes", "no")] == [True, False]
    assert [str(members["free"].id) in found[each] for each in ("yes", "no")] == [False, True]


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
