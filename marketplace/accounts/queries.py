"""Named selects over users and reset tokens."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql import ColumnElement

from marketplace.accounts.models import Ending, PasswordResetToken, ResetLinkRecord, User, UserRole
from marketplace.backoffice.referred import Referred
from marketplace.backoffice.search import Search, Source, best_matches, spaced_text
from marketplace.sql import json_words, statement_began
from marketplace.staff.models import StaffMember


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
    """Select reset tokens with what the desk knows of them, and with the user whose address they are for."""
    of_user = joinedload(PasswordResetToken.user).load_only(User.email, User.profile)
    return sa.select(PasswordResetToken).options(joinedload(PasswordResetToken.record), of_user)


def listed_tokens(page: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Select what the list shows of a `page` of reset tokens, be the records and users there or not."""
    known = ResetLinkRecord
    return (
        sa.select(
            *(page.c[name] for name in ("id", "email", "expires_at", "is_used", "created_at")),
            Referred("record", known.token_id, known.issuer_id, known.issuer_label, known.ended_as),
            person("user", User),
        )
        .select_from(page)
        .outerjoin(known, known.token_id == page.c.id)
        .outerjoin(User, User.email == page.c.email)
    )


def token_state_condition(state: str) -> ColumnElement[bool]:
    """Return the condition for tokens of one of the states in `token_state`."""
    ended = PasswordResetToken.is_used.is_(True)
    alive = PasswordResetToken.expires_at > statement_began()
    conditions = {
        "active": (sa.not_(ended), alive),
        "used": (ended, _ended_as(Ending.USED)),
        "voided": (ended, _ended_as(Ending.VOIDED, Ending.REVOKED)),
        "closed": (ended, sa.not_(_ended_as(*Ending))),
        "expired": (sa.not_(ended), sa.not_(alive)),
    }
    return sa.and_(*conditions[state])


def token_state(row: Any, now: dt.datetime) -> str:
    """Return the state of a token: `active`, `used`, `voided`, `expired`, or `closed`.

    That is one which another program has marked as used, which it also does to void one.
    """
    if row.is_used:
        ending = row.record.ended_as if row.record else None
        return "closed" if ending is None else "used" if ending == Ending.USED else "voided"
    return "active" if row.expires_at > now else "expired"


def issued_by(issuer_id: str) -> ColumnElement[bool]:
    """Return the condition for tokens that this member of staff has issued."""
    known = ResetLinkRecord
    return sa.exists().where(known.token_id == PasswordResetToken.id, known.issuer_id == uuid.UUID(issuer_id))


def issuers(session: Session) -> Sequence[Any]:
    """Return id and e-mail of each member of staff who has issued a link."""
    has_issued = sa.exists().where(ResetLinkRecord.issuer_id == StaffMember.id)
    return session.execute(
        sa.select(StaffMember.id, StaffMember.email).where(has_issued).order_by(StaffMember.email)
    ).all()


def _ended_as(*endings: Ending) -> ColumnElement[bool]:
    known = ResetLinkRecord
    return sa.exists().where(known.token_id == PasswordResetToken.id, known.ended_as.in_(endings))
