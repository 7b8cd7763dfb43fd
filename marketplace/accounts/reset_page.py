"""The public page on which a person sets a new password."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from marketplace.accounts.forms import NewPasswordForm
from marketplace.accounts.reset_links import account_of, dead_link_sentence, is_live_token, reset_password
from marketplace.errors import NotAllowedNow, Unknown
from marketplace.extensions import client_address, db, limiter, settings
from marketplace.passwords import hash_password
from marketplace.transaction import in_transaction
from marketplace.web.errors import error_page
from marketplace.web.headers import hide_referrer
from marketplace.web.links import is_own_host, on_configured_origin, on_this_host
from marketplace.words import gettext as _

TOKEN = "reset_token"  # noqa: S105 - the name under which the session keeps it
TRIES = "20 per 5 minutes"

blueprint = Blueprint("reset", __name__, url_prefix="/reset")
blueprint.after_request(hide_referrer)


def reset_link(token: str) -> str:
    """Return the address to hand out: on the configured origin, else on a host that is known to be ours.

    :raises NotAllowedNow: as `origin_refusal` says.
    """
    link = on_configured_origin("reset.open_link", token=token) or on_this_host("reset.open_link", token=token)
    if link is None:
        raise NotAllowedNow(_no_origin())
    return link


def origin_refusal() -> str | None:
    """Say why no link can be made, where only the request says which host it would name; None where one can."""
    return None if settings().reset_link_base_url or is_own_host() else _no_origin()


def _no_origin() -> str:
    return _("No link can be made: RESET_LINK_BASE_URL has to say where the public page is.")


@blueprint.route("/<token>")
@limiter.limit(TRIES, key_func=client_address, deduct_when=lambda response: response.status_code == 404)
def open_link(token: str) -> AnyResponse:
    """Move the token from the address into the session; opening the link does not use it up."""
    if not is_live_token(db.session(), token, storage=settings().reset_token_storage):
        return _dead_link()
    session[TOKEN] = token
    return redirect(url_for("reset.set_password"))


@blueprint.route("/new-password", methods=["GET", "POST"])
@limiter.limit(TRIES, key_func=client_address, methods=["POST"])
def set_password() -> AnyResponse:
    token, storage = session.get(TOKEN, ""), settings().reset_token_storage
    email = account_of(db.session(), token, storage=storage) if token else None
    if email is None:
        session.pop(TOKEN, None)
        return _dead_link()
    form = NewPasswordForm()
    form.about = (email,)
    if request.method != "POST" or not form.validate():
        page = render_template("accounts/new_password.html", form=form)
        return make_response(page, 422 if form.errors else 200)
    password_hash = hash_password(form.password.data or "", cost=settings().bcrypt_cost)
    try:
        in_transaction(lambda: reset_password(db.session(), token, password_hash=password_hash, storage=storage))
        answer = make_response(render_template("accounts/password_set.html"))
    except Unknown:
        answer = _dead_link()
    session.pop(TOKEN, None)  # It stays where the database did not answer: the form can then be sent again.
    return answer


def _dead_link() -> Response:
    return error_page(404, dead_link_sentence(), title=_("This link no longer works"))
