"""Promise 10, step-up: what is dangerous asks for the password again, where it was last typed a while ago."""

import datetime as dt
from urllib.parse import unquote

import pytest

from marketplace.accounts.models import User
from marketplace.batches.models import Batch
from marketplace.batches.operations import start_batch
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.batch_steps import batch_at, draft
from tests.factories import PASSWORD, StaffMemberFactory, UserFactory
from tests.pages import fields_of
from tests.proofs import let_proof_grow_old, proved_at
from tests.raw_rows import stored_rows

FIELD = 'name="own_password"'
ASKED = "Type your own password"
WRONG = "This is not your password."
EXPORT = "/admin/users/export/csv/?role=customer"


@pytest.fixture
def disabling():
    return f"/admin/staff/{StaffMemberFactory().id}/disabling"


def test_nothing_is_asked_for_right_after_the_log_in(administrator, disabling):
    assert FIELD not in administrator.get(disabling).text
    assert administrator.submit(disabling, {"reason": "Left."}).status_code == 302


def test_a_proof_lasts_ten_minutes_and_no_longer(administrator, disabling):
    let_proof_grow_old(administrator, by=dt.timedelta(minutes=9, seconds=30))
    assert FIELD not in administrator.get(disabling).text
    let_proof_grow_old(administrator)
    assert FIELD in administrator.get(disabling).text


@pytest.mark.parametrize(
    ("typed", "sentence"), [({}, ASKED), ({"own_password": ""}, ASKED), ({"own_password": "wrong horse"}, WRONG)]
)
def test_without_it_nothing_is_done_and_nothing_is_lost(administrator, disabling, typed, sentence):
    let_proof_grow_old(administrator)
    before, then = stored_rows(but=("audit_events",)), proved_at(administrator)
    answer = administrator.submit(disabling, {"reason": "She left on Friday.", **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="own_password-errors"' in answer.text
    assert "She left on Friday." in answer.text
    assert "wrong horse" not in answer.text
    assert stored_rows(but=("audit_events",)) == before
    assert proved_at(administrator) == then
    failed = entries("staff.proof_failed")
    assert [entry.subject_id for entry in failed] == [str(administrator.member_id)] * (sentence == WRONG)


def test_a_form_that_was_opened_in_time_and_sent_too_late_asks_with_all_that_was_typed(administrator, disabling):
    fields = fields_of(administrator.get(disabling).text)
    let_proof_grow_old(administrator)
    answer = administrator.post(disabling, data={**fields, "reason": "She left on Friday."})
    assert answer.status_code == 422
    assert FIELD in answer.text
    assert "She left on Friday." in answer.text
    again = {**fields_of(answer.text), "own_password": PASSWORD}
    assert administrator.post(disabling, data=again).status_code == 302
    assert entries("staff.disabled")[0].reason == "She left on Friday."


def test_a_good_one_is_good_for_what_follows(administrator, disabling):
    let_proof_grow_old(administrator)
    then = proved_at(administrator)
    assert administrator.submit(disabling, {"reason": "Left.", "own_password": PASSWORD}).status_code == 302
    assert proved_at(administrator) > then
    assert FIELD not in administrator.get(disabling.replace("disabling", "enabling")).text


def test_a_good_one_is_not_asked_for_again_where_something_else_is_wrong(administrator, disabling):
    let_proof_grow_old(administrator)
    answer = administrator.submit(disabling, {"reason": " ", "own_password": PASSWORD})
    assert answer.status_code == 422
    assert FIELD not in answer.text
    assert administrator.submit(disabling, {"reason": "Left."}).status_code == 302


def test_a_good_one_changes_the_key_of_the_session(app, administrator, disabling):
    let_proof_grow_old(administrator)
    copied = app.test_client()
    copied.set_cookie("back_office", administrator.get_cookie("back_office").value)
    assert copied.get("/admin/").status_code == 200
    fields = fields_of(administrator.get("/admin/profile/").text, "/admin/profile/")
    assert administrator.submit(disabling, {"reason": "Left.", "own_password": PASSWORD}).status_code == 302
    assert administrator.get("/admin/").status_code == 200
    assert copied.get("/admin/").status_code == 302
    assert administrator.post("/admin/profile/", data=fields).status_code == 302, "a form that was open stays good"


def test_the_proof_is_that_of_one_session(app, administrator, disabling):
    let_proof_grow_old(administrator)
    elsewhere = app.test_client()
    elsewhere.log_in(db.session.get(StaffMemberFactory._meta.model, administrator.member_id))
    assert FIELD not in elsewhere.get(disabling).text
    assert FIELD in administrator.get(disabling).text


def test_it_can_be_tried_no_more_often_than_at_the_log_in(app, administrator, disabling):
    let_proof_grow_old(administrator)
    page = fields_of(administrator.get(disabling).text)
    typed = {**page, "reason": "She left on Friday.", "own_password": "wrong horse battery"}
    statuses = [administrator.post(disabling, data=typed).status_code for _number in range(11)]
    assert statuses == [422] * 10 + [429]
    answer = administrator.post(disabling, data={**typed, "own_password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many tries. Wait a few minutes" in answer.text
    assert "She left on Friday." in answer.text
    assert not entries("staff.disabled")


def test_the_role_of_a_colleague_asks_and_their_name_does_not(administrator):
    member = StaffMemberFactory(name="Old", role="support")
    address = f"/admin/staff/edit/?id={member.id}"
    let_proof_grow_old(administrator)
    page = fields_of(administrator.get(address).text)
    assert administrator.post(address, data={**page, "name": "New"}).status_code == 302
    page = fields_of(administrator.get(address).text)
    answer = administrator.post(address, data={**page, "role": "administrator"})
    assert answer.status_code == 422
    assert ASKED in answer.text
    assert not entries("staff.role_changed")
    again = {**fields_of(answer.text), "role": "administrator", "own_password": PASSWORD}
    assert administrator.post(address, data=again).status_code == 302
    assert entries("staff.role_changed")[0].changes == {"role": ["support", "administrator"]}


def test_a_page_that_lies_about_the_role_it_was_opened_with_changes_none(administrator):
    member = StaffMemberFactory(role="support")
    address = f"/admin/staff/edit/?id={member.id}"
    let_proof_grow_old(administrator)
    page = fields_of(administrator.get(address).text)
    lie = page["loaded"].replace('"role": "support"', '"role": "administrator"')
    assert lie != page["loaded"]
    assert administrator.post(address, data={**page, "loaded": lie, "role": "administrator"}).status_code == 302
    assert not entries("staff.role_changed")


# -- Batches ---------------------------------------------------------------------------------------


def test_a_batch_is_not_begun_without_it(app, support):
    address = draft(support, "users", "reset-link", [UserFactory().id])
    let_proof_grow_old(support)
    page = support.get(address).text
    assert FIELD in page
    start = f"/admin/batches/{batch_at(address).id}/start"
    fields = {**fields_of(page, start), "show": "y", "reason": "She rang."}
    answer = support.post(start, data=fields)
    assert answer.status_code == 422
    assert ASKED in answer.text
    assert "checked" in answer.text, "what was ticked is kept"
    assert batch_at(address).state == "draft"
    assert support.post(start, data={**fields, "own_password": PASSWORD}).status_code == 200
    batch = batch_at(address)
    assert (batch.state, batch.done) == ("finished", 1)


def test_the_password_gets_into_no_batch(app, support):
    address = draft(support, "users", "reset-link", [UserFactory().id])
    let_proof_grow_old(support)
    start = f"/admin/batches/{batch_at(address).id}/start"
    fields = fields_of(support.get(address).text, start)
    assert support.post(start, data={**fields, "reason": "x", "own_password": PASSWORD}).status_code == 200
    [batch] = db.session.query(Batch)
    assert set(batch.arguments) == {"reason", "show", "form_id"}
    assert PASSWORD not in str(stored_rows())


def test_whoever_goes_on_with_links_that_were_interrupted_is_asked_too(app, support, administrator):
    address = draft(support, "users", "reset-link", [UserFactory().id])
    with transaction():
        batch, agent = batch_at(address), db.session.get(StaffMember, support.member_id)
        start_batch(batch, arguments={"reason": "She rang.", "show": True}, label="Links", actor=agent)
    let_proof_grow_old(administrator)
    go_on = f"/admin/batches/{batch_at(address).id}/progress"
    form = {"csrf_token": administrator.token(address)}
    answer = administrator.post(go_on, data=form)
    assert answer.status_code == 302
    assert unquote(answer.location) == f"/admin/profile/proof?next={address}"
    assert (batch_at(address).done, entries("reset_link.issued")) == (0, [])
    page = administrator.get(answer.location)
    fields = {**fields_of(page.text), "own_password": PASSWORD}
    assert administrator.post(answer.location, data=fields).location == address
    assert "/reset/" in administrator.post(go_on, data=form).text
    assert batch_at(address).done == 1


# -- What is looked at -------------------------------------------------------------------------------


def test_an_export_of_personal_data_asks_and_then_begins(manager):
    UserFactory()
    assert manager.get(EXPORT).status_code == 200
    let_proof_grow_old(manager)
    answer = manager.get(EXPORT)
    assert answer.status_code == 302
    there = answer.location
    assert there.startswith("/admin/profile/proof?next=/admin/users/export/csv/?role%3Dcustomer")
    page = manager.get(there)
    assert (page.status_code, FIELD in page.text) == (200, True)
    fields = fields_of(page.text)
    for typed, sentence in {"": ASKED, "wrong horse battery": WRONG}.items():
        answer = manager.post(there, data={**fields, "own_password": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
    assert len(entries("users.exported")) == 1
    answer = manager.post(there, data={**fields, "own_password": PASSWORD})
    assert answer.status_code == 200
    assert f'<meta http-equiv="refresh" content="0; url={EXPORT}">' in answer.text
    assert manager.get(EXPORT).status_code == 200
    assert len(entries("users.exported")) == 2


def test_whoever_may_not_export_is_not_asked_either(support):
    let_proof_grow_old(support)
    assert support.get(EXPORT).status_code == 403


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_the_proof_leads_to_our_own_pages_only(support, elsewhere):
    for download in ({}, {"download": "1"}):
        query = {"next": elsewhere, **download}
        let_proof_grow_old(support)
        page = support.get("/admin/profile/proof", query_string=query)
        fields = {**fields_of(page.text), "own_password": PASSWORD}
        answer = support.post("/admin/profile/proof", query_string=query, data=fields)
        assert "evil" not in answer.text + answer.headers.get("Location", "")
        assert answer.status_code == (200 if download else 302)
    assert support.get("/admin/profile/proof?next=/admin/bookings/").location == "/admin/bookings/"


@pytest.mark.parametrize("table", ["bookings", "services", "users"])
def test_a_file_of_people_asks_for_the_password_again(app, administrator, table):
    address = f"/admin/{table}/export/csv/"
    assert administrator.get(address).status_code == 200
    let_proof_grow_old(administrator)
    answer = administrator.get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/admin/profile/proof?next=")


def test_the_result_of_a_batch_is_such_a_file(app, support):
    address = draft(support, "users", "reset-link", [UserFactory().id])
    support.submit(f"/admin/batches/{batch_at(address).id}/start", {"reason": "She rang."}, page=address)
    result = f"/admin/batches/{batch_at(address).id}/result"
    assert support.get(result).status_code == 200
    let_proof_grow_old(support)
    assert support.get(result).location.startswith("/admin/profile/proof?next=/admin/batches/")
    assert len(entries("batch.exported")) == 1


def test_another_e_mail_address_for_a_user_asks_for_the_password_again_and_another_name_does_not(app, support):
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    let_proof_grow_old(support)
    form = fields_of(support.get(address).text)
    assert support.post(address, data={**form, "first_name": "Ada"}).status_code == 302
    form = fields_of(support.get(address).text)
    moved = {**form, "email": "new@example.com", "reason": "She asked."}
    refused = support.post(address, data=moved)
    assert refused.status_code == 422
    assert "Type your own password" in refused.text
    assert "new@example.com" in refused.text
    assert support.post(address, data={**moved, "own_password": PASSWORD}).status_code == 302
    db.session.expire_all()
    assert db.session.get(User, user.id).email == "new@example.com"
