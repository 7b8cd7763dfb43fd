"""What a command says when the database is not there, or not as it should be: one line, and exit status 1."""

import pytest

from marketplace import create_app
from marketplace.extensions import db
from tests.conftest import make_settings
from tests.servers import postgresql_database

COMMANDS = {
    "staff list": "",
    "staff disable sam@example.com": "",
    "staff create sam@example.com --role support --password-stdin": "seventeen blue otters\n",
    "schema check": "",
    "listings signals": "",
    "schema adopt": "",
    "sample-data --bookings 1": "",
}
NEEDING_TABLES = [command for command in COMMANDS if not command.startswith("schema")]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("url", ["postgresql://u:hunter2@127.0.0.1:1/x", "sqlite:////nowhere/x.sqlite"])
def test_a_database_that_is_not_there(command, url):
    assert_one_line(url, command, "Error: The database cannot be reached: ")


@pytest.mark.parametrize("command", NEEDING_TABLES)
def test_an_empty_sqlite(command, tmp_path):
    assert_one_line(f"sqlite:///{tmp_path}/x.sqlite", command, "Error: The database is not as the back office needs it")


@pytest.mark.parametrize("command", NEEDING_TABLES)
def test_an_empty_postgresql(command, postgresql):
    with postgresql_database(postgresql) as url:
        assert_one_line(url, command, "Error: The database is not as the back office needs it")


def assert_one_line(url, command, beginning):
    app = create_app(make_settings(url))
    result = app.test_cli_runner().invoke(args=command.split(), input=COMMANDS[command])
    with app.app_context():
        db.engine.dispose()
    assert result.exit_code == 1
    assert result.output.startswith(beginning), result.output
    assert result.output.count("\n") == 1
    assert "hunter2" not in result.output
