"""Two hundred visitors who send a letter now and then, and one who wants to work."""

import socket
import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest
from flask_migrate import upgrade

from marketplace import create_app
from marketplace.extensions import db
from tests.conftest import make_settings
from tests.e2e.proxy import proxied
from tests.e2e.server import served

HEAD = b"POST /login HTTP/1.1\r\nHost: back-office.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = (
    HEAD[:30],
    HEAD,
    HEAD + b"Content-Length: 100000\r\n\r\nemail=",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n6\r\nemail=\r\n",
)


@pytest.fixture
def proxy(tmp_path):
    """Where the documented proxy listens, in front of a server of four threads."""
    url = f"sqlite:///{tmp_path / 'marketplace.sqlite'}"
    app = create_app(make_settings(url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    log = tmp_path / "gunicorn.log"
    settings = {"PROXY_HOPS": "1", "TRUSTED_HOSTS": "back-office.example.com,127.0.0.1", "WEB_THREADS": "4"}
    with (
        served(log, DATABASE_URL=url, **settings) as origin,
        proxied(tmp_path, upstream=origin.removeprefix("http://")) as address,
    ):
        yield address


def test_two_hundred_slow_visitors_hold_nobody_up(proxy):
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(proxy)) for _number in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(SLOW[number % len(SLOW)])
        for _round in range(3):
            assert login_page(proxy) == 200
            for number, connection in enumerate(slow):
                connection.sendall((b"x", b"X", b"x", b"1\r\nx\r\n")[number % len(SLOW)])
        assert login_page(proxy) == 200


def test_the_proxy_hides_the_figures_and_passes_the_rest(proxy):
    for path, status in (("/metrics", 404), ("/readyz", 200), ("/login", 200)):
        assert status_of(proxy, path) == status


def login_page(address):
    return status_of(address, "/login")


def status_of(address, path):
    request = urllib.request.Request(
        f"http://{address[0]}:{address[1]}{path}", headers={"Host": "back-office.example.com"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as page:  # noqa: S310
            return page.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
