"""Named selects over users and reset tokens."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from marketplace.accounts.models import PasswordResetToken, User, UserRole
from marketplace.backoffice.referred import Referred
from marketplace.backoffice.search import Search, Source, best_matches, spaced_text
from marketplace.sql import json_words, statement_began


def users() -> sa.Select[User]:
    return sa.select(User)


def exported_users() -> sa.Select[*tuple[Any, ...]]:
    """Select one line a user; times are UTC. Phone and address stay out of files."""
    name = full_name_column().label("name")
    return sa.select(User.id, User.email, name, User.role, User.created_at, User.updated_at)


def full_name_column(user: type[User] = User) -> ColumnElement[str]:
    """Return first and last name of `users.profile` in one text, empty where there is none."""
    return json_words(user.profile, *(sa.literal_column(f"'{key}'") for key in ("firstName", "lastName")))


def person(name: str, user: type[User]) -> Referred:
    """Return what lists show of a user they refer to: id, email and name, which is the e-mail where there is none."""
    known_as = sa.func.nullif(sa.func.trim(full_name_column(user)), "")
    return Referred(name, user.id, user.email, sa.func.coalesce(known_as, user.email).label("name"))


USERS = Source(User.id, sa.func.user_search_text(User.email, User.profile))
"""Users by e-mail and name (migration 0004)."""

USER_SEARCH = Search(User.id, through=((User.id, USERS),), ids=(User.id,))

TOKEN_SEARCH = Search(
    PasswordResetToken.id,
    through=((PasswordResetToken.id, Source(PasswordResetToken.id, spaced_text(PasswordResetToken.email))),),
    ids=(PasswordResetToken.id,),
)


def find_customers(session: Session, term: str, limit: int) -> list[User]:
    """Return customers whose e-mail or name holds `term`, the exact e-mail first."""
    return _find(session, UserRole.CUSTOMER, term, limit)


def find_providers(session: Session, term: str, limit: int) -> list[User]:
    """Return providers whose e-mail or name holds `term`, the exact e-mail first."""
    return _find(session, UserRole.PROVIDER, term, limit)


def get_provider(session: Session, identity: uuid.UUID) -> User | None:
    user = session.get(User, identity)
    return user if user and user.role == UserRole.PROVIDER else None


def _find(session: Session, role: UserRole, term: str, limit: int) -> list[User]:
    people = users().where(User.role == role)
    return best_matches(session, people, USERS, term, name=lambda user: user.email, limit=limit)


def tokens() -> sa.Select[PasswordResetToken]:
    return sa.select(PasswordResetToken)


def token_state_condition(state: str) -> ColumnElement[bool]:
    """Return the condition for tokens that are `open`, `closed` (used or voided) or `expired`."""
    is_open = PasswordResetToken.is_used.is_not(True)
    alive = PasswordResetToken.expires_at > statement_began()
    return {
        "open": sa.and_(is_open, alive),
        "closed": PasswordResetToken.is_used.is_(True),
        "expired": sa.and_(is_open, sa.not_(alive)),
    }[state]
