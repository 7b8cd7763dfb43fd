"""Promise 23: `flask audit verify` finds whatever was done to the audit log past its triggers, at the right entry."""

import datetime as dt
import json
import os
import random
import uuid
from collections import Counter

import pytest
import sqlalchemy as sa

from marketplace import audit_chain
from marketplace.audit import GENESIS, AuditEvent, record
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import StaffMemberFactory

TAMPERINGS = int(os.environ.get("TAMPERINGS", "100"))
ENTRIES = 12
THIRD = "audit_events WHERE id = 3"
NAMES = [column.name for column in AuditEvent.__table__.columns]


def verify(app, *arguments):
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["audit", "verify", *arguments])


def written(amount=ENTRIES):
    """Write entries of every shape: with and without changes, a reason, an actor with an id."""
    member = StaffMemberFactory(name="Zoë 🦉")
    for number in range(amount):
        with transaction():
            record(
                "staff.edited",
                member,
                actor=member,
                label=f"ünïcode {number}",
                reason=f"line\nbreak {number}" if number % 3 else None,
                changes={"name": (None, "x"), "n": (number, True), "deep": ({"a": [1, None]}, "é")}
                if number % 2
                else {},
            )


@pytest.fixture
def tamper(app):
    """Give what runs statements as a superuser, past the triggers and constraints."""
    written()

    def run(*statements):
        db.session.rollback()
        with db.engine.begin() as connection:
            triggers = _take_off(connection)
            for statement, values in statements:
                connection.execute(sa.text(statement), values)
            for put_on in triggers:
                connection.exec_driver_sql(put_on)

    return run


def _take_off(connection):
    """Take the triggers off, and return what puts them on again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE audit_events DISABLE TRIGGER ALL")
        return ["ALTER TABLE audit_events ENABLE TRIGGER ALL"]
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'"
    triggers = connection.exec_driver_sql(found).all()
    for name, _sql in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _name, sql in triggers]


def as_stored():
    """Return the rows as the database holds them, by position."""
    changes = "changes::text AS changes" if db.engine.dialect.name == "postgresql" else "changes"
    columns = ", ".join(changes if name == "changes" else name for name in NAMES)
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            row["id"]: dict(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM audit_events").mappings()
        }


def put_back(tamper, rows):
    """Make the table again as it was."""
    cast = "CAST(:changes AS json)" if db.engine.dialect.name == "postgresql" else ":changes"
    names = ", ".join(NAMES)
    values = ", ".join(cast if name == "changes" else f":{name}" for name in NAMES)
    insert = f"INSERT INTO audit_events ({names}) VALUES ({values})"
    tamper(("DELETE FROM audit_events", {}), *((insert, row) for row in rows.values()))


# -- What is whole -------------------------------------------------------------------------------


def test_a_log_as_it_was_written_is_whole(app):
    written()
    result = verify(app)
    assert result.exit_code == 0
    head = entries()[-1]
    assert result.output == f"The audit log is whole, from entry 1 to entry {ENTRIES}.\nHead: {ENTRIES}:{head.hash}\n"
    assert verify(app, "--expect-head", f"{ENTRIES}:{head.hash}").exit_code == 0


def test_an_empty_log_is_whole(app):
    assert (verify(app).exit_code, verify(app).output) == (0, "There is no entry to look at.\n")


@pytest.mark.parametrize("at_once", [1, 2, 5, 11, 12, 13])
def test_it_is_read_in_portions_of_any_size(app, tamper, monkeypatch, at_once):
    monkeypatch.setattr(audit_chain, "AT_ONCE", at_once)
    assert verify(app).exit_code == 0
    tamper(("UPDATE audit_events SET reason = 'x' WHERE id = 11", {}))
    assert "Entry 11: it was changed" in verify(app).output


def test_values_of_any_kind_make_no_false_alarm(app):
    member = StaffMemberFactory()
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    for value in ("\x01", "\u2028", "é" * 200, 2**60, -1, True, None, [], {}, moment, uuid.uuid4()):
        with transaction():
            changes = {"value": (value, [None, {"k": str(value)}])}
            record("staff.edited", member, actor=member, label="x", changes=changes)
    assert verify(app).exit_code == 0


@pytest.mark.parametrize(
    "respelled",
    [
        lambda text: text + " ",
        lambda text: text.replace("name", "na\\u006de", 1),
        lambda text: text.replace("{", '{"name": ["once", "more"], ', 1),
    ],
)
def test_the_same_value_written_in_another_way_is_found(app, tamper, respelled):
    """One changed byte is one, also where whoever reads the JSON reads the same."""
    stored = as_stored()[2]["changes"]
    cast = "CAST(:changes AS json)" if db.engine.dialect.name == "postgresql" else ":changes"
    tamper((f"UPDATE audit_events SET changes = {cast} WHERE id = 2", {"changes": respelled(stored)}))
    result = verify(app)
    assert (result.exit_code, "Entry 2:" in result.output) == (1, True), result.output


def test_of_a_hundred_random_tamperings_each_is_found_at_the_right_entry(app, tamper):
    rows, chance = as_stored(), random.Random(23)
    head = f"{ENTRIES}:{rows[ENTRIES]['hash']}"
    done = Counter()
    for number in range(TAMPERINGS):
        kind = KINDS[number % len(KINDS)]
        expected = kind(chance, rows, tamper)
        result = verify(app, "--expect-head", head)
        assert result.exit_code == 1, (number, kind.__name__)
        assert f"Entry {expected}: " in result.output, (number, kind.__name__, result.output)
        done[kind.__name__] += 1
        put_back(tamper, rows)
        assert verify(app, "--expect-head", head).exit_code == 0
    assert done.total() == TAMPERINGS


def change_a_byte(chance, rows, tamper):
    """Change one character of one column of one row."""
    position = chance.randint(1, ENTRIES)
    name = chance.choice([name for name in NAMES if name != "id"])
    old = rows[position][name]
    new = old
    while str(new) == str(old):  # PostgreSQL gives ids as such, of which the change is a text.
        new = CHANGERS.get(name, _other_letter)(chance, "" if old is None else old)
    placeholder = f"CAST(:new AS {CASTS[name]})" if name in CASTS and on_postgresql() else ":new"
    tamper((f"UPDATE audit_events SET {name} = {placeholder} WHERE id = {position}", {"new": new}))
    return position


CASTS = {"changes": "json", "actor_id": "uuid"}


def on_postgresql():
    return db.engine.dialect.name == "postgresql"


def _other_letter(chance, text):
    return _replaced(text, chance.randrange(max(len(text), 1)), chance.choice("qxz"))


def _other_moment(chance, value):
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(microseconds=chance.choice([-1, 1]))
    return _replaced(value, len(value) - chance.randint(1, 6), chance.choice("0123456789"))


def _other_id(chance, value):
    text = str(value)
    return _replaced(text, chance.choice([0, 7, len(text) - 1]), chance.choice("0123456789abcdef"))


def _other_json(chance, text):
    """Change a letter or figure so that it is still JSON, of another value; or the empty object for another."""
    places = [at for at, letter in enumerate(text) if letter.isalnum() and "\\" not in text[max(at - 6, 0) : at]]
    new = _replaced(text, chance.choice(places), chance.choice("147")) if places else '{"a": 1}'
    try:
        return text if json.loads(new) == json.loads(text) else new
    except ValueError:
        return text


def _replaced(text, at, letter):
    return text[:at] + letter + text[at + 1 :]


CHANGERS = {"at": _other_moment, "actor_id": _other_id, "changes": _other_json}


def delete_a_row(chance, rows, tamper):
    position = chance.randint(1, ENTRIES)
    tamper((f"DELETE FROM audit_events WHERE id = {position}", {}))
    return position


def cut_off_the_end(chance, rows, tamper):
    position = chance.randint(2, ENTRIES)
    tamper((f"DELETE FROM audit_events WHERE id >= {position}", {}))
    return position


def swap_two_rows(chance, rows, tamper):
    one, other = sorted(chance.sample(range(1, ENTRIES + 1), 2))
    tamper(
        *(
            ("UPDATE audit_events SET id = :new WHERE id = :old", {"new": new, "old": old})
            for old, new in ((one, 99), (other, one), (99, other))
        )
    )
    return one


def put_a_row_in(chance, rows, tamper):
    """Move the later ones on by one, and put a copy of another entry in their place."""
    position = chance.randint(1, ENTRIES)
    moved = [
        ("UPDATE audit_events SET id = :new WHERE id = :old", {"new": old + 1, "old": old})
        for old in range(ENTRIES, position - 1, -1)
    ]
    copied = [name for name in NAMES if name not in ("id", "hash", "previous_hash")]
    names = ", ".join(copied)
    source = chance.choice([each for each in range(1, ENTRIES + 2) if each != position])
    put = (
        (
            f"INSERT INTO audit_events (id, previous_hash, hash, {names})"
            f" SELECT {position}, :previous, :hash, {names} FROM audit_events WHERE id = {source}"
        ),
        {
            "previous": rows[position - 1]["hash"][::-1] if position > 1 else "1" * 64,
            "hash": f"{chance.getrandbits(256):064x}",
        },
    )
    tamper(*moved, put)
    return position


def put_a_row_before_the_first(chance, rows, tamper):
    names = ", ".join(name for name in NAMES if name not in ("id", "hash", "previous_hash"))
    tamper(
        (
            f"INSERT INTO audit_events (id, previous_hash, hash, {names}) SELECT 0, 'x', 'y', {names} FROM {THIRD}",
            {},
        )
    )
    return 0


def rewrite_a_row_with_its_hash(chance, rows, tamper):
    """Change an entry and give it the hash that fits: then the next one does not follow on it."""
    position = chance.randint(1, ENTRIES)
    tamper((f"UPDATE audit_events SET subject_label = 'somebody else' WHERE id = {position}", {}))
    db.session.rollback()
    fitting = db.session.get(AuditEvent, position).digest()
    tamper((f"UPDATE audit_events SET hash = '{fitting}' WHERE id = {position}", {}))
    return position if position == ENTRIES else position + 1  # The newest by the hash that was noted.


def empty_the_table(chance, rows, tamper):
    tamper(("DELETE FROM audit_events", {}))
    return 1


KINDS = (
    change_a_byte,
    delete_a_row,
    change_a_byte,
    swap_two_rows,
    change_a_byte,
    put_a_row_in,
    change_a_byte,
    cut_off_the_end,
    rewrite_a_row_with_its_hash,
    change_a_byte,
    put_a_row_before_the_first,
    change_a_byte,
    empty_the_table,
)


def test_the_end_that_is_cut_off_is_seen_only_by_the_head_that_was_noted(app, tamper):
    head = verify(app).output.split("Head: ")[1].strip()
    tamper((f"DELETE FROM audit_events WHERE id > {ENTRIES - 2}", {}))
    assert verify(app).exit_code == 0
    result = verify(app, "--expect-head", head)
    assert result.exit_code == 1
    assert f"Entry {ENTRIES - 1}: it is missing, and all up to {ENTRIES}: the log was cut off." in result.output


def test_a_whole_chain_that_was_written_anew_is_seen_by_the_head_that_was_noted(app, tamper):
    head = verify(app).output.split("Head: ")[1].strip()
    tamper(("DELETE FROM audit_events", {}))
    written()
    assert verify(app).exit_code == 0
    assert verify(app, "--expect-head", head).exit_code == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("changes", "{"), ("changes", "[" * 100_000), ("actor_id", "no uuid"), ("at", "yesterday"), ("at", 5),
        ("reason", b"\xff\xfe"), ("action", 7), ("changes", None), ("hash", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_values_that_cannot_be_read_are_a_break_and_no_fault(app, tamper, name, value):
    if value is None:
        tamper((f"UPDATE audit_events SET {name} = '' WHERE id = 4", {}))
    else:
        tamper((f"UPDATE audit_events SET {name} = :value WHERE id = 4", {"value": value}))
    result = verify(app)
    assert result.exit_code == 1
    assert "Entry 4: " in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_another_spelling_of_the_same_value_is_found_where_the_database_allows_it(app, tamper):
    for statement in (
        "UPDATE audit_events SET actor_id = upper(actor_id) WHERE id = 5",
        "UPDATE audit_events SET at = replace(at, ' ', 'T') WHERE id = 5",
    ):
        rows = as_stored()
        tamper((statement, {}))
        assert as_stored() != rows
        assert "Entry 5: it was changed" in verify(app).output
        put_back(tamper, rows)


# -- From an entry on ----------------------------------------------------------------------------


def test_it_can_begin_with_a_later_entry(app, tamper):
    tamper(("UPDATE audit_events SET reason = 'x' WHERE id = 3", {}))
    assert "Entry 3: " in verify(app).output
    result = verify(app, "--from", "5")
    assert (result.exit_code, "from entry 5 to entry 12" in result.output) == (0, True)
    assert "Entry 3: " in verify(app, "--from", "3").output
    tamper(("DELETE FROM audit_events WHERE id = 7", {}))
    assert "Entry 7: it is missing" in verify(app, "--from", "8").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "0"), ("--from", "x"), ("--from", str(2**63)), ("--expect-head", "x"),
        ("--expect-head", "0:" + "a" * 64),
        ("--expect-head", "5"), ("--expect-head", "5:" + "A" * 64), ("--from", "5", "--expect-head", "3:" + "a" * 64),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_refused_in_a_sentence(app, arguments):
    written(2)
    result = verify(app, *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_head_that_never_was_is_said_to_be_missing(app):
    written(2)
    result = verify(app, "--expect-head", f"9:{GENESIS}")
    assert (result.exit_code, "Entry 3: it is missing" in result.output) == (1, True)


# -- Who may write -------------------------------------------------------------------------------


def test_the_role_of_the_app_can_add_entries_and_nothing_else(app):
    """As docs/operations.md says to GRANT."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no roles; its triggers are tried in test_audit_table.py.")
    written(3)
    role = f"app_{uuid.uuid4().hex[:12]}"
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        try:
            connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {role}")
            connection.exec_driver_sql(f"GRANT SELECT, INSERT ON audit_events TO {role}")
            connection.exec_driver_sql(f"SET ROLE {role}")
            assert connection.exec_driver_sql("SELECT count(*) FROM audit_events").scalar() == 3
            for statement in (
                "UPDATE audit_events SET reason = 'x'",
                "DELETE FROM audit_events",
                "TRUNCATE audit_events",
                "ALTER TABLE audit_events DISABLE TRIGGER ALL",
                "DROP TRIGGER audit_events_append_only ON audit_events",
                "SET session_replication_role = replica",
            ):
                with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"):
                    connection.exec_driver_sql(statement)
        finally:
            connection.exec_driver_sql("RESET ROLE")
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")
    assert verify(app).exit_code == 0
