"""Error pages, in the same dress as every other page."""

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, SecurityError, ServiceUnavailable

from marketplace.connections import was_in_the_way, was_too_slow
from marketplace.errors import DomainError
from marketplace.extensions import db, login_manager

log = structlog.get_logger()

RETRY_AFTER = 5
"""Seconds."""

PAGES = {
    400: (_l("That request cannot be understood"), _l("Something in it is malformed. Go back and try again.")),
    401: (_l("Please log in"), _l("This page needs you to be logged in.")),
    403: (_l("This is not open to your role"), _l("Ask an administrator if you need it for your work.")),
    404: (_l("There is no such page"), _l("The address is wrong, or the record does not exist.")),
    405: (_l("That is not possible here"), _l("This address does not take that kind of request.")),
    409: (_l("That is not possible now"), _l("The record is not in a state that allows it.")),
    413: (_l("That is too much at once"), _l("The request is larger than what is taken here.")),
    429: (_l("Too many tries"), _l("Wait a few minutes, then try again.")),
    500: (_l("Something went wrong"), _l("The fault is ours and has been logged. Nothing was half done.")),
    503: (_l("Not just now"), _l("The database cannot be reached. Nothing was changed. Try again in a few seconds.")),
}


KEEPING = (400, 401, 404, 503)
"""What a form is refused with that was fine when it was opened: the page then holds what was typed into it."""

NOT_TYPED = {
    "action",
    "asked",
    "back",
    "booking_id",
    "confirmed",
    "code",
    "csrf_token",
    "form_id",
    "loaded",
    "next",
    "rowid",
    "sealed",
    "was_at",
    "week",
    "were",
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(RateLimitExceeded, _show_rate_limit)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(DomainError, _show_domain_error)
    app.register_error_handler(OperationalError, _show_database_error)
    app.register_error_handler(InterfaceError, _show_database_error)
    app.register_error_handler(NoConnectionFree, _show_no_connection)
    app.register_error_handler(StorageError, _show_tries_error)
    app.register_error_handler(Exception, _show_fault)
    app.after_request(_say_when_to_try_again)


def error_page(status: int, sentence: str | None = None, *, title: str | None = None) -> Response:
    """Return the page for `status`, with `sentence` in place of its usual explanation.

    :param title: in place of the usual one; the page then shows no status, which says nothing to who reads it.
    """
    _know_visitor()
    usual_title, usual = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return make_response(
        render_template(
            "errors/error.html",
            status=status,
            title=title or usual_title,
            shows_status=title is None,
            sentence=sentence or usual,
            typed=_typed() if status in KEEPING else (),
            back=request.full_path.rstrip("?"),
        ),
        status,
    )


def _show_http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    if isinstance(error, SecurityError):
        # No page: every address in it would have to name a host.
        return Response("This host is not served here.\n", 400, mimetype="text/plain")
    status = error.code or 500
    own_words = error.description if error.description != type(error).description else None
    response = error_page(status, own_words if status in (400, 409) else None)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _show_rate_limit(error: RateLimitExceeded) -> Response:
    response = error_page(429)
    response.headers["Retry-After"] = str(error.limit.limit.get_expiry() if error.limit else RETRY_AFTER)
    return response


def _show_csrf_error(_error: CSRFError) -> Response:
    return error_page(400, _("This form is no longer valid, so nothing was done. Go back, reload the page, try again."))


def _show_domain_error(error: DomainError) -> Response:
    return error_page(error.status, str(error))


def _show_database_error(error: DBAPIError) -> Response:
    if was_too_slow(error):
        return _unavailable(
            "statement_too_slow", error, _("This takes longer than it may. Nothing was changed. Ask for less at once.")
        )
    if was_in_the_way(error):
        return _unavailable("rows_taken", error, taken_sentence())
    return _unavailable("database_unavailable", error)


def note_taken(error: DBAPIError) -> None:
    """Log that records were not to be had, where the page of the form says so itself."""
    log.error("rows_taken", error=type(error).__name__, exc_info=error)


def taken_sentence() -> str:
    """Say that others hold the records."""
    return str(_("Others are changing the same records just now. Nothing was changed. Try again in a few seconds."))


def _show_no_connection(error: NoConnectionFree) -> Response:
    return _unavailable("no_connection_free", error)


def _show_tries_error(error: StorageError) -> Response:
    return _unavailable(
        "tries_uncounted",
        error,
        _("Tries cannot be counted, so nobody can log in or set a password. Try again in a few seconds."),
    )


def _unavailable(event: str, error: Exception, sentence: str | None = None) -> Response:
    _log_fault(event, error)
    return error_page(ServiceUnavailable.code, sentence)


def _say_when_to_try_again(response: Response) -> Response:
    if response.status_code == ServiceUnavailable.code:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER))
    return response


def _show_fault(error: Exception) -> Response:
    _log_fault("unhandled_error", error)
    return error_page(500)


def _log_fault(event: str, error: Exception) -> None:
    log.error(event, error=type(error).__name__, exc_info=error)
    db.session.rollback()
    _take_for_stranger()


def _typed() -> list[tuple[str, str]]:
    """Return name and value of what a person has typed into the form that was refused, secrets aside."""
    try:
        fields = [*request.form.items(multi=True)]
    except Exception:  # noqa: BLE001 - the body may be what was refused, and each server has errors of its own for that
        return []
    hidden = NOT_TYPED | {name for name, _value in fields if "password" in name or name == "again"}
    return [(name, value) for name, value in fields if name not in hidden and value.strip()]


def _know_visitor() -> None:
    """Load the visitor, whom every template is given, or go on without."""
    try:
        current_user.is_authenticated  # noqa: B018 - asking loads
    except (OperationalError, InterfaceError):
        _take_for_stranger()


def _take_for_stranger() -> None:
    """Keep Flask-Login from asking a database that has just failed."""
    if "_login_user" not in g:
        g._login_user = login_manager.anonymous_user()  # noqa: SLF001 - where Flask-Login looks first
