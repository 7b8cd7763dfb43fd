"""Commands: each a thin shell over an operation."""

from flask import Flask

from marketplace.cli.staff import staff_commands


def register(app: Flask) -> None:
    for command in (staff_commands,):
        app.cli.add_command(command)
