"""The page of one's own account: how times and figures are written, and the password."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from marketplace.backoffice.addresses import own_path
from marketplace.backoffice.conflicts import keep_disputes_in_view, refuse_conflicts
from marketplace.backoffice.guard import for_every_member
from marketplace.backoffice.screen import actor
from marketplace.backoffice.submitting import status_of, submit
from marketplace.database import lock, utcnow
from marketplace.extensions import client_address, db, settings
from marketplace.passwords import hash_password
from marketplace.staff.cookie import stand_for
from marketplace.staff.devices import device_of
from marketplace.staff.forms import ZONES, OwnPasswordForm, ProfileForm
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import change_staff_password, edit_staff_member
from marketplace.staff.proof import PasswordProofForm, prove
from marketplace.staff.second_factor import factor_state
from marketplace.staff.second_factor_pages import SecondFactorPages
from marketplace.staff.session_pages import SessionPages
from marketplace.staff.sessions import live_sessions, start_session
from marketplace.staff.visitor import lifetimes
from marketplace.transaction import in_transaction
from marketplace.web.locales import locale_words

SAMPLE = Decimal("1234.56")


class ProfileView(SecondFactorPages, SessionPages):
    @for_every_member
    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Response | tuple[str, int]:
        member = current_user.account()
        form = ProfileForm(request.form or None, obj=member)
        if request.method == "GET":
            form.remember()
        elif submit(form, lambda: self._save(form, member)):
            flash(_("Saved."), "success")
            return redirect(self.address)
        member = current_user.account()
        keep_disputes_in_view(form, ProfileForm(MultiDict(), obj=member), member)
        return self._page(form, OwnPasswordForm(formdata=None), status_of(form))

    @for_every_member
    @expose("/password", methods=("GET", "POST"))
    def password_view(self) -> Response | tuple[str, int]:
        form = OwnPasswordForm()
        form.about = (current_user.member.email, current_user.member.name)
        if request.method == "GET" or self._change_password(form):
            return redirect(self.address)
        profile = ProfileForm(formdata=None, obj=current_user.account())
        profile.remember()
        return self._page(profile, form, status_of(form))

    @for_every_member
    @expose("/proof", methods=("GET", "POST"))
    def proof_view(self) -> Response | tuple[str, int]:
        """Ask for the password, then lead to what it was asked for: a page, or a file that is fetched from here."""
        there = own_path(request.args.get("next")) or self.address
        form = PasswordProofForm()
        is_file = request.args.get("download") == "1"
        if form.own_password is not None and not (request.method == "POST" and form.validate()):
            status = getattr(form, "outcome", 422) if form.errors else 200
            return render_template("staff/proof.html", form=form, is_file=is_file), status
        if not is_file:
            return redirect(there)
        return render_template("staff/proved.html", there=there), 200

    @staticmethod
    def _page(profile: ProfileForm, password: OwnPasswordForm, status: int) -> tuple[str, int]:
        marketplace = {"zone": settings().timezone, "locale": locale_words(settings().locale)}
        samples: Mapping[str, Any] = {"now": utcnow(), "amount": SAMPLE, "marketplace": marketplace, "zones": ZONES}
        member = current_user.member
        security = {
            "factor": factor_state(db.session(), member.id),
            "is_required": member.role in settings().require_second_factor,
            "sessions": live_sessions(db.session(), member.id, **lifetimes()),
            "device_of": device_of,
        }
        page = render_template("staff/profile.html", profile=profile, password=password, **samples, **security)
        return page, status

    @staticmethod
    def _save(form: ProfileForm, member: StaffMember) -> None:
        lock(member)
        changes = refuse_conflicts(form, ProfileForm(MultiDict(), obj=member), member)
        edit_staff_member(member, changes={name: new or None for name, new in changes.items()}, actor=actor())

    @staticmethod
    def _change_password(form: OwnPasswordForm) -> bool:
        """Set the new password and go on in a session of a new key; every other session of the member ends."""
        if not form.validate() or not _is_own(form):
            form.outcome = 422
            return False
        password_hash = hash_password(form.password.data or "", cost=settings().bcrypt_cost)

        def change() -> str:
            member = current_user.account()
            change_staff_password(member, password_hash=password_hash, actor=actor())
            return start_session(member, address=client_address(), user_agent=request.user_agent.string)

        stand_for(in_transaction(change))
        flash(_("Your password is changed. Wherever else you were logged in, you no longer are."), "success")
        return True


def _is_own(form: OwnPasswordForm) -> bool:
    if prove(form.current_password.data or ""):
        return True
    form.current_password.errors = (_("This is not your present password."),)
    return False
