"""Links that are handed out, in a mail or by hand: on an origin that no request can choose."""

from flask import request, url_for

from config import is_loopback
from marketplace.extensions import settings


def on_configured_origin(endpoint: str, *, token: str) -> str | None:
    """Return the address of `endpoint` on RESET_LINK_BASE_URL; None where that is not set."""
    base = settings().reset_link_base_url.rstrip("/")
    return base + url_for(endpoint, token=token) if base else None


def on_this_host(endpoint: str, *, token: str) -> str | None:
    """Return its address on the host that was asked; None where that is not known to be ours."""
    return url_for(endpoint, token=token, _external=True) if is_own_host() else None


def is_own_host() -> bool:
    """Whether the host that was asked is known to be ours: trusted, or this very machine."""
    return bool(settings().trusted_hosts) or is_loopback(request.host.rsplit(":", 1)[0])
