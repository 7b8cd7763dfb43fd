"""Fixtures: an app on each database, emptied after every test; people who are logged in."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.engine import URL
from werkzeug.test import TestResponse

from config import Settings
from marketplace import create_app
from marketplace.backoffice import counting
from marketplace.extensions import db, limiter
from marketplace.listings import waiting
from marketplace.permissions import Role
from marketplace.staff import sessions
from marketplace.staff.models import StaffMember
from tests.factories import PASSWORD, StaffMemberFactory
from tests.servers import (
    empty_tables,
    guests_database,
    postgresql_database,
    postgresql_server,
    sqlite_database,
)

DATABASES = ("sqlite", "postgresql")
WITHOUT_TRIGRAMS = "postgresql without pg_trgm"
"""Asked for by those tests that are about it."""


def make_settings(database_url: str, **changes: object) -> Settings:
    return Settings.model_validate(
        {
            "secret_key": "5f0a6c1d93be47e8a2f1c07d64b98e35",
            "database_url": database_url,
            "bcrypt_cost": 4,
            "web_threads": 24,
            "testing": True,
            "mail_backend": "locmem",
            "require_second_factor": (),
            "mail_default_sender": "back-office@example.com",
            "reset_link_base_url": "https://account.example.com",
            **changes,
        }
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server."""
    with postgresql_server() as server:
        yield server


def new_database(kind: str, postgresql: URL) -> AbstractContextManager[str]:
    """Make a database of `kind`, there as long as the block."""
    if kind == "sqlite":
        return sqlite_database()
    return guests_database(postgresql) if kind == WITHOUT_TRIGRAMS else postgresql_database(postgresql)


@pytest.fixture(scope="session")
def apps(postgresql: URL) -> Iterator[Callable[[str], Flask]]:
    """Give the one app on a database of each kind, migrated when it is first asked for."""
    made: dict[str, Flask] = {}
    with ExitStack() as stack:

        def app_on(kind: str) -> Flask:
            if kind not in made:
                made[kind] = create_app(make_settings(stack.enter_context(new_database(kind, postgresql))))
                with made[kind].app_context():
                    upgrade()
                    stack.callback(db.engine.dispose)
            return made[kind]

        yield app_on


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest, apps: Callable[[str], Flask]) -> Iterator[Flask]:
    """The app on each database in turn, within an app context; the tables are emptied afterwards."""
    app = apps(request.param)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.rollback()
        db.session.remove()
        empty_tables(db.engine)
        limiter.reset()
        getattr(app.extensions["mailman"], "outbox", []).clear()


class Browser(FlaskClient):
    """A client whose every request has a context and a database session of its own, as on a real server."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        db.session.rollback()
        with self.application.app_context():
            return super().open(*args, buffered=True, **kwargs)  # type: ignore[arg-type]

    def token(self, url: str = "/login") -> str:
        """Return the CSRF token of the form on the page at `url`."""
        page = self.get(url).get_data(as_text=True)
        return page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]

    def submit(self, url: str, data: dict[str, object] | None = None, *, page: str | None = None) -> TestResponse:
        """Post `data` to `url` with the CSRF token of `page` (by default `url` itself)."""
        return self.post(url, data={"csrf_token": self.token(page or url), **(data or {})})

    def log_in(self, member: StaffMember, password: str = PASSWORD) -> TestResponse:
        return self.submit("/login", {"email": member.email, "password": password})


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """A browser nobody is logged in on."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def as_role(app: Flask) -> Callable[[Role | str], Browser]:
    """Give a browser on which a new staff member of a role is logged in."""

    def log_in(role: Role | str) -> Browser:
        browser = app.test_client()
        member = StaffMemberFactory(role=str(role))
        assert browser.log_in(member).status_code == 302  # type: ignore[attr-defined]
        browser.member_id = member.id  # type: ignore[attr-defined]
        return browser  # type: ignore[return-value]

    return log_in


@pytest.fixture
def support(as_role: Callable[[Role], Browser]) -> Browser:
    return as_role(Role.SUPPORT)


@pytest.fixture
def operations(as_role: Callable[[Role], Browser]) -> Browser:
    return as_role(Role.OPERATIONS)


@pytest.fixture
def manager(as_role: Callable[[Role], Browser]) -> Browser:
    return as_role(Role.MANAGER)


@pytest.fixture
def administrator(as_role: Callable[[Role], Browser]) -> Browser:
    return as_role(Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def unhurried() -> Iterator[None]:
    """What is asked for again after a minute is not: how many statements a page takes does not hang on the clock."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sessions, "TOUCH_AFTER", dt.timedelta(days=1))
        patched.setattr(counting, "A_WHILE", 86400.0)
        patched.setattr(waiting, "COUNT_KEPT", 86400.0)
        patched.setattr(waiting, "UNSEEN_KEPT", 86400.0)
        yield
