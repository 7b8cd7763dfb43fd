"""Links that are handed out, in a mail or by hand: on an origin that no request can choose."""

from flask import request, url_for

from config import is_loopback
from marketplace.extensions import settings


def on_configured_origin(endpoint: str, *, token: str) -> str | None:
    """Return the address of `endpoint` on RESET_LINK_BASE_URL; None where that is not set."""
    base = settings().reset_link_base_url.rstrip("/")
    return base + url_for(endpoint, token=token) if base else None


def on_this_host(endpoint: str, *, token: str) -> str | None:
    """Return its address on the host that was asked, where that is known to be ours: trusted, or this very machine."""
    if not settings().trusted_hosts and not is_loopback(request.host.rsplit(":", 1)[0]):
        return None
    return url_for(endpoint, token=token, _external=True)
