"""The screen of the reset-link desk: every link, by whom, for whom, and how it ended."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from marketplace.accounts import queries
from marketplace.accounts.cells import short_person_cell, token_state_cell
from marketplace.accounts.models import Ending, PasswordResetToken, Way
from marketplace.accounts.reset_links import revoke_refusal, revoke_reset_token
from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.cells import (
    NONE,
    Cell,
    breakable,
    brief_time_cell,
    email_cell,
    html,
    linker,
    moment_tag,
    time_cell,
)
from marketplace.backoffice.fields import PlainForm
from marketplace.backoffice.filters import ChoiceFilter, DateFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import TableView, Verb
from marketplace.batches.work import Deed, one_by_one
from marketplace.extensions import db
from marketplace.permissions import Permission

STATES = [
    ("active", _l("Active or outdated")),
    ("used", _l("Used")),
    ("voided", _l("Voided")),
    ("revoked", _l("Revoked")),
    ("outdated", _l("Outdated by another password")),
    ("closed", _l("Used or voided elsewhere")),
    ("expired", _l("Expired")),
]


def issuer_cell(_name: str) -> Cell:
    link = linker("staff.details_view", Permission.STAFF_MANAGE)

    def cell(row: Any) -> Markup:
        known = row.record
        if known is None or known.issuer_label is None:
            return html(f'<span title="{escape(_("Issued by another program"))}">—</span>')
        if known.issuer_id is None:
            return breakable(known.issuer_label)
        return link(known.issuer_id, breakable(known.issuer_label))

    return cell


def owner_cell(name: str) -> Cell:
    person, nobody = short_person_cell(name), _("no account")
    return lambda row: person(row) if row.user else html(f'<span class="status-malformed">{nobody}</span>')


def way_cell(_name: str) -> Cell:
    words = {Way.MAILED: _("Mailed to the address of the account"), Way.SHOWN: _("Shown to who issued it")}
    return lambda row: words.get(row.record.way, NONE) if row.record else NONE


def reason_cell(_name: str) -> Cell:
    return lambda row: (row.record and row.record.reason) or NONE


def ending_cell(_name: str) -> Cell:
    """Make the cell that says how a link ended, when, and by whom."""
    write = moment_tag()
    words = {
        Ending.USED: _("A new password was set by it"),
        Ending.VOIDED: _("It was voided, as a newer link, another address or a new password took its place"),
        Ending.REVOKED: _("It was revoked"),
    }

    def cell(row: PasswordResetToken) -> Any:
        known = row.record
        if known is None or known.ended_as is None:
            return _("Another program ended it, by using or by voiding it") if row.is_used else NONE
        what, who = escape(words[Ending(known.ended_as)]), breakable(known.ended_by or "—")
        return html(f"{what}: {who}, {write(known.ended_at)}")

    return cell


def issuer_choices() -> list[tuple[str, str]]:
    return [(str(each.id), each.email) for each in queries.issuers(db.session())]


class ResetTokenView(TableView):
    record_name = "reset token"
    read_permission = Permission.RESET_TOKENS_READ
    column_list = ("email", "user", "state", "issuer", "created_at", "expires_at")
    column_details_list = ("user", "state", "issuer", "reason", "way", "created_at", "expires_at", "ending")
    column_labels = {
        "email": _l("For"),
        "user": _l("Account"),
        "state": _l("State"),
        "issuer": _l("By"),
        "reason": _l("Reason"),
        "way": _l("How it went out"),
        "created_at": _l("Issued"),
        "expires_at": _l("Expires"),
        "ending": _l("How it ended"),
    }
    cells = {
        "state": token_state_cell,
        "user": owner_cell,
        "issuer": issuer_cell,
        "reason": reason_cell,
        "way": way_cell,
        "created_at": time_cell,
        "expires_at": time_cell,
        "ending": ending_cell,
    }
    list_cells = {"email": email_cell, "created_at": brief_time_cell, "expires_at": brief_time_cell}
    sort_columns = {
        "email": Order(
            PasswordResetToken.email, PasswordResetToken.id, further=(PasswordResetToken.expires_at,), opposed=True
        ),
        "created_at": PasswordResetToken.created_at,
        "expires_at": PasswordResetToken.expires_at,
    }
    list_filters = (
        ChoiceFilter("state", _l("State"), STATES, queries.token_state_condition),
        ChoiceFilter("by", _l("By"), issuer_choices, queries.issued_by),
        DateFilter("from", _l("Issued from"), lambda moment: PasswordResetToken.created_at >= moment),
        DateFilter("to", _l("Issued to"), lambda moment: PasswordResetToken.created_at < moment, whole_day=True),
    )
    searched = queries.TOKEN_SEARCH
    search_hint = _l("E-mail")
    empty_hint = _l("Reset links are issued on the page of a user.")
    bulk_verbs = (
        BulkVerb(
            "revocation",
            _l("Revoke"),
            Permission.RESET_TOKENS_REVOKE,
            Deed(lambda token, _arguments, actor: revoke_reset_token(token, actor=actor), one_by_one(revoke_refusal)),
            PlainForm,
            style="danger",
        ),
    )

    def rows(self) -> sa.Select[Any]:
        return queries.tokens()

    def listed(self, page: sa.FromClause) -> sa.Select[Any]:
        return queries.listed_tokens(page)

    def title_of(self, row: PasswordResetToken) -> str:
        return _("Reset link for %(email)s", email=row.email)

    def verbs(self, row: PasswordResetToken) -> Sequence[Verb]:
        if not current_user.may(Permission.RESET_TOKENS_REVOKE):
            return ()
        url = self.get_url(".revocation_view", record_id=row.id)
        return (Verb(_("Revoke"), url, revoke_refusal(row), "danger"),)

    def page_parts(self, row: PasswordResetToken) -> Mapping[str, Any]:
        return {"owner_url": url_for("users.details_view", id=row.user.id) if row.user else None}

    @requires(Permission.RESET_TOKENS_REVOKE)
    @expose("/<uuid:record_id>/revocation", methods=("GET", "POST"))
    def revocation_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        token, form = self.find(str(record_id)), PlainForm()
        return self.verb_page(
            token,
            form,
            lambda: revoke_reset_token(token, actor=actor()),
            title=_("Revoke this reset link"),
            done=_("The link was revoked."),
            template="admin/model/verb.html",
            refusal=revoke_refusal(token),
        )
