"""How a command that cannot do its work ends: exit status 1 and one line that says why."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from marketplace.errors import DomainError

UNREACHABLE = "The database cannot be reached: {}."
UNMIGRATED = "The database is not as the back office needs it: {}. Run `flask --app app schema check`."


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what the block may be refused with into one line.

    :raises click.ClickException: for a refusal, a database that is not there, or one without our tables.
    """
    try:
        yield
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    except (OperationalError, InterfaceError, ProgrammingError) as failure:
        reason = str(failure.orig).strip().splitlines()[0].rstrip(".") if failure.orig else "no reason was given"
        lacks_table = isinstance(failure, ProgrammingError) or "no such" in reason
        raise click.ClickException((UNMIGRATED if lacks_table else UNREACHABLE).format(reason)) from None


class Command(click.Command):
    """A command that ends in one line when it is refused."""

    def invoke(self, context: click.Context) -> object:
        with one_line():
            return super().invoke(context)


class CommandGroup(AppGroup):
    """Commands that each end in one line when they are refused."""

    command_class = Command
