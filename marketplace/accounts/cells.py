"""How people stand in lists and on pages."""

from typing import Any

from markupsafe import Markup

from marketplace.accounts.schemas import full_name, profile_problems
from marketplace.backoffice.cells import mark, missing, record_link
from marketplace.permissions import Permission


def person_cell(attribute: str) -> Any:
    """Return the formatter for the user under `attribute`: the name linked, the e-mail below it."""

    def show(_view: Any, _context: Any, row: Any, _name: str) -> Markup:
        user = getattr(row, attribute)
        if user is None:
            return missing(getattr(row, f"{attribute}_id"))
        name = full_name(user.profile)
        link = record_link("users.details_view", user, name or user.email, Permission.USERS_READ)
        small = Markup('<small class="text-body-secondary d-block" title="{0}">{0}</small>')
        below = small.format(user.email) if name else ""
        return Markup('<span dir="auto">{}</span>{}').format(link, below)

    return show


def name_cell(_view: Any, _context: Any, row: Any, _name: str) -> Markup:
    problems = profile_problems(row.profile)
    marked = mark(problems, "malformed profile") if problems else ""
    return Markup('<span dir="auto">{}</span> {}').format(full_name(row.profile), marked)
