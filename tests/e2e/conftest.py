"""Fixtures: a browser, a server on a database of each kind, windows whose pages are watched."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, Page, expect

from marketplace import create_app
from marketplace.extensions import db
from tests.conftest import DATABASES, make_settings
from tests.e2e.chromium import Watch, chromium
from tests.e2e.server import served
from tests.servers import empty_tables, postgresql_database

PATIENCE = 10_000
"""Milliseconds that a page may take on a busy machine."""

Window = Callable[..., Page]


@dataclass(frozen=True)
class Site:
    """A running server, and the app of this process on the same database."""

    origin: str
    app: Flask
    log: Path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session", params=DATABASES)
def site(request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on a database of each kind in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'marketplace.sqlite'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgresql_database(request.getfixturevalue("postgresql")))
        app = create_app(make_settings(url))
        with app.app_context():
            upgrade()
            stack.callback(db.engine.dispose)
            log = folder / "gunicorn.log"
            origin = stack.enter_context(served(log, DATABASE_URL=url))
        yield Site(origin, app, log)


@pytest.fixture
def app(site: Site) -> Iterator[Flask]:
    """The app that rows are made with; its tables are emptied afterwards, and the server has logged no fault."""
    before = site.log.stat().st_size
    with site.app.app_context():
        yield site.app
        db.session.rollback()
        db.session.remove()
        empty_tables(db.engine)
    assert site.log.read_text(encoding="utf-8")[before:] == "", "the server has logged warnings or errors"


@pytest.fixture
def window(site: Site, app: Flask, browser: Browser) -> Iterator[Window]:
    """Open a window of a person's own, with cookies of its own; whatever its pages do wrong fails the test."""
    watches: list[Watch] = []
    with ExitStack() as stack:

        def open_window(**options: Any) -> Page:
            options = {"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce"} | options
            context = browser.new_context(base_url=site.origin, **options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            watches.append(Watch(context, site.origin))
            return context.new_page()

        yield open_window
    assert [complaint for watch in watches for complaint in watch.complaints] == []
