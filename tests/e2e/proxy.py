"""The proxy that `docs/nginx.conf` documents, in front of a server, on a free port of this machine."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from marketplace import ROOT

DOCUMENTED = ROOT / "docs" / "nginx.conf"
PATIENCE = 30
"""Seconds that a start may take on a busy machine."""

MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@contextmanager
def proxied(folder: Path, *, upstream: str) -> Iterator[tuple[str, int]]:
    """Yield where nginx listens in front of `upstream` (host:port); end it afterwards."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if path is None:
        complain = pytest.fail if os.environ.get("REQUIRE_PROGRAMS") else pytest.skip
        complain("no nginx on this machine")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    (folder / "site.conf").write_text(site(upstream, f"{address[0]}:{address[1]}", folder))
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    process = subprocess.Popen([path, "-p", str(folder), "-c", str(folder / "nginx.conf")])  # noqa: S603 - our own words
    try:
        _wait_until_open(address)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def site(upstream: str, listen: str, folder: Path) -> str:
    """Return the documented site, word for word but for its addresses, its files and TLS."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    for old, new in (
        ("server 127.0.0.1:8000;", f"server {upstream};"),
        ("listen 443 ssl;", f"listen {listen};"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert old in text, f"{DOCUMENTED.name} no longer says {old}"
        text = text.replace(old, new)
    return "\n".join(line for line in text.splitlines() if "ssl_certificate" not in line)


def _wait_until_open(address: tuple[str, int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
