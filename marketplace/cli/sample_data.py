"""`flask sample-data`: fill an empty database with believable rows."""

import sys

import click
from flask.cli import with_appcontext

from marketplace.cli.refusals import Command
from marketplace.database import utcnow


@click.command("sample-data", cls=Command)
@click.option("--bookings", type=click.IntRange(0, 5_000_000), default=2_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same rows on one day.")
@with_appcontext
def sample_data_command(bookings: int, seed: int) -> None:
    """Fill an empty database with users, services and bookings that look real and are not."""
    from marketplace.system.sample_data.load import found, load, planned  # noqa: PLC0415 - Faker is slow to import

    today = utcnow().date()
    earlier = found()
    if earlier is not None:
        click.echo(f"Sample data is already there: {earlier}. Nothing was changed.")
        return
    with click.progressbar(
        length=planned(bookings, seed, today),
        label="Sample data",
        hidden=not sys.stdout.isatty(),
    ) as bar:
        made = load(bookings, seed, today, bar.update)
    click.echo(f"Made {made}.")
