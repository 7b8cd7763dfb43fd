"""Is it alive, is it ready, how busy is it: for load balancers and monitoring."""

import hmac

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from config import is_loopback
from marketplace.extensions import client_address, db, settings

blueprint = Blueprint("health", __name__)


@blueprint.route("/healthz")
def healthz() -> dict[str, str]:
    """Answer as long as the process does."""
    return {"status": "alive"}


@blueprint.route("/readyz")
def readyz() -> tuple[dict[str, str], int]:
    """Answer 200 when the database answers, 503 while it does not."""
    try:
        db.session.execute(sa.select(1))
    except SQLAlchemyError:
        db.session.rollback()
        return {"status": "database unreachable"}, 503
    return {"status": "ready"}, 200


@blueprint.route("/metrics")
def metrics() -> Response:
    """Give the figures in Prometheus' format, to this machine or to who holds METRICS_TOKEN."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    has_token = token is not None and hmac.compare_digest(given.encode(), token.get_secret_value().encode())
    if not has_token and not is_loopback(client_address()):
        abort(403)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
