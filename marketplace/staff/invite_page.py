"""The public pages on which a colleague-to-be makes their account by an invite."""

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from marketplace.audit import record
from marketplace.backoffice.submitting import status_of, submit
from marketplace.extensions import client_address, db, limiter, settings
from marketplace.passwords import hash_password
from marketplace.staff.cookie import stand_for
from marketplace.staff.device import remember_device
from marketplace.staff.forms import NewAccountForm
from marketplace.staff.invites import accept_invite, dead_invite_sentence, open_invite
from marketplace.staff.sessions import end_session, start_session
from marketplace.web.errors import error_page
from marketplace.web.headers import hide_referrer
from marketplace.words import gettext as _

TOKEN = "invite_token"  # noqa: S105 - the name under which the session keeps it
TRIES = "20 per 5 minutes"

blueprint = Blueprint("invite", __name__, url_prefix="/invite")
blueprint.after_request(hide_referrer)


@blueprint.route("/<token>")
@limiter.limit(TRIES, key_func=client_address, deduct_when=lambda response: response.status_code == 404)
def open_link(token: str) -> Response:
    """Move the token from the address into the session; opening the link does not use it up."""
    if open_invite(db.session(), token) is None:
        return _dead_invite()
    session[TOKEN] = token
    return redirect(url_for("invite.new_account"))


@blueprint.route("/account", methods=["GET", "POST"])
@limiter.limit(TRIES, key_func=client_address, methods=["POST"])
def new_account() -> Response:
    token = session.get(TOKEN, "")
    invite = open_invite(db.session(), token) if token else None
    if invite is None:
        session.pop(TOKEN, None)
        return _dead_invite()
    form, email, role = NewAccountForm(data={"name": invite.name}), invite.email, invite.role
    form.about = (email, form.name.data or "")
    if request.method == "POST" and form.validate():
        name = form.name.data or ""
        password_hash = hash_password(form.password.data or "", cost=settings().bcrypt_cost)
        earlier = session.get("_user_id", "")

        def accept() -> str:
            member = accept_invite(db.session(), token, name=name, password_hash=password_hash)
            record("staff.signed_in", member, actor=member, label=member.email)
            end_session(db.session(), earlier)
            return start_session(member, address=client_address(), user_agent=request.user_agent.string)

        key = submit(form, accept)
        if key is not None:
            stand_for(key)
            answer = redirect(url_for("admin.index"))
            remember_device(answer, email)
            return answer
        if status_of(form) == 404:  # Somebody was quicker.
            session.pop(TOKEN, None)
            return _dead_invite()
    elif request.method == "POST":
        form.outcome = 422
    page = render_template("staff/new_account.html", form=form, email=email, role=role)
    return make_response(page, status_of(form))


def _dead_invite() -> Response:
    return error_page(404, dead_invite_sentence(), title=_("This link no longer works"))
