"""`flask accounts`: what is held about one person, as a file; and anonymising them."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import IO

import click

from marketplace.accounts.models import User
from marketplace.audit import Command
from marketplace.cli.refusals import CommandGroup
from marketplace.extensions import db, settings
from marketplace.passwords import hash_password
from marketplace.subjects.anonymisation import anonymise_refusal, anonymise_user, unknown_password
from marketplace.subjects.export import record_export, write_subject
from marketplace.subjects.person import find_person
from marketplace.transaction import in_transaction

account_commands = CommandGroup("accounts", help="Personal data of the marketplace's users.")


@account_commands.command("export")
@click.argument("person")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; standard output without it.")
def export(person: str, output: Path | None) -> None:
    """Write everything held about PERSON, an id or an e-mail address, into one JSON file."""
    user = find_person(db.session(), person)
    email = user.email
    try:
        with _one_piece(output) as file:
            write_subject(db.session(), user, file)
            in_transaction(lambda: record_export(user, actor=Command("flask accounts export")))
    except OSError as failure:
        raise click.ClickException(f"The file cannot be written: {failure.strerror or failure}.") from None
    if output:
        click.echo(f"Everything held about {email} is in {output}.")


@contextmanager
def _one_piece(output: Path | None) -> Iterator[IO[bytes]]:
    """Give a file that gets its name, or goes to standard output, once the block has written all of it, and never half.

    Only its owner can read it.
    """
    folder = output.absolute().parent if output else None
    handle, name = tempfile.mkstemp(dir=folder, prefix=".subject-", suffix=".part")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if output is None:
                file.seek(0)
                copyfileobj(file, sys.stdout.buffer)
        if output:
            Path(name).replace(output)
    finally:
        Path(name).unlink(missing_ok=True)


@account_commands.command("anonymise")
@click.argument("person")
@click.option("--reason", prompt=True, help="It stays in the audit log: name nobody in it.")
@click.option("--yes-with-email", "typed", help="The account's e-mail address, for scripts; asked for without it.")
def anonymise(person: str, reason: str, typed: str | None) -> None:
    """Replace what is about PERSON, an id or an e-mail address, by what is about nobody. It cannot be undone."""
    user = find_person(db.session(), person)
    refusal = anonymise_refusal(user)
    if refusal:
        raise click.ClickException(refusal)
    email = typed or click.prompt(f"This cannot be undone. Type {user.email} to go on")
    password_hash = hash_password(unknown_password(), cost=settings().bcrypt_cost)
    who = Command("flask accounts anonymise")
    identity = user.id

    def act() -> None:
        person = db.session.get_one(User, identity)
        anonymise_user(person, email=email, reason=reason, password_hash=password_hash, actor=who)

    in_transaction(act)
    click.echo(f"{identity} is anonymised.")
