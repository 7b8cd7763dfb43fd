"""Commands: each a thin shell over an operation."""

from flask import Flask

from marketplace.cli.accounts import account_commands
from marketplace.cli.audit import audit_commands
from marketplace.cli.listings import listing_commands
from marketplace.cli.sample_data import sample_data_command
from marketplace.cli.schema import schema_commands
from marketplace.cli.staff import staff_commands
from marketplace.cli.tokens import token_commands

COMMANDS = (
    sample_data_command,
    schema_commands,
    staff_commands,
    listing_commands,
    token_commands,
    audit_commands,
)


def register(app: Flask) -> None:
    for command in (
        sample_data_command,
        schema_commands,
        staff_commands,
        listing_commands,
        account_commands,
        token_commands,
        audit_commands,
    ):
        app.cli.add_command(command)
