"""A permission that a member of staff was refused is an entry of the audit log, and nobody floods it."""

import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from marketplace.web import refusals
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, PasswordResetTokenFactory


def refused():
    return [(entry.changes["method"][1], entry.changes["path"][1]) for entry in entries("access.refused")]


def test_a_refusal_is_recorded_with_who_and_what_without_the_query(app, support):
    assert support.get("/admin/staff/?search=%2B1+202+555+0100").status_code == 403
    [entry] = entries("access.refused")
    member = db.session.get(StaffMember, support.member_id)
    assert (entry.actor_id, entry.actor_label) == (member.id, member.email)
    assert (entry.subject_type, entry.subject_id) == ("staff_members", str(member.id))
    assert entry.changes == {"method": [None, "GET"], "path": [None, "/admin/staff/"]}
    assert entry.request_id
    assert is_whole()


def test_a_verb_behind_a_list_and_a_form_that_was_sent_are_recorded(app, operations):
    booking = BookingFactory()
    token = operations.token("/admin/profile/")
    assert operations.post(f"/admin/bookings/{booking.id}/cancellation", data={"csrf_token": token}).status_code == 403
    typed = {"csrf_token": token, "action": "cancellation", "rowid": str(booking.id)}
    assert operations.post("/admin/bookings/action/", data=typed).status_code == 403
    assert refused() == [("POST", f"/admin/bookings/{booking.id}/cancellation"), ("POST", "/admin/bookings/action/")]


def test_of_one_route_in_one_minute_there_is_one_entry(app, operations):
    for _each in range(5):
        token = PasswordResetTokenFactory()
        operations.get("/admin/staff/")
        operations.get(f"/admin/reset-tokens/{token.id}")
    assert len(entries("access.refused")) == 2


def test_one_member_makes_no_more_entries_than_so_many_in_an_hour(app, operations, monkeypatch):
    monkeypatch.setattr(refusals, "MOST", refusals.parse("3 per hour"))
    for path in ("staff/", "audit/", "reset-tokens/", "staff/new/", "audit/export/csv/", "bookings/export/csv/"):
        assert operations.get(f"/admin/{path}").status_code == 403
    assert len(entries("access.refused")) == 3


def test_strangers_and_pages_that_are_open_make_no_entry(app, stranger, support):
    stranger.get("/admin/staff/")
    stranger.post("/admin/staff/new/")
    support.get("/admin/bookings/")
    support.get("/admin/nothing")
    assert not entries("access.refused")


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_the_answer_is_the_same_where_it_cannot_be_recorded(app, support, monkeypatch):
    def fail(*_arguments):
        db.session.execute(refusals_statement())

    monkeypatch.setattr(refusals, "_record", fail)
    answer = support.get("/admin/staff/")
    assert (answer.status_code, "not open to your role" in answer.text) == (403, True)
    assert not entries("access.refused")


def refusals_statement():
    return sa.text("SELECT 1 / 0")
