"""Permission refusals as entries of the audit log: one for a member, a route and a minute, so that none floods it."""

import structlog
from flask import Flask, Response, g, request
from limits import parse
from limits.errors import StorageError
from sqlalchemy.exc import DBAPIError

from marketplace.audit import record
from marketplace.extensions import db, limiter
from marketplace.transaction import in_transaction

ONCE = parse("1 per minute")
MOST = parse("60 per hour")
"""Of one member, whatever routes they try."""

log = structlog.get_logger()


def init_refusals(app: Flask) -> None:
    app.after_request(_note_refusal)


def _note_refusal(response: Response) -> Response:
    visitor = g.get("_login_user")  # Where Flask-Login keeps it.
    if response.status_code != 403 or visitor is None or not visitor.is_authenticated:
        return response
    try:
        if _is_new(str(visitor.member_id)):
            db.session.rollback()
            in_transaction(lambda: _record(visitor))
    except (DBAPIError, StorageError) as failure:
        log.warning("refusal_not_recorded", error=type(failure).__name__)
    return response


def _is_new(member: str) -> bool:
    route = request.url_rule.rule if request.url_rule else ""
    return limiter.limiter.hit(ONCE, "refused", member, request.method, route) and limiter.limiter.hit(
        MOST, "refused", member
    )


def _record(visitor: object) -> None:
    account, member = visitor.account(), visitor.member  # type: ignore[attr-defined]
    record(
        "access.refused",
        account,
        actor=member,
        label=account.email,
        # Without the query: what was searched for is not what was refused.
        changes={"method": (None, request.method), "path": (None, request.path[:200])},
    )
