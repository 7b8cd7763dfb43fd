"""How one value stands in a list or on a page: formatters in Flask-Admin's form, `(view, context, row, name)`."""

from collections.abc import Callable
from typing import Any

from flask import render_template, url_for
from flask_login import current_user
from markupsafe import Markup, escape

from marketplace.permissions import Permission
from marketplace.web.formats import moment

Formatter = Callable[[Any, Any, Any, str], Any]


def time_cell(_view: Any, _context: Any, row: Any, name: str) -> Markup:
    value = getattr(row, name)
    if value is None:
        return Markup('<span class="text-body-secondary">—</span>')
    date, clock = moment(value).rsplit(" ", 1)
    return Markup('<time datetime="{}" title="{} UTC"><span>{}</span> <span>{}</span></time>').format(
        value.isoformat(),
        value.strftime("%Y-%m-%d %H:%M"),
        date,
        clock,
    )


def badge(text: str, tone: str) -> Markup:
    return Markup('<span class="badge status status-{}">{}</span>').format(tone, text)


def mark(problems: list[str], what: str) -> Markup:
    """Mark a stored value that does not fit; the title says why."""
    return Markup('<span class="badge status status-malformed" title="{}">{}</span>').format("; ".join(problems), what)


def record_link(endpoint: str, row: Any, text: str, permission: Permission) -> Markup:
    """Link to the page of `row` for those who may open it; the bare text for all others."""
    if not current_user.may(permission):
        return escape(text)
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, id=row.id), text)


def missing(identity: Any) -> Markup:
    """Stand in for a record that another one names and that does not exist."""
    return Markup('<span class="badge status status-malformed" title="{}">missing record</span>').format(identity)


def raw_value(stored: Any, problems: list[str], *, shape: str = "") -> str:
    """Show a stored JSON value: readable where it fits, else as it is, with what is wrong about it.

    :param shape: `week` for the hours of a week, which has a table of its own.
    """
    return Markup(  # noqa: S704 - the template escapes
        render_template("admin/raw_value.html", stored=stored, problems=problems, shape=shape)
    )
