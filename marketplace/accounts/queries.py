"""Named selects over users and reset tokens."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from marketplace.accounts.models import PasswordResetToken, User, UserRole
from marketplace.database import database_now, json_text


def users() -> sa.Select[User]:
    return sa.select(User)


def exported_users() -> sa.Select[*tuple[Any, ...]]:
    """Select one line a user; times are UTC. Phone and address stay out of files."""
    name = full_name_column().label("name")
    return sa.select(User.id, User.email, name, User.role, User.created_at, User.updated_at)


def full_name_column(user: type[User] = User) -> ColumnElement[str]:
    """Return first and last name of `users.profile` in one text, empty where there is none."""
    first = sa.func.coalesce(json_text(user.profile, sa.literal_column("'firstName'")), "")
    last = sa.func.coalesce(json_text(user.profile, sa.literal_column("'lastName'")), "")
    return first.concat(" ").concat(last)


def user_matches(term: str) -> ColumnElement[bool]:
    """Return the condition for users whose e-mail or name holds `term`, whatever the case."""
    return sa.or_(User.email.icontains(term, autoescape=True), full_name_column().icontains(term, autoescape=True))


def search_users(select: sa.Select[Any], term: str) -> sa.Select[Any]:
    identity = as_uuid(term)
    return select.where(User.id == identity if identity else user_matches(term))


def matching_user_ids(term: str) -> sa.Select[uuid.UUID]:
    return sa.select(User.id).where(user_matches(term))


def find_customers(session: Session, term: str, limit: int) -> list[User]:
    """Return customers whose e-mail or name holds `term`, the exact e-mail first."""
    return _find_users(session, term, limit, UserRole.CUSTOMER)


def _find_users(session: Session, term: str, limit: int, role: UserRole) -> list[User]:
    exact = sa.func.lower(User.email) == term.lower()
    found = sa.select(User).where(User.role == role, user_matches(term)).order_by(exact.desc(), User.email).limit(limit)
    return list(session.scalars(found))


def tokens() -> sa.Select[PasswordResetToken]:
    return sa.select(PasswordResetToken)


def search_tokens(select: sa.Select[Any], term: str) -> sa.Select[Any]:
    return select.where(PasswordResetToken.email.icontains(term, autoescape=True))


def token_state_condition(state: str) -> ColumnElement[bool]:
    """Return the condition for tokens that are `open`, `closed` (used or voided) or `expired`."""
    is_open = PasswordResetToken.is_used.is_not(True)
    alive = PasswordResetToken.expires_at > database_now()
    return {
        "open": sa.and_(is_open, alive),
        "closed": PasswordResetToken.is_used.is_(True),
        "expired": sa.and_(is_open, sa.not_(alive)),
    }[state]


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
