"""How people stand in lists and on pages."""

import uuid
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.accounts import phones
from marketplace.accounts.disclosure import glimpse, masked_parts
from marketplace.accounts.models import UserRole
from marketplace.accounts.queries import name_of_user, token_state
from marketplace.accounts.schemas import full_name, profile_problems
from marketplace.backoffice.cells import NONE, Cell, badge_cell, breakable, html, linker, mark, missing
from marketplace.database import utcnow
from marketplace.extensions import db, settings
from marketplace.permissions import Permission
from marketplace.web.formats import json_text

role_cell = badge_cell(lambda row: row.role, lambda: {role: (_(role), role) for role in UserRole})

token_state_cell = badge_cell(
    lambda row: token_state(row, utcnow()),
    lambda: {
        "active": (_("active"), "confirmed"),
        "used": (_("used"), "completed"),
        "voided": (_("voided"), "cancelled"),
        "revoked": (_("revoked"), "cancelled"),
        "outdated": (_("outdated"), "cancelled"),
        "closed": (_("used or voided"), "cancelled"),
        "expired": (_("expired"), "cancelled"),
    },
)


def user_title(identity: uuid.UUID) -> str | None:
    """Name a user by whom a list is narrowed."""
    return name_of_user(db.session(), identity)


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


def profile_facts(stored: Any, *, is_revealed: bool) -> list[tuple[str, Markup]]:
    """Return label and value of each part of a stored profile, the name in the title aside.

    Keys that we do not know may be a phone or an address themselves, so they are masked as well.

    :param is_revealed: whether the masked parts are shown.
    """
    parts = masked_parts(stored)
    if not isinstance(stored, dict):
        return [(_("Profile"), _profile_value("", parts[""], is_revealed=is_revealed))] if parts else []
    known = {"phone": _("Phone"), "address": _("Address")}
    names = {"firstName": _("First name"), "lastName": _("Last name")}
    labels = known | {key: label for key, label in names.items() if key in parts}
    others = {key: value for key, value in parts.items() if key not in labels}
    if is_revealed:
        labels |= {key: key for key in others}
    facts = [
        (label, _profile_value(key, parts[key], is_revealed=is_revealed) if key in parts else NONE)
        for key, label in labels.items()
    ]
    if others and not is_revealed:
        facts.append((_("Other details"), _profile_value("", others, is_revealed=False)))
    return facts


def _profile_value(key: str, value: Any, *, is_revealed: bool) -> Markup:
    if not is_revealed:
        return html(
            f'<span class="masked"><span class="visually-hidden">{_("masked")}</span> {glimpse(key, value)}</span>'
        )
    if not isinstance(value, str) or not key:
        return html(f"<pre>{escape(json_text(value))}</pre>")
    if key != "phone":
        return html(f'<span class="value-address">{escape(value)}</span>')
    text, problem = phones.shown(value, region=settings().phone_region)
    return html(f"{escape(text)} {mark([problem], _('not a valid number')) if problem else ''}")
