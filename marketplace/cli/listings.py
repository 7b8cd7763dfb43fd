"""`flask listings`: look at every listing that has changed, or at all of them anew."""

import sys

import click

from marketplace.cli.refusals import CommandGroup
from marketplace.extensions import db
from marketplace.listings.states import AT_ONCE, count_outdated, forget_states, look_at_outdated
from marketplace.transaction import in_transaction

listing_commands = CommandGroup("listings", help="What is known of listings: signals, and whether they need a review.")


@listing_commands.command("signals")
@click.option("--all", "everything", is_flag=True, help="Look at every listing anew, changed or not.")
def signals(everything: bool) -> None:
    """Look at every listing that has changed since it was last looked at."""
    if everything:
        in_transaction(lambda: forget_states(db.session()))
    total = count_outdated(db.session())
    looked_at = 0
    with click.progressbar(length=total, label="Listings", hidden=not sys.stdout.isatty()) as bar:
        while some := in_transaction(lambda: look_at_outdated(db.session(), most=AT_ONCE)):
            looked_at += some
            bar.update(some)
    click.echo(f"Looked at {looked_at:,} listings.")
