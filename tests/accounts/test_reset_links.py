"""Reset links: issued, voided, used once."""

import datetime as dt
import threading

import bcrypt
import pytest
import sqlalchemy as sa

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.accounts.reset_links import (
    is_live_token,
    issue_reset_link,
    reset_password,
    revoke_reset_token,
    stored_token,
)
from marketplace.errors import NotAllowedNow, Unknown
from marketplace.extensions import db
from marketplace.passwords import hash_password
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import PasswordResetTokenFactory, StaffMemberFactory, UserFactory

DAY = dt.timedelta(hours=24)
NEW_HASH = hash_password("a brand new password", cost=4)


def issue(user, storage="digest", valid=DAY):
    with transaction():
        return issue_reset_link(
            user, reason="They rang.", actor=StaffMemberFactory.build(), storage=storage, valid=valid
        )


def use(token, storage="digest"):
    with transaction() as session:
        reset_password(session, token, password_hash=NEW_HASH, storage=storage)


def is_live(token, storage="digest"):
    db.session.rollback()
    return is_live_token(db.session(), token, storage=storage)


def test_a_link_sets_a_new_password_once(app):
    user = UserFactory()
    token = issue(user)
    assert len(token) == 43
    use(token)
    stored = db.session.scalar(sa.select(User.password).where(User.id == user.id))
    assert bcrypt.checkpw(b"a brand new password", stored.encode())
    with pytest.raises(Unknown):
        use(token)
    assert [entry.action for entry in entries()] == ["reset_link.issued", "reset_link.used", "user.password_reset"]
    assert entries("user.password_reset")[0].actor_kind == "customer"
    assert is_whole()


def test_a_link_is_of_one_account_whoever_has_its_address_by_now(app):
    """The marketplace may give the address of one account to another."""
    owner, heir = UserFactory(), UserFactory()
    token, address = issue(owner), owner.email
    for user, email in ((owner, "moved@example.com"), (heir, address)):
        db.session.execute(sa.update(User).where(User.id == user.id).values(email=email))
    db.session.commit()
    assert not is_live(token)
    with pytest.raises(Unknown):
        use(token)
    db.session.rollback()
    assert db.session.scalar(sa.select(User.password).where(User.id == heir.id)) != NEW_HASH


def test_a_link_is_dead_once_the_password_is_another_whoever_changed_it(app):
    user = UserFactory()
    token = issue(user)
    db.session.execute(sa.update(User).where(User.id == user.id).values(password=hash_password("by the API 1", cost=4)))
    db.session.commit()
    assert not is_live(token)
    with pytest.raises(Unknown):
        use(token)


def test_looking_does_not_use_a_link_up(app):
    token = issue(UserFactory())
    assert is_live(token)
    assert is_live(token)
    use(token)
    assert not is_live(token)


def test_issuing_voids_the_earlier_links_of_that_user_only(app):
    user, other = UserFactory(), UserFactory()
    first, others = issue(user), issue(other)
    second = issue(user)
    assert (is_live(first), is_live(second), is_live(others)) == (False, True, True)
    assert [entry.subject_label for entry in entries("reset_link.voided")] == [user.email]


@pytest.mark.parametrize(("storage", "kept"), [("digest", False), ("plain", True)])
def test_only_plain_storage_keeps_the_token_itself(app, storage, kept):
    token = issue(UserFactory(), storage)
    stored = db.session.scalar(sa.select(PasswordResetToken.token))
    assert (stored == token) is kept
    assert stored == stored_token(token, storage=storage)
    use(token, storage)


def test_a_link_lives_a_day_by_the_clock_of_the_database(app, monkeypatch):
    issue(UserFactory())
    row = db.session.scalars(sa.select(PasswordResetToken)).one()
    assert abs(row.expires_at - dt.datetime.now(dt.UTC) - DAY) < dt.timedelta(minutes=1)


@pytest.mark.parametrize(("seconds", "alive"), [(-1, False), (2, True)])
def test_expiry_is_exact_to_the_second(app, seconds, alive):
    token = issue(UserFactory(), valid=dt.timedelta(seconds=seconds))
    assert is_live(token) is alive
    if not alive:
        with pytest.raises(Unknown):
            use(token)


def test_revoking_ends_a_link_and_cannot_be_done_twice(app):
    token = issue(UserFactory())
    row = db.session.scalars(sa.select(PasswordResetToken)).one()
    with transaction():
        revoke_reset_token(row, actor=StaffMemberFactory.build())
    assert not is_live(token)
    with pytest.raises(NotAllowedNow, match="already"), transaction():
        revoke_reset_token(row, actor=StaffMemberFactory.build())


def test_an_is_used_that_was_never_set_counts_as_unused(app):
    token = "x" * 43
    row = PasswordResetTokenFactory(token=stored_token(token, storage="digest"), email=UserFactory().email)
    db.session.execute(sa.update(PasswordResetToken).where(PasswordResetToken.id == row.id).values(is_used=None))
    db.session.commit()
    assert is_live(token)
    use(token)
    assert not is_live(token)


def test_a_link_whose_account_is_gone_sets_nothing(app):
    token = "y" * 43
    PasswordResetTokenFactory(token=stored_token(token, storage="digest"), email="gone@example.com")
    with pytest.raises(Unknown):
        use(token)


def test_of_many_at_once_exactly_one_uses_the_link(app):
    for _round in range(5):
        token = issue(UserFactory())
        db.session.rollback()
        outcomes, start = [], threading.Barrier(12)

        def run(token=token, outcomes=outcomes, start=start):
            with app.app_context():
                start.wait()
                try:
                    use(token)
                    outcomes.append("used")
                except Unknown:
                    outcomes.append("dead")

        threads = [threading.Thread(target=run) for _each in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(outcomes) == ["dead"] * 11 + ["used"]
    assert len(entries("user.password_reset")) == 5
