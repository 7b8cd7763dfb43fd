"""The whole menu on one screen: every view, its address, its place."""

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter

from flask import Flask, render_template, request
from flask_admin import Admin
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from marketplace.accounts.desk_view import ResetTokenView
from marketplace.accounts.models import PasswordResetToken, User
from marketplace.accounts.reset_page import blueprint as reset_page
from marketplace.audit import AuditEvent
from marketplace.backoffice.audit_view import AuditView, acts_of
from marketplace.backoffice.batch_view import BatchView
from marketplace.backoffice.cells import breakable, html
from marketplace.backoffice.guard import ClosedView
from marketplace.bookings.models import Booking
from marketplace.bookings.of_user import bookings_of_user
from marketplace.bookings.panels import bookings_beside, bookings_of_batch, bookings_of_service
from marketplace.bookings.views import BookingView
from marketplace.dashboard.views import DashboardView
from marketplace.listings.models import Service
from marketplace.listings.of_user import listings_of_user
from marketplace.listings.queue_view import ReviewQueueView
from marketplace.listings.views import ServiceView
from marketplace.staff.invite_page import blueprint as invite_page
from marketplace.staff.invite_views import InviteView
from marketplace.staff.models import StaffInvite, StaffMember
from marketplace.staff.profile import ProfileView
from marketplace.staff.views import StaffView, colleagues
from marketplace.subjects.views import PersonView
from marketplace.system.health import blueprint as health


def init_site(app: Flask) -> None:
    queue = ReviewQueueView(name=_("Review"), endpoint="review", url="services/review", menu_icon_value="ui-checks")
    today = DashboardView(name=_("Today"), menu_icon_value="house")
    tables = (
        BookingView(
            Booking,
            name=_("Bookings"),
            endpoint="bookings",
            url="bookings",
            menu_icon_value="calendar-check",
            beside=bookings_beside,
        ),
        ServiceView(
            Service,
            name=_("Services"),
            endpoint="services",
            url="services",
            menu_icon_value="shop",
            queue=queue,
            history=bookings_of_service,
            bookings_of_batch=bookings_of_batch,
        ),
        PersonView(
            User,
            name=_("Users"),
            endpoint="users",
            url="users",
            menu_icon_value="people",
            lists=(bookings_of_user, listings_of_user),
        ),
        ResetTokenView(
            PasswordResetToken,
            name=_("Reset links"),
            endpoint="reset-tokens",
            url="reset-tokens",
            menu_icon_value="key",
        ),
    )
    batches = BatchView(screens=tables, name=_("Batches"), endpoint="batches", url="batches", menu_icon_value="stack")
    ours = (
        batches,
        StaffView(StaffMember, name=_("Staff"), endpoint="staff", url="staff", menu_icon_value="person-badge"),
        AuditView(
            AuditEvent,
            name=_("Audit log"),
            endpoint="audit",
            url="audit",
            menu_icon_value="journal-check",
            colleagues=colleagues,
        ),
    )
    invites = InviteView(StaffInvite, name=_("Invites"), endpoint="invites", url="staff/invites")
    # One's own account has its place beside the name of whoever is logged in, not in the menu.
    profile = ProfileView(name=_("Your account"), endpoint="profile", url="profile")
    Admin(app, name=_("Back office"), index_view=today).add_views(*tables, queue, *ours, invites, profile)
    # Error pages carry it, too, and have no view to ask for it.
    app.jinja_env.globals["menu"] = partial(menu, (today, *tables[:2], queue, *tables[2:], *ours))
    app.jinja_env.filters["breakable"] = breakable
    app.jinja_env.globals["acts_of"] = acts_of  # On the page of a colleague, and of nobody else.
    app.register_blueprint(reset_page)
    app.register_blueprint(invite_page)
    app.register_blueprint(health)


def menu(screens: Sequence[ClosedView], here: ClosedView | None) -> Markup:
    """Return the menu of the visitor, in which `here` is marked."""
    open_ones = tuple(screen for screen in screens if screen.is_visible() and screen.is_accessible())
    waiting = tuple(screen.waiting() for screen in open_ones)
    return _written(open_ones, here, waiting, str(get_locale()), request.environ.get("SCRIPT_NAME", ""))


@lru_cache(maxsize=500)
def _written(
    screens: tuple[ClosedView, ...], here: ClosedView | None, waiting: tuple[str, ...], _locale: str, _root: str
) -> Markup:
    """Write the menu once for all who see the same screens in the same language: it stands on every page.

    :param waiting: how much waits on each screen.
    """
    counts = dict(zip(screens, waiting, strict=True))
    groups = [(heading, list(group)) for heading, group in groupby(screens, key=attrgetter("category"))]
    return html(render_template("parts/menu.html", groups=groups, here=here, counts=counts))
