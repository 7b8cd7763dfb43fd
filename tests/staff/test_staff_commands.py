"""`flask staff`: accounts from the command line."""

import bcrypt
import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.audit_log import entries
from tests.factories import StaffMemberFactory

GOOD = "seventeen blue otters"


def test_an_account_made_here_can_log_in(app, stranger):
    result = staff(app, "create", "New@Example.com", "--role", "support", "--password-stdin", typed=GOOD + "\n")
    assert (result.exit_code, result.output) == (0, "New@Example.com can log in as support.\n")
    member = find("new@example.com")
    assert (member.role, member.is_active) == ("support", True)
    assert stranger.log_in(member, GOOD).status_code == 302
    [entry] = entries("staff.created")
    assert (entry.actor_kind, entry.actor_label, entry.actor_id) == ("command", "flask staff create", None)
    assert GOOD not in str(vars(entry))


def test_a_password_typed_at_the_prompt_is_asked_for_twice_and_not_shown(app):
    result = staff(app, "create", "new@example.com", "--role", "manager", typed=f"{GOOD}\n{GOOD}\n")
    assert result.exit_code == 0
    assert GOOD not in result.output
    stored = db.session.scalar(sa.select(StaffMember.password_hash).where(StaffMember.email == "new@example.com"))
    assert bcrypt.checkpw(GOOD.encode(), stored.encode())
    result = staff(app, "create", "other@example.com", "--role", "manager", typed=f"{GOOD}\nsomething else\n")
    assert result.exit_code == 1
    assert find("other@example.com") is None


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_the_line_break_is_no_part_of_the_password(app, stranger, ending):
    staff(app, "create", "new@example.com", "--role", "support", "--password-stdin", typed=GOOD + ending)
    assert stranger.log_in(find("new@example.com"), GOOD).status_code == 302


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Use at least 12 characters."),
        ("elevenchars", "Use at least 12 characters."),
        ("x" * 73, "Use at most 72 bytes"),
        ("é" * 37, "Use at most 72 bytes"),
        ("1q2w3e4r5t6y", "among the most used"),
        ("1Q2W3E4R5T6Y", "among the most used"),
    ],
)
def test_a_password_that_cannot_be_chosen_makes_no_account(app, password, sentence):
    result = staff(app, "create", "new@example.com", "--role", "support", "--password-stdin", typed=password + "\n")
    assert result.exit_code == 1
    assert sentence in result.output
    assert find("new@example.com") is None
    assert not entries()


@pytest.mark.parametrize("email", ["taken@example.com", "Taken@EXAMPLE.com", " taken@example.com"])
def test_an_e_mail_that_has_an_account_gets_no_second_one(app, email):
    StaffMemberFactory(email="taken@example.com")
    result = staff(app, "create", email, "--role", "support", "--password-stdin", typed=GOOD + "\n")
    assert result.exit_code == 1
    assert "has an account already" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "email", ["nobody", "", "a@", "@b", "a b@example.com", "a@b@c.com", "x" * 300 + "@example.com"]
)
def test_what_is_no_e_mail_address_is_refused(app, email):
    result = staff(app, "create", email, "--role", "support", "--password-stdin", typed=GOOD + "\n")
    assert result.exit_code == 1
    assert "is not an e-mail address" in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffMember)) == 0


def test_a_role_that_is_none_is_refused(app):
    result = staff(app, "create", "new@example.com", "--role", "root", "--password-stdin", typed=GOOD + "\n")
    assert result.exit_code == 2
    assert "'root' is not one of" in result.output


def test_the_list_names_every_account_with_its_role_and_state(app):
    StaffMemberFactory(email="b@example.com", role="manager")
    StaffMemberFactory(email="a@example.com", role="support", is_active=False)
    result = staff(app, "list")
    assert result.output == "a@example.com\tsupport\tdisabled\nb@example.com\tmanager\tactive\n"


def test_disabling_ends_the_sessions_of_the_account(app, support):
    member = db.session.get(StaffMember, support.member_id)
    result = staff(app, "disable", member.email.upper(), "--reason", "Left.")
    assert result.exit_code == 0
    assert support.get("/admin/").status_code == 302
    [entry] = entries("staff.disabled")
    assert (entry.reason, entry.actor_label) == ("Left.", "flask staff disable")


def test_a_lost_password_is_replaced_and_the_sessions_end(app, support, stranger):
    member = db.session.get(StaffMember, support.member_id)
    result = staff(app, "set-password", member.email, "--password-stdin", typed=GOOD + "\n")
    assert (result.exit_code, result.output) == (
        0,
        f"{member.email} has a new password, and is logged out everywhere.\n",
    )
    assert support.get("/admin/").status_code == 302
    assert stranger.log_in(member, GOOD).status_code == 302
    [entry] = entries("staff.password_changed")
    assert (entry.actor_label, entry.subject_id) == ("flask staff set-password", str(member.id))
    assert staff(app, "set-password", "nobody@example.com", "--password-stdin", typed=GOOD).exit_code == 1


def test_disabling_nobody_or_twice_says_so(app):
    result = staff(app, "disable", "nobody@example.com")
    assert (result.exit_code, result.output) == (1, "Error: nobody@example.com has no account.\n")
    member = StaffMemberFactory(is_active=False)
    result = staff(app, "disable", member.email)
    assert (result.exit_code, result.output) == (1, f"Error: {member.email} is disabled already.\n")


def test_the_last_administrator_is_not_disabled(app):
    member = StaffMemberFactory(role="administrator")
    result = staff(app, "disable", member.email)
    assert result.exit_code == 1
    assert "last administrator" in result.output
    assert find(member.email).is_active


# -- What the tests above are made of ------------------------------------------------------------


def staff(app, *arguments, typed=None):
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["staff", *arguments], input=typed)


def find(email):
    db.session.rollback()
    return db.session.scalars(sa.select(StaffMember).where(StaffMember.email == email)).one_or_none()
