"""`flask tokens`: what is done to reset tokens from the server's own command line."""

import datetime as dt
import sys

import click

from marketplace.accounts.purging import AT_ONCE, count_purgeable, purge_edge, purge_tokens
from marketplace.audit import Command
from marketplace.cli.refusals import CommandGroup
from marketplace.extensions import db
from marketplace.transaction import in_transaction

token_commands = CommandGroup("tokens", help="Tokens of reset links.")


@token_commands.command("purge")
@click.option(
    "--older-than",
    type=click.IntRange(1, 36_500),
    default=90,
    show_default=True,
    metavar="DAYS",
    help="How many days ago they have to have expired.",
)
@click.option("--dry-run", is_flag=True, help="Only count them.")
def purge(older_than: int, dry_run: bool) -> None:
    """Remove tokens that expired long ago, 1,000 in a transaction; the app can run meanwhile."""
    before = purge_edge(db.session(), dt.timedelta(days=older_than))
    total = count_purgeable(db.session(), before=before)
    if dry_run:
        click.echo(f"{total:,} tokens expired more than {older_than} days ago. Nothing was removed.")
        return
    actor, removed = Command("flask tokens purge"), 0
    with click.progressbar(length=total, label="Tokens", hidden=not sys.stdout.isatty()) as bar:
        while some := in_transaction(lambda: purge_tokens(db.session(), before=before, most=AT_ONCE, actor=actor)):
            removed += some
            bar.update(some)
    click.echo(f"Removed {removed:,} tokens that expired more than {older_than} days ago.")
