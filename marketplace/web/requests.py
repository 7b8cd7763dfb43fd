"""Each request: its id, where it came from, one line in the log."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.audit import Origin, current_origin
from marketplace.extensions import client_address, settings

log = structlog.get_logger()


def init_requests(app: Flask, hops: int) -> None:
    """:param hops: how many proxies in front to believe."""
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    # A visitor who chose it could write what they like into the audit log, or take the id of somebody else's request.
    given = request.headers.get("X-Request-Id", "") if settings().proxy_hops else ""
    g.request_id = given if re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given) else uuid.uuid4().hex
    current_origin.set(Origin(request_id=g.request_id, address=client_address()))


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    _stay_here(response)
    log.info(
        "request",
        request_id=g.get("request_id"),
        method=request.method,
        # The rule, not the path: a path can hold a reset token.
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
        address=client_address(),
        staff=_known_staff(),
    )
    return response


def _known_staff() -> str | None:
    """Return the id of the visitor if the request has asked who it is; for this line the database is not asked."""
    visitor = g.get("_login_user")  # Where Flask-Login keeps it.
    return str(visitor.member_id) if visitor is not None and visitor.is_authenticated else None


def _stay_here(response: Response) -> None:
    """Send visitors on by paths alone: where routing mends a slash, it repeats the host that the request names."""
    there = response.headers.get("Location", "")
    if there.startswith("http") and there.startswith(request.host_url):
        response.headers["Location"] = "/" + there.removeprefix(request.host_url).lstrip("/\\")
        response.set_data("")  # It held the same address.
