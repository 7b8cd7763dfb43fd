"""One HTTP client with one kept connection and its cookies, which times what it asks."""

import http.client
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

TIMEOUT = 60
"""Seconds."""


@dataclass(frozen=True)
class Request:
    path: str
    form: Sequence[tuple[str, str]] | None = None
    """Fields of a POST; None for a GET."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    """To the last byte."""
    first_byte: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Client:
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def send(self, request: Request, *, encoding: str = "identity") -> Answer:
        """Send `request` and read the whole answer; a connection that the server closed meanwhile is renewed."""
        try:
            return self._send(request, encoding)
        except (http.client.RemoteDisconnected, ConnectionError):
            self.close()
            return self._send(request, encoding)

    def get(self, path: str) -> Answer:
        return self.send(Request(path))

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _send(self, request: Request, encoding: str) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            self.connection.connect()
        headers = {"Accept-Encoding": encoding, "Accept": "text/html,*/*"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if request.form is not None:
            body = urlencode(request.form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://127.0.0.1:{self.port}{request.path}"
        try:
            started = time.perf_counter()
            self.connection.request("GET" if body is None else "POST", request.path, body, headers)
            response = self.connection.getresponse()
            first = response.read(1)
            first_byte = time.perf_counter() - started
            content = first + response.read()
            seconds = time.perf_counter() - started
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, dict(response.headers), content, seconds, first_byte)


def hidden_field(page: str, name: str) -> str:
    """Return the value of a hidden input, wherever in its tag the attributes stand."""
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag and (value := re.search(r'value="([^"]*)"', tag)):
            return unescape(value[1])
    raise LookupError(f"the page has no field {name}")


def link(page: str, relation: str) -> str:
    """Return where the first link with this `rel` leads."""
    for tag in re.findall(r"<a\b[^>]*>", page):
        if re.search(rf'rel="[^"]*\b{relation}\b', tag) and (target := re.search(r'href="([^"]*)"', tag)):
            return unescape(target[1])
    raise LookupError(f"the page has no link rel={relation}")
