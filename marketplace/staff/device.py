"""The cookie by which a browser is known that has logged in as a member before (OWASP: device cookies).

Whoever has none shares the tries of an account with all other strangers; whoever has one has tries of their own: so no
stranger can lock a colleague out.
"""

import datetime as dt
import hashlib
import secrets
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from marketplace.extensions import settings

COOKIE = "back_office_device"
REMEMBERED = dt.timedelta(days=180)
MOST = 5
"""Members whom one browser is known for."""


def known_device(email: str) -> str | None:
    """Return the name of this browser as one that has logged in with this e-mail; None for any other."""
    name = _devices().get(account_of(email))
    return name if isinstance(name, str) else None


def remember_device(response: Response, email: str) -> None:
    """Know this browser from now on by a new name, which nobody else can give themselves."""
    account = account_of(email)
    others = {each: name for each, name in _devices().items() if each != account}
    kept = dict([*others.items()][-(MOST - 1) :]) | {account: secrets.token_urlsafe(16)}
    response.set_cookie(
        COOKIE,
        _serializer().dumps(kept),
        max_age=REMEMBERED,
        secure=current_app.session_interface.get_cookie_secure(current_app),
        httponly=True,
        samesite="Lax",
    )


def account_of(email: str) -> str:
    """Return what stands for the account with this e-mail, known or not, where tries are counted."""
    return hashlib.sha256(email.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()


def _devices() -> dict[str, Any]:
    try:
        found = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=int(REMEMBERED.total_seconds()))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _serializer() -> URLSafeTimedSerializer:
    keys = [*reversed(settings().secret_key_fallbacks), settings().secret_key.get_secret_value()]
    return URLSafeTimedSerializer(keys, salt="device")
