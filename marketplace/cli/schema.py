"""`flask schema check` and `flask schema adopt`."""

import click
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import current_app

from marketplace.cli.refusals import CommandGroup
from marketplace.extensions import db
from marketplace.system.adoption import Adoption, adopt
from marketplace.system.adoption_checks import NotAdoptable
from marketplace.system.orphans import Orphans
from marketplace.system.revisions import Revision, revision
from marketplace.system.schema import Difference, compare

schema_commands = CommandGroup("schema", help="Compare the database with what the back office needs, or take it over.")


@schema_commands.command("check")
def check_schema() -> None:
    """Print each difference from what the back office needs, and change nothing.

    Exits with 1 if there is any.
    """
    with db.engine.connect() as connection:
        differences = compare(connection)
        state = revision(connection, _scripts())
    for difference in differences:
        click.echo(difference)
    click.echo(state)
    if not differences and state.is_newest:
        click.echo("The database is as the back office needs it.")
        return
    click.echo(_advice(differences, state))
    raise SystemExit(1)


@schema_commands.command("adopt")
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0.01),
    default=5.0,
    show_default=True,
    help="Seconds to wait for a table that other programs are using.",
)
def adopt_database(lock_timeout: float) -> None:
    """Take over a database that the marketplace API made from its documented statements.

    Exits with 1 if the database cannot be adopted, or if tables were in use: run it again then.
    Exits with 0 also where rows without their parent keep a foreign key unvalidated.
    """
    try:
        adoption = adopt(db.engine, _migrations(), lock_timeout=lock_timeout, report=click.echo)
    except NotAdoptable as refusal:
        for difference in refusal.differences:
            click.echo(difference)
        raise click.ClickException(str(refusal)) from None
    for orphans in adoption.orphans:
        _print_orphans(orphans)
    _print_outcome(adoption)


def _advice(differences: list[Difference], state: Revision) -> str:
    if state.known and state.current is None:
        if any(difference.what == "table" and difference.name == "users" for difference in differences):
            return "To make the tables, run `flask --app app db upgrade`."
        return "To take this database over, run `flask --app app schema adopt`."
    if any(difference.kind == "unvalidated" for difference in differences):
        return "To see which rows break a foreign key, run `flask --app app schema adopt`; it changes no row."
    return "The database is not as the back office needs it."


def _print_orphans(orphans: Orphans) -> None:
    rows = "1 row" if orphans.count == 1 else f"{orphans.count} rows"
    click.echo(
        f"The foreign key {orphans.constraint} stays unvalidated: {rows} of {orphans.table} with a {orphans.column} "
        f"that is in no row of {orphans.referred}.",
    )
    for row in orphans.first:
        click.echo(f"  {row}")
    if orphans.count > len(orphans.first):
        click.echo(f"  and {orphans.count - len(orphans.first)} more.")
    click.echo(f"  To see all: {orphans.query}")


def _print_outcome(adoption: Adoption) -> None:
    if adoption.orphans:
        click.echo(
            "New rows are held to these foreign keys already; the rows above are left as they are. To go on, give "
            "them a row to refer to, or remove them, and run `flask --app app schema adopt` again, which validates.",
        )
    for difference in adoption.remaining:
        click.echo(difference)
    if adoption.remaining:
        raise click.ClickException("Every step is done, but the database differs from what the back office needs.")
    click.echo("The database is taken over." if adoption.steps else "It was taken over before: nothing was changed.")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_migrations())


def _migrations() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config
