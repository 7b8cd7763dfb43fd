"""`flask staff`: accounts of colleagues, from the server's own command line."""

import sys
from collections.abc import Iterable

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Command
from marketplace.backoffice.fields import EMAIL
from marketplace.cli.refusals import CommandGroup
from marketplace.extensions import db, settings
from marketplace.passwords import STAFF_MINIMUM, hash_password, password_problem
from marketplace.permissions import Role
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import change_staff_password, create_staff_member, disable_staff_member
from marketplace.staff.second_factor import reset_second_factor
from marketplace.transaction import transaction

staff_commands = CommandGroup("staff", help="Staff accounts.")


@staff_commands.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="Shown to colleagues; the e-mail address without it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Open an account for EMAIL."""
    password_hash = _asked_password(password_stdin, about=(email, name))
    if len(email) > 255 or not EMAIL.regex.match(email.strip()):
        raise click.ClickException(f"{email} is not an e-mail address.")
    with transaction() as session:
        create_staff_member(
            session,
            email=email,
            name=name or email,
            role=role,
            password_hash=password_hash,
            actor=Command("flask staff create"),
        )
    click.echo(f"{email} can log in as {role}.")


@staff_commands.command("list")
def list_all() -> None:
    """List every account with its role and state."""
    for member in db.session.scalars(sa.select(StaffMember).order_by(StaffMember.email)):
        click.echo(f"{member.email}\t{member.role}\t{'active' if member.is_active else 'disabled'}")


@staff_commands.command("disable")
@click.argument("email")
@click.option("--reason", default="disabled on the command line")
def disable(email: str, reason: str) -> None:
    """Shut the account of EMAIL and end its sessions."""
    with transaction() as session:
        disable_staff_member(_member(session, email), reason=reason, actor=Command("flask staff disable"))
    click.echo(f"{email} is disabled.")


@staff_commands.command("reset-mfa")
@click.argument("email")
@click.option("--reason", default="reset on the command line")
def reset_mfa(email: str, reason: str) -> None:
    """Forget the second factor of EMAIL, who has lost it, and end their sessions."""
    with transaction() as session:
        reset_second_factor(_member(session, email), reason=reason, actor=Command("flask staff reset-mfa"))
    click.echo(f"{email} has no second factor any more, and is logged out everywhere.")


@staff_commands.command("set-password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def set_password(email: str, password_stdin: bool) -> None:
    """Give EMAIL, who has lost theirs, a new password, and end their sessions. A second factor stays."""
    member = _member(db.session(), email)
    password_hash = _asked_password(password_stdin, about=(member.email, member.name))
    with transaction():
        change_staff_password(member, password_hash=password_hash, actor=Command("flask staff set-password"))
    click.echo(f"{email} has a new password, and is logged out everywhere.")


def _asked_password(from_stdin: bool, *, about: Iterable[str]) -> str:
    """Return the hash of the password that is typed."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    problem = password_problem(password, minimum=STAFF_MINIMUM, about=about)
    if problem:
        raise click.ClickException(problem)
    return hash_password(password, cost=settings().bcrypt_cost)


def _member(session: Session, email: str) -> StaffMember:
    known_as = email.strip().lower()
    member = session.scalars(sa.select(StaffMember).where(StaffMember.email == known_as)).one_or_none()
    if member is None:
        raise click.ClickException(f"{email} has no account.")
    return member
