"""The browser's cookie: Secure everywhere but on plain http to this very machine."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import SecurityError

from config import is_loopback


class CookieInterface(SecureCookieSessionInterface):
    def get_cookie_secure(self, app: Flask) -> bool:
        try:
            host = request.host
        except SecurityError:  # It is not among TRUSTED_HOSTS, and the refusal is on its way.
            return True
        hostname = host if host.endswith("]") else host.rsplit(":", 1)[0]
        return request.is_secure or not is_loopback(hostname)


def init_cookies(app: Flask) -> None:
    app.session_interface = CookieInterface()
    app.config.update(
        SESSION_COOKIE_NAME="back_office",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
