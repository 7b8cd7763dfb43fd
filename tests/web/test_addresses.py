"""Addresses that are worked out once: right under every root, for every blueprint, and only while nothing changes."""

import re

import pytest
from flask import url_for

from marketplace import create_app
from tests.conftest import make_settings


@pytest.fixture(scope="module")
def running():
    """An app as it runs in production, which serves no request here that would ask its database."""
    return create_app(make_settings("sqlite://", testing=False))


def test_an_address_is_the_same_as_flask_would_give(running):
    with running.test_request_context("/admin/bookings/new/"):
        for _again in range(2):
            assert url_for("bookings.index_view") == "/admin/bookings/"
            assert url_for(".index_view") == "/admin/bookings/"
            assert url_for(".index_view", search="a b") == "/admin/bookings/?search=a+b"
            assert url_for("bookings.index_view", _external=True) == "http://localhost/admin/bookings/"
            assert url_for("bookings.index_view", _anchor="x") == "/admin/bookings/#x"
            assert re.fullmatch(r"/static/app\.css\?v=[0-9a-f]{12}", url_for("static", filename="app.css"))
    with running.test_request_context("/admin/users/"):
        assert url_for(".index_view") == "/admin/users/"


def test_each_root_has_its_own_addresses(running):
    for root in ("/office", "", "/elsewhere"):
        with running.test_request_context("/admin/bookings/", environ_overrides={"SCRIPT_NAME": root}):
            assert url_for("bookings.index_view") == f"{root}/admin/bookings/"
            assert url_for("static", filename="app.css").startswith(f"{root}/static/app.css?v=")


def test_a_page_under_a_root_leads_nowhere_else(running, administrator):
    """Not even after a page without the root."""
    for root in ("", "/office"):
        for browser, path in ((running.test_client(), "/login"), (administrator, "/admin/bookings/new/")):
            page = browser.get(path, environ_overrides={"SCRIPT_NAME": root}).text
            found = re.findall(r'(?:href|src|action|lookup-url)="(/[^"]*)"', page)
            assert len(found) > 5
            assert all(address.startswith(f"{root}/") for address in found)
            assert root or not any(address.startswith("/office") for address in found)


def test_kept_addresses_are_bounded(running):
    with running.test_request_context():
        for number in range(3000):
            url_for("static", filename=f"{number}.css")
    assert running._fixed_address.cache_info().currsize <= 1000


def test_an_unknown_endpoint_is_an_error_each_time(running):
    with running.test_request_context():
        for _again in range(2):
            with pytest.raises(Exception, match="nowhere"):
                url_for("nowhere.index")
