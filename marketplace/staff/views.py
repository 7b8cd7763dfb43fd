"""The screen of staff accounts."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from marketplace.backoffice.cells import badge_cell, brief_time_cell, time_cell
from marketplace.backoffice.filters import ChoiceFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.screen import actor
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.table import TableView, Verb
from marketplace.permissions import Permission
from marketplace.staff.forms import ROLES, StaffMemberForm
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import (
    change_role,
    disable_refusal,
    disable_staff_member,
    edit_staff_member,
    enable_refusal,
    enable_staff_member,
    end_sessions_of,
    end_sessions_refusal,
)
from marketplace.staff.proof import ProvenReasonForm
from marketplace.staff.second_factor import reset_refusal, reset_second_factor

active_cell = badge_cell(
    lambda row: "active" if row.is_active else "disabled",
    lambda: {"active": (_("active"), "confirmed"), "disabled": (_("disabled"), "cancelled")},
)


class StaffView(TableView):
    record_name = "staff member"
    read_permission = edit_permission = Permission.STAFF_MANAGE
    list_template = "staff/list.html"
    change_form = StaffMemberForm

    column_list = ("email", "name", "role", "is_active", "created_at")
    column_details_list = ("email", "name", "role", "is_active", "timezone", "locale", "created_at", "updated_at")
    column_labels = {
        "email": _l("E-mail"),
        "name": _l("Name"),
        "role": _l("Role"),
        "is_active": _l("State"),
        "timezone": _l("Time zone"),
        "locale": _l("Locale"),
        "created_at": _l("Since"),
        "updated_at": _l("Changed"),
    }
    cells = {"is_active": active_cell, "created_at": time_cell, "updated_at": time_cell}
    list_cells = {"created_at": brief_time_cell}
    sort_columns = {
        "email": StaffMember.email,
        "name": StaffMember.name,
        "created_at": StaffMember.created_at,
    }
    default_sort = ("email", False)
    list_filters = (ChoiceFilter("role", _l("Role"), ROLES, lambda role: StaffMember.role == role),)
    searched = Search(
        StaffMember.id,
        through=((StaffMember.id, Source(StaffMember.id, spaced_text(StaffMember.email, StaffMember.name))),),
        ids=(StaffMember.id,),
    )
    search_hint = _l("E-mail or name")

    def verbs(self, row: StaffMember) -> Sequence[Verb]:
        if not row.is_active:
            return (
                Verb(_("Enable"), self.get_url(".enabling_view", record_id=row.id), enable_refusal(row), "success"),
            )
        disabling = self.get_url(".disabling_view", record_id=row.id)
        resetting = self.get_url(".second_factor_reset_view", record_id=row.id)
        ending = self.get_url(".sessions_ending_view", record_id=row.id)
        return (
            Verb(_("Reset second factor"), resetting, reset_refusal(row, actor=actor()), "danger"),
            Verb(_("End sessions"), ending, end_sessions_refusal(row, actor=actor()), "danger"),
            Verb(_("Disable"), disabling, disable_refusal(row, actor=actor()), "danger"),
        )

    def change_row(self, row: StaffMember, changes: Mapping[str, Any]) -> None:
        edited = {name: value or None for name, value in changes.items() if name in ("name", "timezone")}
        edit_staff_member(row, changes=edited, actor=actor())
        if "role" in changes:
            change_role(row, role=changes["role"], actor=actor())

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/disabling", methods=("GET", "POST"))
    def disabling_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        member, form = self.find(str(record_id)), ProvenReasonForm()
        return self.verb_page(
            member,
            form,
            lambda: disable_staff_member(member, reason=form.reason.data, actor=actor()),
            title=_("Disable %(email)s", email=member.email),
            done=_("The account is disabled."),
            template="admin/model/verb.html",
            refusal=disable_refusal(member, actor=actor()),
            style="danger",
        )

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/enabling", methods=("GET", "POST"))
    def enabling_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        member, form = self.find(str(record_id)), ProvenReasonForm()
        return self.verb_page(
            member,
            form,
            lambda: enable_staff_member(member, reason=form.reason.data, actor=actor()),
            title=_("Enable %(email)s", email=member.email),
            done=_("The account is open again."),
            template="admin/model/verb.html",
            refusal=enable_refusal(member),
        )

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/second-factor-reset", methods=("GET", "POST"))
    def second_factor_reset_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        member, form = self.find(str(record_id)), ProvenReasonForm()
        return self.verb_page(
            member,
            form,
            lambda: reset_second_factor(member, reason=form.reason.data, actor=actor()),
            title=_("Reset the second factor of %(email)s", email=member.email),
            done=_("The second factor is reset. They are logged out everywhere, and can log in with their password."),
            template="admin/model/verb.html",
            refusal=reset_refusal(member, actor=actor()),
            style="danger",
        )

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/sessions-ending", methods=("GET", "POST"))
    def sessions_ending_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        member, form = self.find(str(record_id)), ProvenReasonForm()
        return self.verb_page(
            member,
            form,
            lambda: end_sessions_of(member, reason=form.reason.data, actor=actor()),
            title=_("End all sessions of %(email)s", email=member.email),
            done=_("They are logged out everywhere."),
            template="admin/model/verb.html",
            refusal=end_sessions_refusal(member, actor=actor()),
            style="danger",
        )
