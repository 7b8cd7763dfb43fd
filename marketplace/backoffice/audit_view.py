"""The screen of the audit log."""

from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from marketplace.audit import AuditEvent
from marketplace.backoffice.cells import time_cell
from marketplace.backoffice.filters import DateFilter, TextFilter
from marketplace.backoffice.table import TableView
from marketplace.permissions import Permission


def changes_cell(_view: Any, _context: Any, row: AuditEvent, _name: str) -> Markup:
    return Markup(render_template("admin/changes.html", changes=row.changes))  # noqa: S704 - the template escapes


def subject_cell(_view: Any, _context: Any, row: AuditEvent, _name: str) -> Markup:
    return Markup('<span dir="auto">{}</span><small class="text-body-secondary d-block">{}</small>').format(
        row.subject_label,
        row.subject_type,
    )


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
    column_formatters = {"at": time_cell, "changes": changes_cell, "subject": subject_cell}
    sort_columns = {"id": AuditEvent.id, "at": AuditEvent.at}
    default_sort = ("id", True)
    list_filters = (
        TextFilter("action", _l("Action"), lambda text: AuditEvent.action == text),
        TextFilter("actor", _l("Who"), lambda text: AuditEvent.actor_label == text),
        TextFilter("record", _l("Record"), lambda text: AuditEvent.subject_id == text),
        DateFilter("from", _l("From"), lambda moment: AuditEvent.at >= moment),
        DateFilter("to", _l("To"), lambda moment: AuditEvent.at < moment, whole_day=True),
    )
    search_hint = _l("Who, to whom, reason or request")

    def search(self, select: sa.Select[Any], term: str) -> sa.Select[Any]:
        columns = (AuditEvent.actor_label, AuditEvent.subject_label, AuditEvent.reason, AuditEvent.action)
        matches = [column.icontains(term, autoescape=True) for column in columns]
        return select.where(
            sa.or_(
                *matches,
                AuditEvent.subject_id == term.lower(),
                AuditEvent.request_id == term,
            )
        )

    def title_of(self, row: AuditEvent) -> str:
        return f"{row.action} #{row.id}"
