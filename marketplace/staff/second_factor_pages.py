"""The pages of one's own second factor: set up, moved to another app, given up; recovery codes made anew."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import segno
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from marketplace.backoffice.cells import html
from marketplace.backoffice.guard import ClosedView, for_every_member
from marketplace.backoffice.screen import actor
from marketplace.backoffice.submitting import status_of, submit
from marketplace.extensions import db, settings
from marketplace.sealing import BrokenSealError, Purpose, seal, unseal
from marketplace.staff.codes import app_address, in_groups, new_recovery_codes, new_secret
from marketplace.staff.forms import RecoveryCodesForm, SetUpForm
from marketplace.staff.proof import PasswordProofForm
from marketplace.staff.second_factor import (
    factor_state,
    recovery_set,
    remove_second_factor,
    renew_recovery_codes,
    set_up_totp,
)
from marketplace.web.headers import hide_referrer

PAGE_LASTS = dt.timedelta(hours=1)
"""How long a page that shows a secret can be sent."""


@dataclass(frozen=True)
class Offer:
    """A secret and recovery codes that a page offers: chosen by chance when it is opened, kept when it is sent.

    They wait in the page itself, sealed, so that opening it stores nothing, and sending it twice shows the same.
    """

    secret: str
    recovery_codes: Sequence[str]
    instead_of: str
    """The name of the recovery codes of before."""

    def sealed(self) -> str:
        told = {"whose": str(current_user.member.session_id), **asdict(self)}
        return seal(json.dumps(told), Purpose.SECOND_FACTOR_OFFER)

    @classmethod
    def made(cls) -> "Offer":
        return cls(new_secret(), new_recovery_codes(), recovery_set(db.session(), current_user.member_id))

    @classmethod
    def sent(cls, sealed: str | None) -> "Offer | None":
        """Return what the page offered in this very session; None where it came back otherwise."""
        try:
            told: dict[str, Any] = json.loads(unseal(sealed or "", Purpose.SECOND_FACTOR_OFFER, within=PAGE_LASTS))
        except BrokenSealError:
            return None
        is_ours = told.pop("whose", None) == str(current_user.member.session_id)
        return cls(**told) if is_ours else None


class SecondFactorPages(ClosedView):
    @for_every_member
    @expose("/second-factor", methods=("GET", "POST"))
    def second_factor_view(self) -> Response:
        """Show a secret as a QR code, and take it once the app's code is typed."""
        form = SetUpForm()
        offer = Offer.sent(form.sealed.data) if request.method == "POST" else None
        if offer is not None and submit(form, partial(self._set_up, offer, form.code.data or "")):
            return self._show_codes(offer, _("Your second factor is set up"))
        if offer is None:
            offer = Offer.made()
            if request.method == "POST":  # The secret on the page is another one now: the app has to be told.
                form.outcome = 409
                form.form_errors = [_("This page was open for too long. Take the code below into your app instead.")]
            form.sealed.data = offer.sealed()
        page = render_template(
            "staff/second_factor.html",
            form=form,
            secret=in_groups(offer.secret),
            picture=qr_code(app_address(offer.secret, current_user.member.email)),
            state=factor_state(db.session(), current_user.member_id),
            must=current_user.lacks_second_factor,
        )
        return hide_referrer(make_response(page, status_of(form)))

    @for_every_member
    @expose("/recovery-codes", methods=("GET", "POST"))
    def recovery_codes_view(self) -> Response:
        form = RecoveryCodesForm()
        offer = Offer.sent(form.sealed.data) if request.method == "POST" else None
        if offer is not None and submit(form, partial(self._renew_codes, offer)):
            return self._show_codes(offer, _("Your new recovery codes"))
        if offer is None:
            form.sealed.data = Offer.made().sealed()
            if request.method == "POST":
                form.outcome = 409
                form.form_errors = [_("This page was open for too long, so nothing was done. Press the button again.")]
        state = factor_state(db.session(), current_user.member_id)
        page = render_template("staff/recovery_codes.html", form=form, state=state)
        return make_response(page, status_of(form))

    @for_every_member
    @expose("/second-factor/removal", methods=("GET", "POST"))
    def removal_view(self) -> Response:
        form = PasswordProofForm()
        if request.method == "POST" and submit(form, self._remove):
            flash(_("Your second factor is removed. Wherever else you were logged in, you no longer are."), "success")
            return redirect(url_for("profile.index_view"))
        return make_response(render_template("staff/remove_second_factor.html", form=form), status_of(form))

    @staticmethod
    def _set_up(offer: Offer, code: str) -> bool:
        set_up_totp(
            current_user.account(),
            secret=offer.secret,
            code=code,
            recovery_codes=offer.recovery_codes,
            instead_of=offer.instead_of,
            keeping=current_user.member.session_id,
            actor=actor(),
        )
        return True

    @staticmethod
    def _renew_codes(offer: Offer) -> bool:
        renew_recovery_codes(
            current_user.account(),
            recovery_codes=offer.recovery_codes,
            instead_of=offer.instead_of,
            actor=actor(),
        )
        return True

    @staticmethod
    def _remove() -> bool:
        member = current_user.account()
        is_required = member.role in settings().require_second_factor
        remove_second_factor(member, is_required=is_required, keeping=current_user.member.session_id, actor=actor())
        return True

    @staticmethod
    def _show_codes(offer: Offer, title: str) -> Response:
        """Show the recovery codes, which nobody will see again."""
        codes = [in_groups(code) for code in offer.recovery_codes]
        page = render_template("staff/shown_codes.html", title=title, codes=codes, email=current_user.member.email)
        return hide_referrer(make_response(page))


def qr_code(text: str) -> Markup:
    """Draw `text` as a QR code: dark on light in either colour scheme, since not every camera reads the reverse."""
    drawn = segno.make(text, error="m", micro=False)
    return html(drawn.svg_inline(scale=5, border=3, light="#fff", svgclass="qr-code", lineclass=None))
