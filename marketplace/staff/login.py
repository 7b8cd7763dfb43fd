"""Logging in and out: who a request comes from."""

import datetime as dt
import uuid

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, UserMixin, current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as AnyResponse

from marketplace.audit import record
from marketplace.backoffice.addresses import own_path
from marketplace.connections import was_in_the_way
from marketplace.extensions import client_address, db, login_manager, settings
from marketplace.passwords import decoy_hash, hash_password, is_outdated, password_matches
from marketplace.permissions import Permission, may
from marketplace.staff.cookie import stand_for
from marketplace.staff.forms import LogInForm
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import renew_password_hash
from marketplace.staff.sessions import (
    LiveSession,
    end_session,
    find_session,
    needs_touch,
    start_session,
    touch_session,
)
from marketplace.staff.throttle import in_turn
from marketplace.transaction import in_transaction, transaction

blueprint = Blueprint("staff_login", __name__)


class SignedIn(UserMixin):
    """The staff member behind a request, known by the key in the browser's cookie."""

    def __init__(self, key: str, member: LiveSession) -> None:
        self.id = key
        self.member = member
        self.member_id: uuid.UUID = member.id

    def may(self, permission: Permission) -> bool:
        return may(self.member.role, permission)

    def account(self) -> StaffMember:
        """Return the row of the member."""
        return db.session.get_one(StaffMember, self.member_id)


class Stranger(AnonymousUserMixin):
    """Whoever is not logged in, and may nothing."""

    member = None

    def may(self, _permission: Permission) -> bool:
        return False


def init_login(app: Flask) -> None:
    login_manager.anonymous_user = Stranger
    login_manager.session_protection = None  # The key of a session kept on the server needs no fingerprint.
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(ask_to_log_in)
    login_manager.init_app(app)
    app.register_blueprint(blueprint)


def ask_to_log_in() -> AnyResponse:
    """Lead a page's visitor to the log-in and back; answer anything else with 401."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("staff_login.log_in", next=own_path(request.full_path.rstrip("?"))))
    return abort(401)


@blueprint.route("/login", methods=["GET", "POST"])
def log_in() -> AnyResponse:
    form = LogInForm(next=own_path(request.args.get("next")) or "")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(url_for("admin.index"))
        return make_response(render_template("staff/login.html", form=form))
    with in_turn(email=form.email.data or "", address=client_address()) as tries:
        member = _check(form.email.data, form.password.data) if form.validate() else None
        if member is None:
            tries.count_failure()
            status = 422 if form.errors else 401
            form.form_errors = [] if form.errors else [_("E-mail and password do not fit together.")]
            return make_response(render_template("staff/login.html", form=form), status)
    _sign_in(member, form.password.data or "")
    return redirect(own_path(form.next.data) or url_for("admin.index"))


@blueprint.route("/logout", methods=["POST"])
def log_out() -> AnyResponse:
    if not current_user.is_authenticated:
        return ask_to_log_in()
    in_transaction(_sign_out)
    session.clear()
    return redirect(url_for("staff_login.log_in"))


def _sign_out() -> None:
    end_session(db.session(), current_user.id)
    record("staff.signed_out", current_user.account(), actor=current_user.member, label=current_user.member.email)


def _check(email: str, password: str) -> StaffMember | None:
    """Return the active member with this e-mail and password; an unknown e-mail takes as long as a wrong password."""
    member = db.session.scalars(
        sa.select(StaffMember).where(StaffMember.email == email.lower()).options(undefer(StaffMember.password_hash)),
    ).one_or_none()
    known_hash = member.password_hash if member else decoy_hash(settings().bcrypt_cost)
    fits = password_matches(password, known_hash)
    return member if member and fits and member.is_active else None


def _sign_in(member: StaffMember, password: str) -> None:
    cost = settings().bcrypt_cost
    new_hash = hash_password(password, cost=cost) if is_outdated(member.password_hash, cost=cost) else None
    earlier = session.get("_user_id", "")

    def begin() -> str:
        record("staff.signed_in", member, actor=member, label=member.email)
        end_session(db.session(), earlier)
        if new_hash:
            renew_password_hash(member, password_hash=new_hash)
        return start_session(member, address=client_address(), user_agent=request.user_agent.string)

    stand_for(in_transaction(begin))


def _load(key: str) -> SignedIn | None:
    found = _find(key)
    if found is not None and needs_touch(found):
        _note_use(found)
    return SignedIn(key, found) if found is not None else None


def _note_use(live: LiveSession) -> None:
    """Note that the session is in use; while others write, the next request can do that as well."""
    try:
        with transaction(waits=False) as database:
            touch_session(database, live.session_id)
    except OperationalError as failure:
        if not was_in_the_way(failure):
            raise


def _find(key: str) -> LiveSession | None:
    return find_session(
        db.session(),
        key,
        idle=dt.timedelta(minutes=settings().session_idle_minutes),
        absolute=dt.timedelta(hours=settings().session_hours),
    )
