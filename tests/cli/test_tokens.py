"""`flask tokens purge`: tokens that expired long ago are removed, portion by portion, beside the running app."""

import datetime as dt

import pytest
import sqlalchemy as sa

from marketplace.accounts import purging
from marketplace.accounts.models import PasswordResetToken, ResetLinkRecord
from marketplace.accounts.reset_links import issue_reset_link
from marketplace.cli import tokens as command
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import PasswordResetTokenFactory, StaffMemberFactory, UserFactory
from tests.others import another_program

DAY = dt.timedelta(days=1)


def purge(app, *arguments):
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["tokens", "purge", *arguments])


def made(*, expired_days_ago, amount=1, **options):
    return [
        PasswordResetTokenFactory(expires_at=utcnow() - expired_days_ago * DAY, **options).id for _each in range(amount)
    ]


def left():
    db.session.rollback()
    return set(db.session.scalars(sa.select(PasswordResetToken.id)))


def test_what_expired_more_than_ninety_days_ago_is_removed_used_or_not(app):
    made(expired_days_ago=91)
    made(expired_days_ago=91, is_used=True)
    kept = {*made(expired_days_ago=89), *made(expired_days_ago=1, is_used=True), *made(expired_days_ago=-1)}
    result = purge(app)
    assert (result.exit_code, result.output) == (0, "Removed 2 tokens that expired more than 90 days ago.\n")
    assert left() == kept
    [entry] = entries("reset_links.purged")
    assert (entry.actor_kind, entry.actor_label) == ("command", "flask tokens purge")
    assert (entry.subject_type, entry.changes["tokens"]) == ("password_reset_tokens", [None, 2])
    assert is_whole()


def test_how_long_ago_can_be_said(app):
    made(expired_days_ago=8)
    kept = set(made(expired_days_ago=6))
    assert "Removed 1 tokens" in purge(app, "--older-than", "7").output
    assert left() == kept


@pytest.mark.parametrize("days", ["0", "-1", "x", "9" * 20, "1.5"])
def test_what_is_no_number_of_days_removes_nothing(app, days):
    made(expired_days_ago=100)
    result = purge(app, "--older-than", days)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert len(left()) == 1


def test_a_dry_run_counts_and_removes_nothing(app):
    made(expired_days_ago=91, amount=3)
    result = purge(app, "--dry-run")
    assert (result.exit_code, result.output) == (
        0,
        "3 tokens expired more than 90 days ago. Nothing was removed.\n",
    )
    assert (len(left()), entries()) == (3, [])


def test_each_portion_is_a_transaction_with_an_entry_of_its_own(app, monkeypatch):
    monkeypatch.setattr(command, "AT_ONCE", 2)
    made(expired_days_ago=91, amount=5)
    assert "Removed 5 tokens" in purge(app).output
    assert [entry.changes["tokens"][1] for entry in entries("reset_links.purged")] == [2, 2, 1]
    assert purging.AT_ONCE == 1000


def test_what_was_removed_before_it_was_stopped_stays_recorded(app, monkeypatch):
    monkeypatch.setattr(command, "AT_ONCE", 2)
    made(expired_days_ago=91, amount=5)
    done = []

    def stop(*arguments, **options):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(purging.purge_tokens(*arguments, **options))
        return done[-1]

    monkeypatch.setattr(command, "purge_tokens", stop)
    assert purge(app).exit_code == 1
    assert len(left()) == 1
    assert sum(entry.changes["tokens"][1] for entry in entries("reset_links.purged")) == 4


def test_what_the_desk_noted_stays_but_for_what_could_lead_to_the_token(app):
    user = UserFactory()
    with transaction():
        issue_reset_link(user, reason="Rang.", actor=StaffMemberFactory(), storage="digest", valid=-100 * DAY)
    db.session.execute(sa.update(ResetLinkRecord).values(sealed="a" * 64))
    db.session.commit()
    assert "Removed 1 tokens" in purge(app).output
    db.session.rollback()
    [record] = db.session.scalars(sa.select(ResetLinkRecord))
    assert (record.user_id, record.reason, record.sealed) == (user.id, "Rang.", None)


def test_a_token_that_somebody_works_on_is_left_for_the_next_time(app):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one lock for all that is written.")
    [held], _other = made(expired_days_ago=91), made(expired_days_ago=92)
    with another_program() as other:
        other.execute(sa.select(PasswordResetToken.id).where(PasswordResetToken.id == held).with_for_update())
        assert "Removed 1 tokens" in purge(app).output
    assert left() == {held}
    assert "Removed 1 tokens" in purge(app).output


def test_its_plan_walks_an_index_from_the_oldest_on(app):
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # A table of no rows is read as a whole.
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    query = "SELECT id FROM password_reset_tokens WHERE expires_at < '2020-01-01' ORDER BY expires_at LIMIT 1000"
    plan = str(db.session.execute(sa.text(f"{explain} {query}")).all())
    assert "expires_at" in plan.split("Index", 1)[-1].split("INDEX", 1)[-1]
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
