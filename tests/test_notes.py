"""Notes: written once, by somebody, on a record; kept as they were written."""

import uuid

import pytest
import sqlalchemy as sa

from marketplace.errors import InvalidInput
from marketplace.extensions import db
from marketplace.notes import LONGEST, Note, digest, write_note
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory


def write(subject, text="She rang.", actor=None, **options):
    actor = actor or StaffMemberFactory()
    with transaction():
        write_note(subject, text=text, label="Somebody", actor=actor, **options)


def notes():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Note).order_by(Note.written_at)))


@pytest.mark.parametrize("make", [BookingFactory, ServiceFactory, UserFactory])
def test_a_note_has_its_subject_its_author_and_its_time(app, make):
    subject, author = make(), StaffMemberFactory(email="sana@example.com")
    write(subject, "She rang.", author)
    [note] = notes()
    assert (note.subject_type, note.subject_id, note.text) == (subject.__tablename__, subject.id, "She rang.")
    assert (note.author_id, note.author_label) == (author.id, "sana@example.com")
    assert note.written_at <= entries("note.written")[0].at


def test_a_note_is_recorded_without_its_words_but_with_their_hash(app):
    booking = BookingFactory()
    write(booking, "Her door code is 4711.")
    [note], [entry] = notes(), entries("note.written")
    assert (entry.subject_type, entry.subject_id) == ("bookings", str(booking.id))
    assert entry.changes == {"note": [None, str(note.id)], "sha256": [None, digest("Her door code is 4711.")]}
    assert "door" not in str(entry.changes) + str(entry.reason) + entry.subject_label
    assert is_whole()


@pytest.mark.parametrize("text", ["", " \n\t", "x" * (LONGEST + 1)])
def test_a_note_without_words_or_with_too_many_is_refused(app, text):
    booking = BookingFactory()
    with pytest.raises(InvalidInput) as refusal:
        write(booking, text)
    assert refusal.value.fields == ("notes",)
    assert not notes()
    assert not entries("note.written")


def test_the_longest_note_counts_characters_not_bytes(app):
    write(BookingFactory(), "🎈" * LONGEST)
    assert notes()[0].text == "🎈" * LONGEST


def test_the_same_words_from_the_same_page_are_one_note(app):
    booking, author, form_id = BookingFactory(), StaffMemberFactory(), uuid.uuid4()
    for _each in range(2):
        write(booking, "She rang.", author, form_id=form_id)
    assert len(notes()) == len(entries("note.written")) == 1


def test_other_words_pages_records_or_authors_make_another_note(app):
    booking, author, form_id = BookingFactory(), StaffMemberFactory(), uuid.uuid4()
    write(booking, "She rang.", author, form_id=form_id)
    write(booking, "She rang again.", author, form_id=form_id)
    write(booking, "She rang.", author, form_id=uuid.uuid4())
    write(BookingFactory(), "She rang.", author, form_id=form_id)
    write(booking, "She rang.", StaffMemberFactory(), form_id=form_id)
    assert len(notes()) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes SET text = 'Something else.'",
        "UPDATE notes SET author_label = author_label",
        "DELETE FROM notes",
        "INSERT OR REPLACE INTO notes SELECT id, subject_type, subject_id, author_id, 'x', text, written_at FROM notes",
        "TRUNCATE notes",
    ],
)
def test_the_database_itself_keeps_a_note_as_it_was_written(app, statement):
    is_sqlite = db.engine.dialect.name == "sqlite"
    if ("REPLACE" in statement and not is_sqlite) or ("TRUNCATE" in statement and is_sqlite):
        pytest.skip("this database does not know the statement")
    write(BookingFactory(), "She rang.")
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"notes are never changed: [A-Z]+ refused"),
        db.engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert [note.text for note in notes()] == ["She rang."]
    assert notes()[0].author_label != "x"
