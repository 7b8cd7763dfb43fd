"""What no browser sends, byte by byte, to the server as it is deployed: refused, and everybody else served on."""

import socket
import urllib.request

import pytest
from flask_migrate import upgrade

from marketplace import create_app
from marketplace.extensions import db
from tests.conftest import make_settings
from tests.e2e.server import served

HOST = b"Host: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /login HTTP/1.1\r\n" + HOST + FORM
GET = b"GET /login HTTP/1.1\r\n" + HOST
HIDDEN = b"GET /admin/ HTTP/1.1\r\n" + HOST + b"\r\n"

MALFORMED = {
    "a method of no letters": b"G@T /login HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in lower case": b"get /login HTTP/1.1\r\n" + HOST + b"\r\n",
    "a version there is none of": b"GET /login HTTP/9.9\r\n" + HOST + b"\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "a length below nothing": POST + b"Content-Length: -5\r\n\r\nabcde",
    "a length with a sign": POST + b"Content-Length: +5\r\n\r\nabcde",
    "a length that is no number": POST + b"Content-Length: five\r\n\r\nabcde",
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a request behind a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + HIDDEN + HIDDEN,
    "a request behind a chunk that is too short": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n" + HIDDEN,
    "chunks of an unknown kind": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks that are not the last coding": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "a NUL in a header": GET + b"X: a\0b\r\n\r\n",
    "a header over two lines": GET + b"X: a\r\n b\r\n\r\n",
    "a space before the colon": GET + b"X : a\r\n\r\n",
    "a header of no name": GET + b": a\r\n\r\n",
    "an address of 9,000 letters": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 100,000 letters": GET + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "500 headers": GET + b"".join(b"X%d: 1\r\n" % number for number in range(500)) + b"\r\n",
    "an expectation there is none of": POST + b"Expect: miracles\r\nContent-Length: 3\r\n\r\nabc",
    "a form of many parts without a boundary": b"POST /login HTTP/1.1\r\n" + HOST
    + b"Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
    "three megabytes": POST + b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000,
    "three megabytes in chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n"
    + (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 48 + b"0\r\n\r\n",
    "less than was announced": POST + b"Content-Length: 300\r\n\r\nabc",
    "a method that shows what was sent": b"TRACE /login HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path out of the folder": b"GET /static/../../config.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path out of the folder, written otherwise": b"GET /static/%2e%2e/%2e%2e/config.py HTTP/1.1\r\n" + HOST + b"\r\n",
}  # fmt: skip

ODD = {
    "bytes that are no text": b"GET /\xff\xfe?q=\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "a cookie of junk": b"GET /admin/ HTTP/1.1\r\n" + HOST + b"Cookie: back_office=\xff\xfe;=;;x\r\n\r\n",
    "an address with another host in it": b"GET http://evil.example/admin HTTP/1.1\r\n" + HOST + b"\r\n",
    "two slashes": b"GET //evil.example/%2e%2e HTTP/1.1\r\n" + HOST + b"\r\n",
    "headers of a proxy": GET + b"X-Forwarded-Host: evil.example\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n",
    "variables of the server": GET + b"SCRIPT_NAME: /evil\r\nSCRIPT-NAME: /evil\r\nPATH_INFO: /evil\r\n\r\n",
    "another host": b"GET /admin HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}
"""Well-formed, and not to be led astray by."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where a server listens that is nobody else's: it logs what it refuses."""
    folder = tmp_path_factory.mktemp("raw")
    url = f"sqlite:///{folder / 'marketplace.sqlite'}"
    app = create_app(make_settings(url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    log = folder / "gunicorn.log"
    with served(log, DATABASE_URL=url) as origin:
        yield "127.0.0.1", int(origin.rsplit(":", 1)[1])
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_request_is_refused(address, kind):
    answer = send(address, MALFORMED[kind])
    statuses = [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert all(status.startswith(b"4") or status == b"501" for status in statuses), answer[:500]
    assert len(statuses) <= 1, "what hides behind the first request is not answered"
    assert b"Traceback" not in answer
    assert serves(address)


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_request_leads_nowhere(address, kind):
    answer = send(address, ODD[kind])
    assert answer.split()[1] in (b"200", b"302", b"308", b"400", b"404"), answer[:500]
    head = answer.split(b"\r\n\r\n", 1)[0]
    assert b"evil" not in head
    assert serves(address)


def send(address, request):
    """Return all that is answered until the other side closes, or nothing more comes for two seconds."""
    answer = b""
    with socket.create_connection(address, timeout=2) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except OSError:  # Refused before all of it was sent, or kept waiting for more.
            return answer
    return answer


def serves(address):
    with urllib.request.urlopen(f"http://127.0.0.1:{address[1]}/login", timeout=20) as page:
        return page.status == 200
