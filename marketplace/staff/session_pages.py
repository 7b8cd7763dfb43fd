"""The pages on which a member ends their own sessions elsewhere: one, or all of them."""

import uuid

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.backoffice.guard import ClosedView, for_every_member
from marketplace.backoffice.screen import actor
from marketplace.backoffice.submitting import status_of, submit
from marketplace.extensions import db
from marketplace.staff.devices import device_of
from marketplace.staff.models import StaffSession
from marketplace.staff.operations import end_other_sessions, end_own_session
from marketplace.staff.proof import PasswordProofForm


class SessionPages(ClosedView):
    @for_every_member
    @expose("/sessions/<uuid:record_id>/ending", methods=("GET", "POST"))
    def session_ending_view(self, record_id: uuid.UUID) -> Response:
        found = db.session.get(StaffSession, record_id)
        if found is None or found.member_id != current_user.member_id or record_id == current_user.member.session_id:
            abort(404)  # One's own is ended by logging out.
        form, device = PasswordProofForm(), device_of(found.user_agent)

        def end() -> None:
            end_own_session(current_user.account(), record_id, device=device, actor=actor())

        if request.method == "POST" and submit(form, end):
            return _done(_("That session is ended."))
        return _asked(form, _("End the session on %(device)s", device=device), found)

    @for_every_member
    @expose("/sessions/ending", methods=("GET", "POST"))
    def sessions_ending_view(self) -> Response:
        form = PasswordProofForm()
        keeping = current_user.member.session_id
        if request.method == "POST" and submit(
            form, lambda: end_other_sessions(current_user.account(), keeping=keeping, actor=actor())
        ):
            return _done(_("All your other sessions are ended."))
        return _asked(form, _("End all other sessions"), None)


def _done(sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("profile.index_view", _anchor="sessions"))


def _asked(form: PasswordProofForm, title: str, found: StaffSession | None) -> Response:
    page = render_template("staff/end_sessions.html", form=form, title=title, session=found)
    return make_response(page, status_of(form))
