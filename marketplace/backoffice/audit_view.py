"""The screen of the audit log."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from marketplace.audit import AuditEvent
from marketplace.backoffice.acts import ACTS, TABLES, told_act
from marketplace.backoffice.cells import NONE, Cell, CellMaker, breakable, brief_time_cell, html, linker, time_cell
from marketplace.backoffice.filters import ChoiceFilter, DateFilter, TextFilter
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.table import TableView
from marketplace.database import utcnow
from marketplace.permissions import Permission
from marketplace.web.formats import viewer_zone

KINDS = [
    ("staff", _l("Staff")),
    ("customer", _l("Customer")),
    ("visitor", _l("Visitor")),
    ("command", _l("Command line")),
]


def changes_cell(_name: str) -> Cell:
    template = current_app.jinja_env.get_template("admin/changes.html")
    return lambda row: html(template.render(changes=row.changes))


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
    page, kinds = escape(f"{url_for('audit.index_view')}?"), dict(KINDS)

    def cell(row: Any) -> Markup:
        query = escape(urlencode({"actor": row.actor_label, "kind": row.actor_kind}))
        kind = (
            ""
            if row.actor_kind == "staff"
            else html(f" <small>{escape(kinds.get(row.actor_kind, row.actor_kind))}</small>")
        )
        return html(f'<a href="{page}{query}">{breakable(row.actor_label)}</a>{kind}') if row.actor_label else NONE

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
        "actor_kind": _l("Kind"),
        "action": _l("Did"),
        "subject": _l("To"),
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
        "subject": subject_cell,
        "actor_label": actor_cell,
        "action": narrowing_cell("action", told_act),
        "subject_id": narrowing_cell("record"),
        "request_id": narrowing_cell("request"),
    }
    list_cells = {"at": brief_time_cell}
    sort_columns = {"id": AuditEvent.id, "at": AuditEvent.at}
    default_sort = ("id", True)
    list_filters = (
        TextFilter("action", _l("Action"), lambda text: AuditEvent.action == text, ACTS),
        TextFilter("actor", _l("Who"), lambda text: AuditEvent.actor_label == text),
        ChoiceFilter("kind", _l("Kind"), KINDS, lambda kind: AuditEvent.actor_kind == kind),
        TextFilter("record", _l("Record"), lambda text: AuditEvent.subject_id == text),
        TextFilter("request", _l("Request"), lambda text: AuditEvent.request_id == text),
        DateFilter("from", _l("From"), lambda moment: AuditEvent.at >= moment),
        DateFilter("to", _l("To"), lambda moment: AuditEvent.at < moment, whole_day=True),
    )
    searched = Search(
        AuditEvent.id,
        through=((AuditEvent.id, AUDIT),),
        same=(AuditEvent.subject_id, AuditEvent.request_id),
    )
    search_hint = _l("Who, to whom, reason or request")

    def title_of(self, row: AuditEvent) -> str:
        return f"{told_act(row.action)} #{row.id}"

    def days(self) -> list[tuple[str, str, str]]:
        return days()
