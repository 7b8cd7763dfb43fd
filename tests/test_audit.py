"""The chain of hashes."""

import threading

import pytest
import sqlalchemy as sa

from marketplace.audit import AuditEvent, Command, record
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import StaffMemberFactory


def note(member, **named):
    with transaction():
        record("staff.noted", member, actor=Command("a test"), label="x", **named)


def test_each_entry_carries_the_hash_of_the_one_before(app):
    member = StaffMemberFactory()
    for number in range(5):
        note(member, changes={"n": (number, number + 1)}, reason="émoji 🎈 and \n lines")
    assert len(entries()) == 5
    assert is_whole()


@pytest.mark.parametrize("column", [column.key for column in AuditEvent.__table__.columns if column.key != "hash"])
def test_the_hash_covers_every_other_field(app, column):
    note(StaffMemberFactory())
    [entry] = entries()
    db.session.expunge(entry)
    right = entry.digest()
    setattr(entry, column, "something else")
    assert entry.digest() != right


def test_entries_of_threads_at_once_make_one_chain(app):
    ids = [StaffMemberFactory().id for _each in range(6)]

    def work(identity):
        with app.app_context():
            for _round in range(5):
                note(db.session.get(type(StaffMemberFactory.build()), identity))

    db.session.rollback()
    threads = [threading.Thread(target=work, args=(identity,)) for identity in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(entries()) == 30
    assert is_whole()


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET reason = 'x'", "DELETE FROM audit_events"])
def test_the_table_refuses_to_be_changed(app, statement):
    note(StaffMemberFactory())
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(statement))
    db.session.rollback()
    assert is_whole()
