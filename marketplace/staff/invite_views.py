"""The screen of invites."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import make_response, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from marketplace.backoffice.cells import badge_cell, brief_time_cell, time_cell, wrapped_cell
from marketplace.backoffice.fields import PlainForm
from marketplace.backoffice.filters import ChoiceFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.screen import actor
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.table import TableView, Verb
from marketplace.errors import NotAllowedNow
from marketplace.extensions import db, settings
from marketplace.permissions import Permission
from marketplace.sealing import BrokenSealError, Purpose, seal, unseal
from marketplace.staff.forms import InviteForm
from marketplace.staff.invites import (
    VALID,
    InviteState,
    invite_colleague,
    new_token,
    revoke_invite,
    revoke_refusal,
    state_condition,
    state_of,
)
from marketplace.staff.mail import mail_invite
from marketplace.staff.models import StaffInvite
from marketplace.transaction import after_commit
from marketplace.web.headers import hide_referrer
from marketplace.web.links import on_configured_origin, on_this_host

PAGE_LASTS = dt.timedelta(hours=1)

STATES = [
    (InviteState.OPEN.value, _l("Open")),
    (InviteState.USED.value, _l("Used")),
    (InviteState.VOIDED.value, _l("Voided")),
    (InviteState.EXPIRED.value, _l("Expired")),
]

state_cell = badge_cell(
    state_of,
    lambda: {
        InviteState.OPEN: (_("open"), "pending"),
        InviteState.USED: (_("used"), "completed"),
        InviteState.VOIDED: (_("voided"), "cancelled"),
        InviteState.EXPIRED: (_("expired"), "cancelled"),
    },
)


def invite_link(token: str) -> str:
    """Return the address to hand out: where staff are, else on the configured origin.

    :raises NotAllowedNow: when only the request says which host that is.
    """
    link = on_this_host("invite.open_link", token=token) or on_configured_origin("invite.open_link", token=token)
    if link is None:
        raise NotAllowedNow(_("No link can be made: TRUSTED_HOSTS or RESET_LINK_BASE_URL has to say where we are."))
    return link


class InviteView(TableView):
    record_name = "invite"
    read_permission = create_permission = Permission.STAFF_MANAGE
    new_form = InviteForm
    create_template = "staff/invite.html"
    empty_hint = _l("Colleagues get their accounts by invites.")

    column_list = ("email", "role", "state", "invited_by", "created_at", "expires_at")
    column_details_list = ("email", "name", "role", "state", "invited_by", "created_at", "expires_at", "used_at")
    column_labels: ClassVar[Mapping[str, Any]] = {
        "email": _l("For"),
        "name": _l("Name"),
        "role": _l("Role"),
        "state": _l("State"),
        "invited_by": _l("By"),
        "created_at": _l("Invited"),
        "expires_at": _l("Expires"),
        "used_at": _l("Used"),
    }
    cells: ClassVar[Mapping[str, Any]] = {
        "state": state_cell,
        "created_at": time_cell,
        "expires_at": time_cell,
        "used_at": time_cell,
    }
    list_cells: ClassVar[Mapping[str, Any]] = {
        "email": wrapped_cell,
        "invited_by": wrapped_cell,
        "created_at": brief_time_cell,
        "expires_at": brief_time_cell,
    }
    sort_columns: ClassVar[Mapping[str, Any]] = {"email": StaffInvite.email, "created_at": StaffInvite.created_at}
    list_filters = (ChoiceFilter("state", _l("State"), STATES, state_condition),)
    searched = Search(
        StaffInvite.id,
        through=((StaffInvite.id, Source(StaffInvite.id, spaced_text(StaffInvite.email, StaffInvite.name))),),
        ids=(StaffInvite.id,),
    )
    search_hint = _l("E-mail or name")

    def is_visible(self) -> bool:
        return False  # It is reached from the list of staff.

    def title_of(self, row: StaffInvite) -> str:
        return _("Invite for %(email)s", email=row.email)

    def verbs(self, row: StaffInvite) -> Sequence[Verb]:
        return (Verb(_("Revoke"), self.get_url(".revocation_view", record_id=row.id), revoke_refusal(row), "danger"),)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Response:
        """Invite a colleague; the link is mailed, or shown once where no mail is sent."""
        form = InviteForm()
        token = _token_of(form.sealed.data) or new_token()
        form.sealed.data = seal(token, Purpose.INVITE)
        invited = self.submit(form, lambda: self._invite(form, token)) if request.method == "POST" else None
        template = "staff/invited.html" if invited else self.create_template
        hours = int(VALID.total_seconds() // 3600)
        page = self.render(
            template, form=form, invited=invited, hours=hours, email=form.email.data, sends_mail=settings().sends_mail
        )
        return hide_referrer(make_response(page, self.status_of(form)))

    @requires(Permission.STAFF_MANAGE)
    @expose("/<uuid:record_id>/revocation", methods=("GET", "POST"))
    def revocation_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        invite, form = self.find(str(record_id)), PlainForm()
        return self.verb_page(
            invite,
            form,
            lambda: revoke_invite(invite, actor=actor()),
            title=_("Revoke this invite"),
            done=_("The invite is revoked."),
            template="admin/model/verb.html",
            refusal=revoke_refusal(invite),
            style="danger",
        )

    @staticmethod
    def _invite(form: InviteForm, token: str) -> Mapping[str, str]:
        link, by = invite_link(token), actor().name
        invite, is_new = invite_colleague(
            db.session(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=form.role.data,
            token=token,
            actor=actor(),
        )
        if not settings().sends_mail:
            return {"link": link}
        email = invite.email
        told: dict[str, str] = {"mailed_to": email}

        def send() -> None:
            if not mail_invite(email, link, invited_by=by):
                told["link"] = link  # There is another way to bring it.

        if is_new:
            after_commit(send)
        return told


def _token_of(sealed: str | None) -> str | None:
    """Return the token that the page was opened with: sent twice, it invites once."""
    try:
        return unseal(sealed or "", Purpose.INVITE, within=PAGE_LASTS)
    except BrokenSealError:
        return None
