"""Closed by default: a route opens only for the permission it names."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from flask import abort, redirect, request, url_for
from flask_admin import BaseView
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.extensions import login_manager as login
from marketplace.permissions import Permission

Route = TypeVar("Route", bound=Callable[..., Any])


def requires(permission: Permission) -> Callable[[Route], Route]:
    """State the permission a view method needs; a method that states none is open to nobody."""

    def state(route: Route) -> Route:
        route.permission = permission  # type: ignore[attr-defined]
        return route

    return state


def for_every_member(route: Route) -> Route:
    """State that whoever is logged in may use a view method: it is about their own account."""
    route.is_for_every_member = True  # type: ignore[attr-defined]
    return route


def ask_for_proof(back: str | None = None) -> Response | None:
    """Lead the visitor to where their own password is asked for again; None where they gave it a short while ago.

    :param back: where that leads to afterwards; by default the file that was asked for.
    """
    if current_user.is_proved:
        return None
    if back is not None:
        return redirect(url_for("profile.proof_view", next=back))
    return redirect(url_for("profile.proof_view", next=request.full_path.rstrip("?"), download="1"))


class ClosedView(BaseView):
    """A view whose every route is shut until it states a permission."""

    read_permission: ClassVar[Permission | None] = None

    @property
    def address(self) -> str:
        """Where the view's first page is."""
        return url_for(f"{self.endpoint}.{self._default_view}")

    def waiting(self) -> str:
        """Return how much waits on this screen, as the menu tells it; empty where that is nothing."""
        return ""

    def permission_for(self, route: str) -> Permission | None:
        """Return the permission that the view method named `route` needs; None shuts it for everybody."""
        return getattr(getattr(self, route), "permission", None)

    def is_accessible(self) -> bool:
        """Whether the view stands in the visitor's menu."""
        return self.read_permission is not None and current_user.may(self.read_permission)

    def _handle_view(self, name: str, **_kwargs: Any) -> Response | None:
        if not current_user.is_authenticated:
            return login.unauthorized()
        if getattr(getattr(self, name), "is_for_every_member", False):
            return None
        permission = self.permission_for(name)
        if permission is None or not current_user.may(permission):
            abort(403)
        return None

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin calls a view a second time on any TypeError and so hides where it came from.
        return fn(self, *args, **kwargs)
