"""How people stand in lists and on pages."""

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.accounts.schemas import full_name, profile_problems
from marketplace.backoffice.cells import Cell, breakable, html, linker, mark, missing
from marketplace.permissions import Permission


def person_cell(name: str) -> Cell:
    """Make the cell of the user under `name`: their name linked, the e-mail below it."""
    link = linker("users.details_view", Permission.USERS_READ)
    key = f"{name}_id"

    def cell(row: Any) -> Markup:
        user = getattr(row, name)
        if user is None:
            return missing(getattr(row, key))
        if user.name == user.email:
            return link(user.id, breakable(user.email))
        return html(f"{link(user.id, user.name)}<small>{escape(user.email)}</small>")

    return cell


def short_person_cell(name: str) -> Cell:
    """Make the cell of the user under `name` in a list: only their name, linked."""
    link = linker("users.details_view", Permission.USERS_READ)
    key = f"{name}_id"

    def cell(row: Any) -> Markup:
        user = getattr(row, name)
        if user is None:
            return missing(getattr(row, key))
        return link(user.id, breakable(user.email) if user.name == user.email else user.name)

    return cell


def name_cell(_name: str) -> Cell:
    marked = _("malformed profile")

    def cell(row: Any) -> Markup:
        problems = profile_problems(row.profile)
        name = f'<span dir="auto">{escape(full_name(row.profile))}</span>'
        return html(f"{name} {mark(problems, marked)}" if problems else name)

    return cell
