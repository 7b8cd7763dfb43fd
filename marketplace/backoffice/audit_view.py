"""The screen of the audit log."""

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from marketplace.audit import AuditEvent
from marketplace.backoffice.cells import Cell, breakable, brief_time_cell, email_cell, html, time_cell
from marketplace.backoffice.filters import DateFilter, TextFilter
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.table import TableView
from marketplace.permissions import Permission


def changes_cell(_name: str) -> Cell:
    template = current_app.jinja_env.get_template("admin/changes.html")
    return lambda row: html(template.render(changes=row.changes))


def subject_cell(_name: str) -> Cell:
    return lambda row: html(
        f'<div class="value"><span dir="auto">{breakable(row.subject_label)}</span>'
        f"<small>{escape(row.subject_type)}</small></div>"
    )


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
    cells = {"at": time_cell, "changes": changes_cell, "subject": subject_cell, "actor_label": email_cell}
    list_cells = {"at": brief_time_cell}
    sort_columns = {"id": AuditEvent.id, "at": AuditEvent.at}
    default_sort = ("id", True)
    list_filters = (
        TextFilter("action", _l("Action"), lambda text: AuditEvent.action == text),
        TextFilter("actor", _l("Who"), lambda text: AuditEvent.actor_label == text),
        TextFilter("record", _l("Record"), lambda text: AuditEvent.subject_id == text),
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
        return f"{row.action} #{row.id}"
