"""How one value stands in a list or on a page.

A `CellMaker` makes the cell of a column once for a page: what depends on the viewer (zone, language, rights, addresses)
is looked up then. The `Cell` it returns is called for each row, and is no more than an f-string: a list has hundreds.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape

from marketplace.permissions import Permission
from marketplace.web.formats import moment_parts_writer, plain

Cell = Callable[[Any], Any]
"""Writes what stands in the cell of a row: Markup, or a text that is yet to be escaped."""

CellMaker = Callable[[str], Cell]
"""Makes the cell of the column that has this name."""

NBSP = "\N{NO-BREAK SPACE}"

ADDRESS = re.compile(r"@[^\s@]*")
"""Of an e-mail address what follows the name, the sign in between included."""

JOINT = re.compile(r"\.(?=\w)")

NONE = Markup('<span class="text-body-secondary">—</span>')


def html(markup: str) -> Markup:
    """Take as HTML what was put together of literals and of values that were escaped one by one."""
    return Markup(markup)  # noqa: S704 - the one place where a cell vouches for itself


def plain_cell(name: str) -> Cell:
    return lambda row: plain(getattr(row, name))


def time_cell(name: str) -> Cell:
    write = moment_tag()
    return lambda row: write(getattr(row, name))


def moment_tag() -> Callable[[dt.datetime | None], Markup]:
    """Return what writes moments for a page: in the viewer's zone, and in UTC for who asks."""
    write = moment_parts_writer()

    def tag(value: dt.datetime | None) -> Markup:
        if value is None:
            return NONE
        date, clock = map(escape, write(value))
        return html(f'<time title="{value:%Y-%m-%d %H:%M} UTC"><span>{date}</span> <span>{clock}</span></time>')

    return tag


def brief_time_cell(name: str) -> Cell:
    """Make the cell of a moment in a list: a line, or two where the column is narrow."""
    write = moment_parts_writer()

    def cell(row: Any) -> str:
        value = getattr(row, name)
        if value is None:
            return "—"
        date, clock = write(value)
        return f"{date.replace(' ', NBSP)} {clock.replace(' ', NBSP)}"

    return cell


def named_cell(label: Any, make: CellMaker) -> CellMaker:
    """Return the maker of a cell that says which column it is of, where a narrow page has no heads of columns."""

    def named(name: str) -> Cell:
        cell, said = make(name), escape(str(label))
        return lambda row: html(f'<span class="column-name">{said}</span> {escape(cell(row))}')

    return named


def badge_cell(read: Callable[[Any], str], badges: Callable[[], Mapping[str, tuple[str, str]]]) -> CellMaker:
    """Return the maker of a cell with one of a few badges.

    :param read: returns the key of a row's badge.
    :param badges: returns key to text and tone, in the viewer's language.
    """

    def make(_name: str) -> Cell:
        made = {key: badge(text, tone) for key, (text, tone) in badges().items()}
        return lambda row: made.get(read(row)) or badge(read(row), "malformed")

    return make


def badge(text: str, tone: str) -> Markup:
    return html(f'<span class="status-{escape(tone)}">{escape(text)}</span>')


def breakable(text: str) -> Markup:
    """Let e-mail addresses in `text` break at their joints: unbroken ones push columns off the page."""
    return html(ADDRESS.sub(_with_breaks, escape(text)))


def _with_breaks(address: re.Match[str]) -> str:
    return f"<wbr>{JOINT.sub('<wbr>.', address[0])}"


def wrapped_cell(name: str) -> Cell:
    """Make the cell of a name or an address, which may be one long word."""
    return lambda row: html(f'<span dir="auto">{breakable(getattr(row, name))}</span>')


def mark(problems: list[str], what: str) -> Markup:
    """Mark a stored value that does not fit; the title says why."""
    return html(f'<span class="status-malformed" title="{escape("; ".join(problems))}">{escape(what)}</span>')


def linker(endpoint: str, permission: Permission) -> Callable[[Any, str], Markup]:
    """Return what links a text to the page of the record with an id, or leaves it bare for who may not open it."""
    if not current_user.may(permission):
        return lambda _identity, text: html(f'<span dir="auto">{escape(text)}</span>')
    address = escape(url_for(endpoint, id=""))
    return lambda identity, text: html(f'<a href="{address}{identity}">{escape(text)}</a>')


def missing(identity: Any) -> Markup:
    """Stand in for a record that another one names and that does not exist."""
    title = escape(str(identity))
    return html(f'<span class="status-malformed" title="{title}">{_("missing record")}</span>')


def raw_value(stored: Any, problems: list[str], *, shape: str = "") -> Markup:
    """Show a stored JSON value: readable where it fits, else as it is, with what is wrong about it.

    :param shape: `week` for the hours of a week, which has a table of its own.
    """
    return html(render_template("admin/raw_value.html", stored=stored, problems=problems, shape=shape))


def raw_cell(problems_of: Callable[[Any], list[str]], *, shape: str = "") -> CellMaker:
    """Return the maker of a cell that shows a stored JSON value."""

    def make(name: str) -> Cell:
        return lambda row: raw_value(getattr(row, name), problems_of(getattr(row, name)), shape=shape)

    return make
