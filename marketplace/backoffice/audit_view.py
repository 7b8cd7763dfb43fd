"""The screen of the audit log."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from marketplace.audit import AuditEvent
from marketplace.backoffice.acts import ACTS, KINDS, TABLES, told_act, told_field, told_value
from marketplace.backoffice.cells import NONE, Cell, CellMaker, breakable, brief_time_cell, html, linker, time_cell
from marketplace.backoffice.filters import DateFilter, LinkFilter, TextFilter
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.table import TableView
from marketplace.database import utcnow
from marketplace.permissions import Permission
from marketplace.web.formats import viewer_zone

CHANGES_SHOWN = 3
"""Changes of an entry that stand in the list; its page has all of them."""


def changes_cell(_name: str) -> Cell:
    template = current_app.jinja_env.get_template("admin/changes.html")
    return lambda row: html(template.render(changes=told_changes(row), more=0))


def brief_changes_cell(_name: str) -> Cell:
    template = current_app.jinja_env.get_template("admin/changes.html")
    address = url_for("audit.details_view", id="")

    def cell(row: Any) -> Markup:
        told = told_changes(row, most=LETTERS_SHOWN)
        more = len(told) - CHANGES_SHOWN
        url = f"{address}{row.id}"
        return html(template.render(changes=told[:CHANGES_SHOWN], more=more, url=url))

    return cell


def told_changes(row: AuditEvent, most: int | None = None) -> list[tuple[str, str, str | None, str]]:
    """Return of each changed field its name, what it is called, what it held and what it holds.

    :param most: letters of a value.
    """

    def told(name: str, value: Any) -> str:
        return shorten(told_value(name, value), most) if most else told_value(name, value)

    return [
        (name, told_field(name), None if old is None else told(name, old), told(name, new))
        for name, (old, new) in (row.changes or {}).items()
    ]


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def kind_cell(name: str) -> Cell:
    return lambda row: str(KINDS.get(getattr(row, name)) or getattr(row, name))


def hash_cell(name: str) -> Cell:
    return lambda row: html(f'<code class="id">{escape(getattr(row, name))}</code>') if getattr(row, name) else NONE


PAGES = {
    "bookings": ("bookings", Permission.BOOKINGS_READ),
    "services": ("services", Permission.SERVICES_READ),
    "users": ("users", Permission.USERS_READ),
    "password_reset_tokens": ("reset-tokens", Permission.RESET_TOKENS_READ),
    "batches": ("batches", Permission.BOOKINGS_READ),
    "staff_members": ("staff", Permission.STAFF_MANAGE),
    "staff_invites": ("invites", Permission.STAFF_MANAGE),
}
"""Table to the screen of its records, and what opens that."""

LETTERS_SHOWN = 120
"""Of a changed value in the list."""


def subject_cell(_name: str) -> Cell:
    links = {table: linker(f"{endpoint}.details_view", permission) for table, (endpoint, permission) in PAGES.items()}

    def cell(row: Any) -> Markup:
        label = breakable(row.subject_label)
        link = links.get(row.subject_type) if row.subject_id else None
        name = link(escape(quote(row.subject_id)), label) if link else html(f'<span dir="auto">{label}</span>')
        return html(
            f'<div class="value">{name} <small>{escape(TABLES.get(row.subject_type, row.subject_type))}</small></div>'
        )

    return cell


def reason_cell(_name: str) -> Cell:
    return lambda row: html(f'<div class="value" dir="auto">{escape(row.reason)}</div>') if row.reason else NONE


def narrowing_cell(filter_name: str, words: Callable[[str], str] = str) -> CellMaker:
    """Return the maker of a cell that leads to all entries with the same value.

    :param words: tells that value.
    """

    def make(name: str) -> Cell:
        address = escape(f"{url_for('audit.index_view')}?{filter_name}=")

        def cell(row: Any) -> Markup:
            value = getattr(row, name)
            if not value:
                return NONE
            return html(f'<a href="{address}{escape(quote(value))}">{breakable(words(value))}</a>')

        return cell

    return make


def actor_cell(_name: str) -> Cell:
    """Make the cell that leads to all that somebody did: a customer may have the address of a colleague."""
    page = escape(f"{url_for('audit.index_view')}?")
    kinds = {kind: f" <small>{escape(words)}</small>" for kind, words in KINDS.items() if kind != "staff"}

    def cell(row: Any) -> Markup:
        if not row.actor_label:
            return NONE
        query = escape(urlencode({"actor": row.actor_label, "kind": row.actor_kind}))
        return html(f'<a href="{page}{query}">{breakable(row.actor_label)}</a>{kinds.get(row.actor_kind, "")}')

    return cell


def days() -> list[tuple[str, str, str]]:
    """Return label, first and last day of what is asked for most, in the viewer's zone."""
    today = utcnow().astimezone(viewer_zone()).date()
    ranges = ((_("Today"), 0, 0), (_("Yesterday"), 1, 1), (_("Last 7 days"), 6, 0))
    return [(label, *(str(today - dt.timedelta(days=ago)) for ago in edges)) for label, *edges in ranges]


def acts_of(label: str) -> list[tuple[str, str]]:
    """Return words and address of what somebody did lately."""
    page = url_for("audit.index_view")
    return [
        (words, f"{page}?{urlencode({'actor': label, 'kind': 'staff', 'from': first, 'to': last})}")
        for words, first, last in days()
    ]


AUDIT = Source(
    AuditEvent.id,
    spaced_text(
        AuditEvent.actor_label,
        AuditEvent.action,
        AuditEvent.subject_label,
        sa.func.coalesce(AuditEvent.reason, sa.literal_column("''")),
    ),
)
"""Entries by who did what to whom, and why (migration 0004)."""


class AuditView(TableView):
    record_name = "entry"
    read_permission = Permission.AUDIT_READ
    column_list = ("id", "at", "actor_label", "action", "subject", "changes", "reason")
    column_details_list = (
        "id",
        "at",
        "action",
        "actor_label",
        "actor_kind",
        "subject",
        "subject_id",
        "changes",
        "reason",
        "request_id",
        "address",
        "previous_hash",
        "hash",
    )
    column_labels = {
        "id": _l("No."),
        "at": _l("When"),
        "actor_label": _l("Who"),
        "actor_kind": _l("Who that is"),
        "action": _l("Did"),
        "subject": _l("About"),
        "subject_id": _l("Record"),
        "changes": _l("Changes"),
        "reason": _l("Reason"),
        "request_id": _l("Request"),
        "address": _l("Address"),
        "previous_hash": _l("Hash before"),
        "hash": _l("Hash"),
    }
    list_template = "audit/list.html"
    cells = {
        "at": time_cell,
        "changes": changes_cell,
        "actor_kind": kind_cell,
        "previous_hash": hash_cell,
        "hash": hash_cell,
        "subject": subject_cell,
        "actor_label": actor_cell,
        "action": narrowing_cell("action", told_act),
        "subject_id": narrowing_cell("record"),
        "request_id": narrowing_cell("request"),
    }
    list_cells = {"at": brief_time_cell, "changes": brief_changes_cell, "reason": reason_cell}
    sort_columns = {"id": AuditEvent.id, "at": AuditEvent.at}
    default_sort = ("id", True)
    list_filters = (
        TextFilter("action", _l("Action"), lambda text: AuditEvent.action == text, ACTS),
        TextFilter("actor", _l("Who"), lambda text: AuditEvent.actor_label == text),
        LinkFilter("kind", _l("Kind"), lambda kind: AuditEvent.actor_kind == kind),
        LinkFilter("record", _l("Record"), lambda text: AuditEvent.subject_id == text),
        LinkFilter("request", _l("Request"), lambda text: AuditEvent.request_id == text),
        DateFilter("from", _l("From day"), lambda moment: AuditEvent.at >= moment),
        DateFilter("to", _l("To day"), lambda moment: AuditEvent.at < moment, whole_day=True),
    )
    searched = Search(
        AuditEvent.id,
        through=((AuditEvent.id, AUDIT),),
        same=(AuditEvent.subject_id, AuditEvent.request_id),
    )
    search_hint = _l("Who, to whom, reason or request")

    def __init__(self, model: Any, *, colleagues: Callable[[], Mapping[str, Any]], **options: Any) -> None:
        """:param colleagues: returns e-mail and name of those who may have acted."""
        super().__init__(model, **options)
        self.list_filters = tuple(  # type: ignore[misc, assignment] # There is but one log, and one screen of it.
            replace(each, suggestions=colleagues) if isinstance(each, TextFilter) and each.name == "actor" else each
            for each in self.list_filters
        )

    def title_of(self, row: AuditEvent) -> str:
        return f"{told_act(row.action)} #{row.id}"

    def days(self) -> list[tuple[str, str, str]]:
        return days()
