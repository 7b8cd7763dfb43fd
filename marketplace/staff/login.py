"""Logging in, in one step or two, and out."""

from flask import Blueprint, Flask, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.audit import record
from marketplace.backoffice.addresses import own_path
from marketplace.extensions import db
from marketplace.staff.forms import CodeForm, LogInForm
from marketplace.staff.sessions import end_session
from marketplace.staff.signing_in import (
    half_signed_in,
    keep_half,
    member_with,
    needs_code,
    note_failed,
    sign_in,
    with_renewed_hash,
)
from marketplace.staff.throttle import in_turn
from marketplace.staff.visitor import ask_to_log_in, init_visitors
from marketplace.transaction import in_transaction

blueprint = Blueprint("staff_login", __name__)


def init_login(app: Flask) -> None:
    init_visitors(app)
    app.register_blueprint(blueprint)


@blueprint.route("/login", methods=["GET", "POST"])
def log_in() -> Response:
    form = LogInForm(next=own_path(request.args.get("next")) or "")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(url_for("admin.index"))
        return make_response(render_template("staff/login.html", form=form))
    email = form.email.data or ""
    may_record = False
    with in_turn(email) as tries:
        known = member_with(email, form.password.data) if form.validate() else None
        if known is None:
            may_record = tries.count_failure()
    if known is None:
        if may_record and not form.errors:
            note_failed(email, step="password")
        return _refused(form)
    known = with_renewed_hash(known, form.password.data or "")
    there = own_path(form.next.data)
    if needs_code(known.member):
        keep_half(known)
        return redirect(url_for(".ask_for_code", next=there))
    return sign_in(known, then=there or url_for("admin.index")) or _refused(form)


@blueprint.route("/login/code", methods=["GET", "POST"])
def ask_for_code() -> Response:
    """Ask for the code of the second factor; until it is given, the password has opened nothing."""
    if current_user.is_authenticated:
        return redirect(url_for("admin.index"))
    known = half_signed_in()
    if known is None:
        session.pop("half_log_in", None)
        return redirect(url_for(".log_in", next=own_path(request.args.get("next"))))
    form = CodeForm(next=own_path(request.args.get("next")) or "")
    answer, may_record, email = None, False, known.member.email
    if request.method == "POST":
        db.session.rollback()  # Nothing is held while others have their turn.
        with in_turn(email, of_codes=True) as tries:
            if form.validate():
                then = own_path(form.next.data) or url_for("admin.index")
                answer = sign_in(known, then=then, code=form.code.data or "")
            may_record = answer is None and tries.count_failure()
    if answer is not None:
        return answer
    if may_record and not form.errors:
        note_failed(email, step="code")
    if request.method == "POST" and not form.errors:
        form.code.errors = (_("This code is not good, or no more. Each works once: wait for the next one."),)
    page = render_template("staff/login_code.html", form=form, email=email, with_recovery="recovery" in request.args)
    return make_response(page, 401 if request.method == "POST" else 200)


@blueprint.route("/logout", methods=["POST"])
def log_out() -> Response:
    if not current_user.is_authenticated:
        return ask_to_log_in()
    in_transaction(_sign_out)
    session.clear()
    return redirect(url_for("staff_login.log_in"))


def _refused(form: LogInForm) -> Response:
    status = 422 if form.errors else 401
    form.form_errors = [] if form.errors else [_("E-mail and password do not fit together.")]
    return make_response(render_template("staff/login.html", form=form), status)


def _sign_out() -> None:
    end_session(db.session(), current_user.id)
    record("staff.signed_out", current_user.account(), actor=current_user.member, label=current_user.member.email)
