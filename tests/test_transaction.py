"""The one door to a commit."""

import pytest
import sqlalchemy as sa

from marketplace.audit import Command, record
from marketplace.database import lock, lock_all, lock_ids, locked_rows
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from marketplace.transaction import HalfDoneError, after_commit, one_of_many, transaction
from tests.audit_log import entries
from tests.factories import StaffMemberFactory
from tests.test_statements import counted


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


class Refused(Exception):
    pass


def test_one_of_many_may_refuse_and_the_others_are_done(app):
    first, second = StaffMemberFactory(name="Old"), StaffMemberFactory(name="Old")
    with transaction():
        with one_of_many(Refused):
            first.name = "New"
        with pytest.raises(Refused), one_of_many(Refused):
            db.session.flush()
            raise Refused
        with one_of_many(Refused):
            second.name = "New"
    assert (first.name, second.name) == ("New", "New")


def change(member):
    member.name = "New"


def change_and_write(member):
    member.name = "New"
    db.session.flush()


def add_one(_member):
    db.session.add(StaffMember(email="x@example.com", name="x", role="support", password_hash="-"))


def tell_the_log(member):
    record("staff.noted", member, actor=Command("a test"), label="x")


def promise_an_effect(_member):
    after_commit(lambda: None)


@pytest.mark.parametrize("act", [change, change_and_write, add_one, tell_the_log, promise_an_effect])
def test_who_refuses_after_a_change_ends_the_transaction(app, act):
    member = StaffMemberFactory(name="Old")
    with pytest.raises(HalfDoneError, match="too late"), transaction(), one_of_many(Refused):
        act(member)
        raise Refused("too late")
    assert member.name == "Old"
    assert not entries()


def test_a_row_is_locked_and_read_once_in_a_transaction(app):
    members = [StaffMemberFactory(name="Old") for _each in range(3)]
    everyone = sa.select(StaffMember)
    with transaction() as session:
        assert lock_all(session, StaffMember, everyone) == sorted(members, key=lambda member: member.id.hex)
        members[0].name = "New"
        session.flush()  # A transaction within the transaction: it lets go of nothing.
        with counted() as statements:
            for member in members:
                lock(member)
            lock_ids(session, StaffMember, [member.id for member in members])
    assert statements == []
    ids = [member.id for member in members]
    with transaction() as session, counted() as statements:
        lock_ids(session, StaffMember, ids)
        lock_ids(session, StaffMember, ids)
        lock(members[0])  # Locked, but not read since.
        lock(members[0])
    assert len(statements) == 2


def test_a_savepoint_that_is_rolled_back_takes_its_locks_along(app):
    member = StaffMemberFactory()
    with transaction() as session:
        nested = session.begin_nested()
        lock(member)
        nested.rollback()
        assert locked_rows(session, StaffMember) == []
        lock(member)
        assert locked_rows(session, StaffMember) == [member]
    assert locked_rows(session, StaffMember) == []
