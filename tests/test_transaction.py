"""The one door to a commit."""

import pytest
import sqlalchemy as sa

from marketplace.audit import Command, record
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from marketplace.transaction import after_commit, transaction
from tests.audit_log import entries
from tests.factories import StaffMemberFactory


def test_the_change_and_its_entry_stand_or_fall_together(app):
    member = StaffMemberFactory(name="Old")
    with pytest.raises(ZeroDivisionError), transaction():
        member.name = "New"
        record("staff.renamed", member, actor=Command("a test"), label=member.email)
        raise ZeroDivisionError
    assert member.name == "Old"
    assert not entries()


def test_what_follows_a_commit_never_follows_a_failure(app):
    done = []
    with pytest.raises(ZeroDivisionError), transaction():
        after_commit(lambda: done.append("mail"))
        raise ZeroDivisionError
    with transaction():
        after_commit(lambda: done.append("letter"))
        assert not done
    assert done == ["letter"]


def test_an_effect_that_fails_does_not_undo_the_commit(app):
    member = StaffMemberFactory(name="Old")
    with transaction():
        member.name = "New"
        after_commit(lambda: 1 / 0)
    db.session.expire_all()
    assert member.name == "New"


def test_rows_changed_outside_are_refused_rather_than_lost(app):
    member = StaffMemberFactory()
    member.name = "Changed too early"
    with pytest.raises(RuntimeError, match="outside of transaction"), transaction():
        pass


def test_nothing_can_follow_a_commit_that_is_not_coming(app):
    with pytest.raises(RuntimeError, match="inside of transaction"):
        after_commit(lambda: None)


def test_entries_number_without_a_gap_after_a_failure(app):
    for attempt in range(4):
        try:
            with transaction() as session:
                member = StaffMember(email=f"{attempt}@example.com", name="x", role="support", password_hash="-")
                session.add(member)
                record("staff.created", member, actor=Command("a test"), label=member.email)
                if attempt == 1:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert [entry.id for entry in entries()] == [1, 2, 3]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffMember)) == 3
