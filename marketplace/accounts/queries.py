"""Named selects over users and reset tokens."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, with_expression
from sqlalchemy.sql import ColumnElement

from marketplace.accounts.models import ANONYMOUS_DOMAIN, Ending, PasswordResetToken, ResetLinkRecord, User, UserRole
from marketplace.backoffice.referred import Referred
from marketplace.backoffice.search import Search, Source, best_matches, spaced_text
from marketplace.sql import json_words, sha256_hex, statement_began
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


def name_of_user(session: Session, identity: uuid.UUID) -> str | None:
    """Return what a user is known as; None where there is none."""
    found: Any = session.scalar(sa.select(person("person", User)).where(User.id == identity))
    return found.name if found else None


USERS = Source(User.id, sa.func.user_search_text(User.email, User.profile))
"""Users by e-mail and name (migration 0004)."""

USER_SEARCH = Search(User.id, through=((User.id, USERS),), ids=(User.id,))

TOKEN_SEARCH = Search(
    PasswordResetToken.id,
    through=((PasswordResetToken.id, Source(PasswordResetToken.id, spaced_text(PasswordResetToken.email))),),
    ids=(PasswordResetToken.id,),
)


ANONYMISED = User.email.like(f"anonymous-%@{ANONYMOUS_DOMAIN}")
"""The condition for accounts that are nobody's any more."""


def anonymised_among(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these accounts are nobody's any more."""
    return set(session.scalars(sa.select(User.id).where(User.id.in_(set(ids)), ANONYMISED)))


def find_customers(session: Session, term: str, limit: int) -> list[User]:
    """Return customers whose e-mail or name holds `term`, the exact e-mail first; none that is anonymised."""
    return _find(session, UserRole.CUSTOMER, term, limit)


def find_providers(session: Session, term: str, limit: int) -> list[User]:
    """Return providers whose e-mail or name holds `term`, the exact e-mail first; none that is anonymised."""
    return _find(session, UserRole.PROVIDER, term, limit)


def get_provider(session: Session, identity: uuid.UUID) -> User | None:
    user = session.get(User, identity)
    return user if user and user.role == UserRole.PROVIDER else None


def _find(session: Session, role: UserRole, term: str, limit: int) -> list[User]:
    people = users().where(User.role == role, ~ANONYMISED)
    return best_matches(session, people, USERS, term, name=lambda user: user.email, limit=limit)


def tokens() -> sa.Select[PasswordResetToken]:
    """Select reset tokens with what the desk knows of them, and with the user whose address they are for."""
    of_user = joinedload(PasswordResetToken.user).load_only(User.email, User.profile)
    outdated = with_expression(PasswordResetToken.is_outdated, is_outdated(PasswordResetToken))
    return sa.select(PasswordResetToken).options(joinedload(PasswordResetToken.record), of_user, outdated)


def listed_tokens(page: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Select what the list shows of a `page` of reset tokens, be the records and users there or not."""
    known = ResetLinkRecord
    return (
        sa.select(
            *(page.c[name] for name in ("id", "email", "expires_at", "is_used", "created_at")),
            Referred("record", known.token_id, known.issuer_id, known.issuer_label, known.ended_as),
            person("user", User),
            _outdated(known, User).label("is_outdated"),
        )
        .select_from(page)
        .outerjoin(known, known.token_id == page.c.id)
        .outerjoin(User, User.email == page.c.email)
    )


NEWEST_TOKENS = 200
"""Of one user, as far back as their timeline tells of links."""


def token_ids_of(session: Session, user: User) -> list[uuid.UUID]:
    """Return the ids of the newest tokens of `user`: those that the desk noted, removed ones too, and any others."""
    noted = sa.select(ResetLinkRecord.token_id).where(ResetLinkRecord.user_id == user.id)
    there = sa.select(PasswordResetToken.id).where(PasswordResetToken.email == user.email)
    newest = (
        noted.order_by(ResetLinkRecord.issued_at.desc()).limit(NEWEST_TOKENS),
        there.order_by(PasswordResetToken.expires_at.desc()).limit(NEWEST_TOKENS),
    )
    return list(session.scalars(sa.union(*(sa.select(each.subquery()) for each in newest))))


def tokens_among(session: Session, ids: Iterable[str]) -> set[str]:
    """Return which of these ids are of tokens that are still stored."""
    asked = [uuid.UUID(each) for each in ids]
    there = sa.select(PasswordResetToken.id).where(PasswordResetToken.id.in_(asked))
    return {str(each) for each in session.scalars(there)} if asked else set()


def token_state_condition(state: str) -> ColumnElement[bool]:
    """Return the condition for tokens of one of the states that `token_state` tells; `active` finds outdated ones, too.

    To leave those out, PostgreSQL would look at every record there is.
    """
    ended, alive = PasswordResetToken.is_used.is_(True), PasswordResetToken.expires_at > statement_began()
    unused = PasswordResetToken.is_used.is_not(True)
    if state in set(Ending):
        return sa.and_(ended, _recorded(ResetLinkRecord.ended_as == state))
    known = sa.exists().where(ResetLinkRecord.token_id == PasswordResetToken.id, ResetLinkRecord.ended_as.is_not(None))
    conditions = {
        "active": (unused, alive),
        "outdated": (unused, alive, is_outdated(PasswordResetToken)),
        "expired": (unused, sa.not_(alive)),
        "closed": (ended, ~known),
    }
    return sa.and_(*conditions[state])


def token_state(row: Any, now: dt.datetime) -> str:
    """Return how a token ended (see Ending), or that it is `active`, `outdated`, `expired`, or `closed`.

    Outdated is one whose account got another password, or went, without our doing; closed is one which another program
    has marked as used, which it also does to void one.
    """
    if row.is_used:
        return (row.record and row.record.ended_as) or "closed"
    if row.expires_at <= now:
        return "expired"
    return "outdated" if row.is_outdated else "active"


def is_outdated(token: type[PasswordResetToken]) -> ColumnElement[bool]:
    """Return the condition that the account a token was issued for, with its password of then, is there no more."""
    known, owner = aliased(ResetLinkRecord), aliased(User)
    # As a number and not as EXISTS, for which PostgreSQL might read every record there is; of a number it takes for
    # granted that it is hardly ever this one.
    told = sa.select(sa.cast(_outdated(known, owner), sa.Integer)).outerjoin(owner, owner.email == token.email)
    return sa.func.coalesce(told.where(known.token_id == token.id).scalar_subquery(), 0) == 1


def _outdated(known: type[ResetLinkRecord], owner: type[User]) -> ColumnElement[bool]:
    is_another = owner.id.is_(None) | (known.user_id != owner.id)
    return known.replaces.is_not(None) & (is_another | (sha256_hex(owner.password) != known.replaces))


def issued_by(issuer_id: str) -> ColumnElement[bool]:
    """Return the condition for tokens that this member of staff has issued."""
    theirs = ResetLinkRecord.issuer_id == uuid.UUID(issuer_id)
    # Nor is any newer than the last, after which they may have left.
    return sa.and_(_recorded(theirs), PasswordResetToken.created_at <= _edge(sa.func.max, theirs))


def issuers(session: Session) -> Sequence[Any]:
    """Return id and e-mail of each member of staff who has issued a link."""
    # One look into the index for each of some hundred colleagues; as EXISTS it might become a join with every record.
    first = sa.select(sa.func.min(ResetLinkRecord.issued_at)).where(ResetLinkRecord.issuer_id == StaffMember.id)
    have_issued = first.correlate(StaffMember).scalar_subquery().is_not(None)
    issued = sa.select(StaffMember.id, StaffMember.email).where(have_issued)
    return session.execute(issued.order_by(StaffMember.email)).all()


def _recorded(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition for tokens of whose records `which` is true."""
    # No such token is older than the first of these records: so a walk through the list ends there, and passes by none
    # of all that were issued before the desk kept records.
    first = _edge(sa.func.min, which)
    return sa.and_(
        sa.exists().where(ResetLinkRecord.token_id == PasswordResetToken.id, which),
        PasswordResetToken.created_at >= first,
        PasswordResetToken.expires_at >= first,
    )


def _edge(edge: Any, which: ColumnElement[bool]) -> Any:
    return sa.select(edge(ResetLinkRecord.issued_at)).where(which).scalar_subquery()
