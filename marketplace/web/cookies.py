"""The browser's cookie: Secure everywhere but on plain http to this very machine."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

from config import is_loopback


class CookieInterface(SecureCookieSessionInterface):
    def get_cookie_secure(self, app: Flask) -> bool:
        hostname = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        return request.is_secure or not is_loopback(hostname)


def init_cookies(app: Flask) -> None:
    app.session_interface = CookieInterface()
    app.config.update(
        SESSION_COOKIE_NAME="back_office",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
