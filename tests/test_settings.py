"""Settings: what the environment has to say before anything starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import config
from config import is_loopback, load_settings

ROOT = Path(__file__).parent.parent
KEY = "5f0a6c1d93be47e8a2f1c07d64b98e35"
URL = "sqlite:///:memory:"
HINT = "is a well-known or repeated word"

WRONG = {
    "no key": ({"SECRET_KEY": None}, "SECRET_KEY is not set."),
    "an empty key": ({"SECRET_KEY": ""}, "SECRET_KEY must have at least 32 characters."),
    "a short key": ({"SECRET_KEY": KEY[:31]}, "SECRET_KEY must have at least 32 characters."),
    "a repeated key": ({"SECRET_KEY": "a" * 64}, f"SECRET_KEY {HINT}"),
    "a well-known key": ({"SECRET_KEY": "please-changeme-please-changeme-1"}, f"SECRET_KEY {HINT}"),
    "a key from a manual": ({"SECRET_KEY": "This-Is-My-Super-Secret-Key-0123456789"}, f"SECRET_KEY {HINT}"),
    "a short old key": ({"SECRET_KEY_FALLBACKS": f"{KEY[::-1]},short"}, "SECRET_KEY_FALLBACKS must have at least 32"),
    "a well-known old key": ({"SECRET_KEY_FALLBACKS": "changeme" * 5}, f"SECRET_KEY_FALLBACKS {HINT}"),
    "no database": ({"DATABASE_URL": None}, "DATABASE_URL is not set."),
    "an empty database": ({"DATABASE_URL": ""}, "DATABASE_URL must start with postgresql+psycopg:// or sqlite://."),
    "another database": ({"DATABASE_URL": "mysql://u:hunter2@host/db"}, "DATABASE_URL must start with"),
    "a malformed database": ({"DATABASE_URL": "postgresql://u:hunter2@host:port/db"}, "DATABASE_URL is not written as"),
    "an unknown locale": ({"LOCALE": "de_MARS"}, "LOCALE is not the name of a locale"),
    "an unknown zone": ({"TIMEZONE": "Mars/Olympus"}, "TIMEZONE is not the name of a time zone"),
    "a cost that takes a year": ({"BCRYPT_COST": "31"}, "BCRYPT_COST must be between 4 and 20."),
    "an unknown storage": ({"RESET_TOKEN_STORAGE": "rot13"}, "RESET_TOKEN_STORAGE "),
    "an unknown level": ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL "),
    "hops that are no number": ({"PROXY_HOPS": "many"}, "PROXY_HOPS "),
    "a link without an origin": ({"RESET_LINK_BASE_URL": "account.example.com"}, "RESET_LINK_BASE_URL must be an"),
    "a link that runs": ({"RESET_LINK_BASE_URL": "javascript:alert(1)"}, "RESET_LINK_BASE_URL must be an"),
    "tries counted nowhere": ({"RATELIMIT_STORAGE_URI": "postcard://x"}, "RATELIMIT_STORAGE_URI must be memory:// or"),
    "mail by pigeon": ({"MAIL_BACKEND": "pigeon"}, "MAIL_BACKEND "),
    "a role that is none": ({"REQUIRE_SECOND_FACTOR": "support,root"}, "REQUIRE_SECOND_FACTOR "),
    "no roles and no word": ({"REQUIRE_SECOND_FACTOR": ""}, "REQUIRE_SECOND_FACTOR must name roles, separated by"),
    "sessions without an end": ({"SESSION_HOURS": "0"}, "SESSION_HOURS "),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_clear_line_says_what_is_wrong(environment, case):
    changes, sentence = WRONG[case]
    environment(**changes)
    with pytest.raises(SystemExit) as refusal:
        load_settings()
    line = str(refusal.value)
    assert line.startswith(f"The back office cannot start: {sentence}")
    assert line.endswith(".")
    assert "\n" not in line
    assert "hunter2" not in line


@pytest.mark.parametrize("case", ["no key", "a short key", "a well-known key", "no database", "a malformed database"])
def test_the_app_does_not_start_with_it(case):
    changes, sentence = WRONG[case]
    result = start(**changes)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"The back office cannot start: {sentence}")
    assert result.stderr.count("\n") == 1


def test_the_app_starts_when_both_are_there():
    result = start()
    assert (result.returncode, result.stderr) == (0, "")


def test_what_is_wrong_in_another_variable_is_not_shown(environment):
    environment(SECRET_KEY="short hunter2")
    with pytest.raises(SystemExit) as refusal:
        load_settings()
    assert "hunter2" not in str(refusal.value)


def test_variables_can_come_from_files(environment, tmp_path):
    for name, value in {"secret_key": KEY, "database_url": "postgres://u@h/d"}.items():
        (tmp_path / name).write_text(f"{value}\n")
    environment(
        SECRET_KEY=None, DATABASE_URL=None,
        SECRET_KEY_FILE=str(tmp_path / "secret_key"), DATABASE_URL_FILE=str(tmp_path / "database_url"),
    )  # fmt: skip
    settings = load_settings()
    assert settings.secret_key.get_secret_value() == KEY
    assert settings.database_url == "postgresql+psycopg://u@h/d"


def test_the_variable_itself_comes_before_its_file(environment, tmp_path):
    (tmp_path / "key").write_text(KEY[::-1])
    environment(SECRET_KEY_FILE=str(tmp_path / "key"))
    assert load_settings().secret_key.get_secret_value() == KEY


def test_a_weak_key_in_a_file_is_refused_as_well(environment, tmp_path):
    (tmp_path / "key").write_text("short")
    environment(SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"))
    with pytest.raises(SystemExit, match="SECRET_KEY must have at least 32 characters"):
        load_settings()


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_file_that_cannot_be_read_is_named(environment, tmp_path, kind):
    path = tmp_path / "key"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    environment(SECRET_KEY=None, SECRET_KEY_FILE=str(path))
    with pytest.raises(SystemExit, match=r"^The back office cannot start: SECRET_KEY_FILE: [^\n]+\.$"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u@/d?host=a:5432&host=b:5432", "postgresql+psycopg://u@/d?host=a:5432&host=b:5432"),
        ("sqlite:///demo.sqlite", "sqlite:///demo.sqlite"),
    ],
)
def test_addresses_of_databases_are_understood(environment, given, understood):
    environment(DATABASE_URL=given)
    assert load_settings().database_url == understood


def test_lists_are_split_at_commas(environment):
    environment(TRUSTED_HOSTS="a.example, b.example ,", SECRET_KEY_FALLBACKS=KEY[::-1])
    settings = load_settings()
    assert settings.trusted_hosts == ("a.example", "b.example")
    assert settings.secret_key_fallbacks == (KEY[::-1],)


def test_what_is_not_said_is_the_safe_choice(environment):
    environment()
    settings = load_settings()
    assert (settings.reset_token_storage, settings.reset_token_hours, settings.bcrypt_cost) == ("digest", 24, 12)
    assert (settings.session_idle_minutes, settings.session_hours, settings.proxy_hops) == (30, 12, 0)
    assert settings.require_second_factor == ("operations", "support", "manager", "administrator")
    assert settings.testing is False


@pytest.mark.parametrize(
    ("given", "understood"),
    [("none", ()), ("administrator", ("administrator",)), ("support, manager", ("support", "manager"))],
)
def test_roles_that_need_a_second_factor_are_named(environment, given, understood):
    environment(REQUIRE_SECOND_FACTOR=given)
    assert load_settings().require_second_factor == understood


def test_printing_the_settings_shows_no_key(environment):
    environment(MAIL_PASSWORD="hunter2", METRICS_TOKEN="hunter2")
    assert KEY not in repr(load_settings())
    assert "hunter2" not in repr(load_settings())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_machine_is_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.com", "10.0.0.1", "0.0.0.0", "127.0.0.1.example", "unknown"])  # noqa: S104
def test_other_machines_are_not_taken_for_it(host):
    assert not is_loopback(host)


# -- What the tests above are made of ------------------------------------------------------------


def names():
    fields = [name.upper() for name in config.Settings.model_fields]
    return {*fields, *(f"{name}_FILE" for name in fields)}


def start(**changes):
    kept = {name: value for name, value in os.environ.items() if name not in names()}
    said = {"SECRET_KEY": KEY, "DATABASE_URL": URL, **changes}
    return subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        env={**kept, **{name: value for name, value in said.items() if value is not None}},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def environment(monkeypatch):
    def say(**changes):
        for name in names():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"SECRET_KEY": KEY, "DATABASE_URL": URL, **changes}.items():
            if value is not None:
                monkeypatch.setenv(name, value)

    return say
