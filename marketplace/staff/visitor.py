"""Who a request comes from: the member behind the key in the browser's cookie, or a stranger."""

import datetime as dt
import uuid

from flask import Flask, abort, redirect, request, url_for
from flask_login import AnonymousUserMixin, UserMixin, current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from marketplace.backoffice.addresses import own_path
from marketplace.connections import was_in_the_way
from marketplace.database import utcnow
from marketplace.extensions import db, login_manager, settings
from marketplace.permissions import Permission, may
from marketplace.staff.models import StaffMember
from marketplace.staff.sessions import PROVED_FOR, LiveSession, find_session, needs_touch, touch_session
from marketplace.transaction import transaction

OPEN_WITHOUT = ("profile.second_factor_view", "staff_login", "invite", "reset", "health", "root")
"""What opens to a member who has yet to set up the second factor that their role requires: endpoints, blueprints."""


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

    @property
    def is_proved(self) -> bool:
        """Whether they have shown lately enough who they are for something dangerous."""
        return utcnow() - self.member.proved_at <= PROVED_FOR

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the role requires a second factor and there is none."""
        return self.member.role in settings().require_second_factor and not self.member.has_second_factor


class Stranger(AnonymousUserMixin):
    """Whoever is not logged in, and may nothing."""

    member = None
    is_proved = lacks_second_factor = False

    def may(self, _permission: Permission) -> bool:
        return False


def init_visitors(app: Flask) -> None:
    login_manager.anonymous_user = Stranger
    login_manager.session_protection = None  # The key of a session kept on the server needs no fingerprint.
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(ask_to_log_in)
    login_manager.init_app(app)
    app.before_request(_ask_for_second_factor)


def ask_to_log_in() -> Response:
    """Lead a page's visitor to the log-in and back; answer anything else with 401."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("staff_login.log_in", next=own_path(request.full_path.rstrip("?"))))
    return abort(401)


def _ask_for_second_factor() -> Response | None:
    """Open nothing to a member without the second factor that their role requires, but where it is set up."""
    endpoint = request.endpoint or "static"  # What is nowhere is found nowhere by them, too.
    if endpoint in OPEN_WITHOUT or request.blueprint in OPEN_WITHOUT or endpoint.rpartition(".")[2] == "static":
        return None
    if not current_user.lacks_second_factor:
        return None
    if request.method not in ("GET", "HEAD"):
        abort(403)
    return redirect(url_for("profile.second_factor_view"))


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
    return find_session(db.session(), key, **lifetimes())


def lifetimes() -> dict[str, dt.timedelta]:
    """Return how long a session lives without a request (`idle`), and how long at all (`absolute`)."""
    return {
        "idle": dt.timedelta(minutes=settings().session_idle_minutes),
        "absolute": dt.timedelta(hours=settings().session_hours),
    }
