"""The screen of staff accounts."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from marketplace.backoffice.cells import badge_cell, brief_time_cell, time_cell, wrapped_cell
from marketplace.backoffice.filters import ChoiceFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.screen import actor
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.table import TableView, Verb
from marketplace.extensions import db, settings
from marketplace.permissions import Permission
from marketplace.staff.forms import ROLES, StaffMemberForm
from marketplace.staff.models import StaffMember, has_second_factor
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

second_factor_cell = badge_cell(
    lambda row: (
        "set up" if row.has_second_factor else "missing" if row.role in settings().require_second_factor else "none"
    ),
    lambda: {
        "set up": (_("set up"), "confirmed"),
        "missing": (_("required, missing"), "malformed"),
        "none": (_("none"), "cancelled"),
    },
)


MOST_COLLEAGUES = 500


def colleagues() -> dict[str, str]:
    """Return e-mail and name of everybody who works here or did."""
    found = sa.select(StaffMember.email, StaffMember.name).order_by(StaffMember.email).limit(MOST_COLLEAGUES)
    return {row.email: row.name for row in db.session.execute(found)}


class StaffView(TableView):
    record_name = "staff member"
    read_permission = edit_permission = Permission.STAFF_MANAGE
    list_template = "staff/list.html"
    change_form = StaffMemberForm

    column_list = ("email", "name", "role", "is_active", "has_second_factor", "created_at")
    column_details_list = (
        *("email", "name", "role", "is_active", "has_second_factor"),
        *("timezone", "locale", "created_at", "updated_at"),
    )
    column_labels = {
        "email": _l("E-mail"),
        "name": _l("Name"),
        "role": _l("Role"),
        "is_active": _l("State"),
        "has_second_factor": _l("Second factor"),
        "timezone": _l("Time zone"),
        "locale": _l("Locale"),
        "created_at": _l("Since"),
        "updated_at": _l("Changed"),
    }
    cells = {
        "is_active": active_cell,
        "has_second_factor": second_factor_cell,
        "created_at": time_cell,
        "updated_at": time_cell,
    }
    list_cells = {"email": wrapped_cell, "name": wrapped_cell, "created_at": brief_time_cell}
    sort_columns = {
        "email": StaffMember.email,
        "name": StaffMember.name,
        "created_at": StaffMember.created_at,
    }
    default_sort = ("email", False)
    list_filters = (
        ChoiceFilter("role", _l("Role"), ROLES, lambda role: StaffMember.role == role),
        ChoiceFilter(
            "second_factor",
            _l("Second factor"),
            [("yes", _l("Set up")), ("no", _l("Not set up"))],
            lambda chosen: has_second_factor(StaffMember.id) == (chosen == "yes"),
        ),
    )
    searched = Search(
        StaffMember.id,
        through=((StaffMember.id, Source(StaffMember.id, spaced_text(StaffMember.email, StaffMember.name))),),
        ids=(StaffMember.id,),
    )
    search_hint = _l("E-mail or name")

    def listed(self, page: sa.FromClause) -> sa.Select[Any]:
        return sa.select(*page.c, has_second_factor(page.c.id).label("has_second_factor"))

    def row_details(self) -> sa.Select[Any]:
        return self.rows().options(undefer(StaffMember.has_second_factor))

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
        return self._act_on(
            record_id,
            disable_staff_member,
            partial(disable_refusal, actor=actor()),
            title=_("Disable %(email)s"),
            done=_("The account is disabled."),
        )

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/enabling", methods=("GET", "POST"))
    def enabling_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        return self._act_on(
            record_id,
            enable_staff_member,
            enable_refusal,
            title=_("Enable %(email)s"),
            done=_("The account is open again."),
            style="primary",
        )

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/second-factor-reset", methods=("GET", "POST"))
    def second_factor_reset_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        return self._act_on(
            record_id,
            reset_second_factor,
            partial(reset_refusal, actor=actor()),
            title=_("Reset the second factor of %(email)s"),
            done=_("The second factor is reset. They are logged out everywhere, and can log in with their password."),
        )

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/sessions-ending", methods=("GET", "POST"))
    def sessions_ending_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        return self._act_on(
            record_id,
            end_sessions_of,
            partial(end_sessions_refusal, actor=actor()),
            title=_("End all sessions of %(email)s"),
            done=_("They are logged out everywhere."),
        )

    def _act_on(
        self,
        record_id: uuid.UUID,
        act: Callable[..., None],
        refusal_of: Callable[[StaffMember], str | None],
        *,
        title: str,
        done: str,
        style: str = "danger",
    ) -> Response | tuple[str, int]:
        """Show the page of a verb about a member, and do it once a reason is given and one's own password proved."""
        member, form = self.find(str(record_id)), ProvenReasonForm()
        return self.verb_page(
            member,
            form,
            lambda: act(member, reason=form.reason.data, actor=actor()),
            title=title % {"email": member.email},
            done=done,
            template="admin/model/verb.html",
            refusal=refusal_of(member),
            style=style,
        )
