"""`flask audit`: whether the audit log is as it was written."""

import re
import sys

import click

from marketplace.audit_chain import Break, Head, newest_position, verify_chain
from marketplace.cli.refusals import CommandGroup
from marketplace.extensions import db

audit_commands = CommandGroup("audit", help="The audit log.")


def _read_head(_context: click.Context, _option: click.Parameter, text: str | None) -> Head | None:
    """Read an entry as `verify` names it: its number and its hash."""
    if text is None:
        return None
    written = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text.strip())
    if not written:
        raise click.BadParameter(f"{text!r} is not the number and the hash of an entry, as an earlier run named it.")
    return Head(int(written[1]), written[2])


@audit_commands.command("verify")
@click.option(
    "--from",
    "first",
    type=click.IntRange(1, 2**63 - 1),
    default=1,
    metavar="ID",
    help="Begin with this entry, and believe the one before.",
)
@click.option(
    "--expect-head",
    callback=_read_head,
    metavar="ID:HASH",
    help="An entry that has to be there, as an earlier run named the newest: without one, nobody sees that the"
    " newest entries were cut off.",
)
def verify(first: int, expect_head: Head | None) -> None:
    """Walk the chain of hashes; name the first entry that is not as it was written, and then exit with 1."""
    if expect_head and expect_head.position < first:
        raise click.UsageError(f"Entry {expect_head.position} comes before --from {first}.")
    total = max(newest_position(db.session()) - first + 1, 0)
    with click.progressbar(length=total, label="Entries", hidden=not sys.stdout.isatty()) as bar:
        found = verify_chain(db.session(), first=first, expected=expect_head, progress=bar.update)
    if isinstance(found, Break):
        raise click.ClickException(f"The audit log is broken. {found}")
    if found.position < first:
        click.echo("There is no entry to look at.")
        return
    click.echo(f"The audit log is whole, from entry {first} to entry {found.position}.")
    click.echo(f"Head: {found}")
