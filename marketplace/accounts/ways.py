"""How a reset link of whoever is logged in can get to its owner."""

from flask_login import current_user

from marketplace.accounts.models import Way
from marketplace.extensions import settings
from marketplace.permissions import Permission


def ways() -> list[Way]:
    """Return how a link of the visitor can go, the usual way first: no form can ask for another."""
    mailed = [Way.MAILED] if settings().sends_mail else []
    shown = [Way.SHOWN] if current_user.may(Permission.RESET_TOKENS_SHOW) else []
    return [*mailed, *shown]
