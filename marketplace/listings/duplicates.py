"""Listings whose text another listing has, too, word by word or nearly."""

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import User
from marketplace.backoffice.search import spaced_text
from marketplace.listings.models import Service

MOST_COMPARED = 1_000
"""Characters of title and description together that are compared."""

NEARLY_THE_SAME = 0.7
"""The share of trigrams that two texts have in common, of all that either has."""

ALIKE_TITLES = 0.8
"""The same of titles, for their listings to be compared at all."""

MOST_CANDIDATES = 20
"""Listings that one is compared with for each reason, whichever are found first.

The reasons: the same provider, title or description, or a title alike.
"""

MOST_AT_ONCE = 50
"""Listings that one statement takes on: were all texts long and alike, it would take a second or two."""

SHORTEST = 40
"""Characters of a description from which on to have it in common is a reason."""

LENGTHS = 0.6
"""Texts whose lengths differ by more than to this share cannot be nearly the same."""


@dataclass(frozen=True)
class Duplicate:
    """Another listing with nearly the same text."""

    id: uuid.UUID
    title: str
    provider_id: uuid.UUID
    provider: str | None
    """The e-mail address of who offers it; None where that provider does not exist."""
    similarity: float
    """From NEARLY_THE_SAME to 1."""


def near_duplicates(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Duplicate]]:
    """Return for the listings with `ids` which others have nearly the same text, the nearest first.

    Where the server has pg_trgm (and a locale by which it knows letters), it compares, and titles that are merely alike
    are a reason to, found by ix_services_search. Elsewhere the texts that are compared have the provider, the title or
    the description in common, and are compared here, by the same measure.
    """
    if not ids:
        return {}
    has_trigrams = _has_trigrams(session)
    compare = _compared_there if has_trigrams else _compared_here
    if has_trigrams:
        # What `%` takes for alike; until the end of the transaction, and for nobody else.
        session.execute(sa.select(sa.func.set_config("pg_trgm.similarity_threshold", str(ALIKE_TITLES), True)))
    found: dict[uuid.UUID, list[Duplicate]] = defaultdict(list)
    every = sorted(ids)
    for start in range(0, len(every), MOST_AT_ONCE):
        for subject, duplicate in compare(session, every[start : start + MOST_AT_ONCE]):
            found[subject].append(duplicate)
    return {subject: sorted(each, key=lambda one: (-one.similarity, one.id)) for subject, each in found.items()}


subject, other = aliased(Service, name="subject"), aliased(Service, name="other")


def _has_trigrams(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return False
    knows = "SELECT datctype NOT IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database()"
    return bool(session.scalar(sa.text(f"SELECT to_regprocedure('similarity(text, text)') IS NOT NULL AND ({knows})")))


def _text(listing: type[Service]) -> sa.ColumnElement[str]:
    return sa.func.substr(listing.title + sa.literal_column("' '", sa.Text()) + listing.description, 1, MOST_COMPARED)


def _description_key(listing: type[Service]) -> sa.ColumnElement[str]:
    """Return what ix_services_description_key indexes, figures and all written out as they are there."""
    first, length = (sa.literal_column(str(number), sa.Integer()) for number in (1, MOST_COMPARED))
    return sa.func.md5(sa.func.lower(sa.func.substr(listing.description, first, length)))


# -- By the server ------------------------------------------------------------------------------


def _compared_there(session: Session, ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, Duplicate]]:
    pairs = _candidates(ids, alike=True).subquery("pairs")
    mine, its = _text(subject), _text(other)
    similarity = sa.case((mine == its, 1.0), else_=sa.func.similarity(mine, its, type_=sa.Float())).label("similarity")
    near = (
        sa.select(subject.id, other.id, other.title, other.provider_id, User.email, similarity)
        .select_from(pairs)
        .join(subject, subject.id == pairs.c.subject_id)
        .join(other, other.id == pairs.c.other_id)
        .outerjoin(User, User.id == other.provider_id)
        .where(similarity >= NEARLY_THE_SAME)
    )
    return [(row[0], Duplicate(*row[1:])) for row in session.execute(near)]


def _candidates(ids: Collection[uuid.UUID], *, alike: bool) -> sa.CompoundSelect[Any]:
    """Select pairs to compare: for each of `ids` up to MOST_CANDIDATES a reason, each by an index of its own."""
    reasons = [
        other.provider_id == subject.provider_id,
        other.title == subject.title,
        sa.and_(_description_key(other) == _description_key(subject), sa.func.length(subject.description) >= SHORTEST),
    ]
    if alike:
        alike_text = spaced_text(other.title, other.category).op("%", is_comparison=True)
        reasons.append(alike_text(spaced_text(subject.title, subject.category)))
    pairs = []
    for reason in reasons:
        found = sa.select(other.id).where(*_comparable(), reason).limit(MOST_CANDIDATES).lateral("found")
        pair = sa.select(subject.id.label("subject_id"), found.c.id.label("other_id"))
        pairs.append(pair.join_from(subject, found, sa.true()).where(subject.id.in_(ids)))
    return sa.union(*pairs)


def _comparable() -> tuple[sa.ColumnElement[bool], ...]:
    mine, its = sa.func.length(subject.description) + 40, sa.func.length(other.description) + 40
    return other.id != subject.id, its >= mine * LENGTHS, mine >= its * LENGTHS


# -- By ourselves -------------------------------------------------------------------------------


def _compared_here(session: Session, ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, Duplicate]]:
    pairs = session.execute(_pairs_of(session)(ids)).all()
    wanted = {identity for pair in pairs for identity in pair}
    texts = sa.select(Service.id, Service.title, Service.provider_id, User.email, _text(Service)).outerjoin(
        User, User.id == Service.provider_id
    )
    rows = {row[0]: row for row in session.execute(texts.where(Service.id.in_(wanted)))} if wanted else {}
    trigrams = {identity: trigrams_of(str(row[-1])) for identity, row in rows.items()}
    near = []
    for one, two in pairs:
        if one in rows and two in rows:  # Another may have deleted either between the two statements.
            similarity = shared(trigrams[one], trigrams[two])
            if similarity >= NEARLY_THE_SAME:
                near.append((one, Duplicate(*rows[two][:-1], similarity)))
    return near


def _pairs_of(session: Session) -> Callable[[Collection[uuid.UUID]], sa.CompoundSelect[Any]]:
    if session.get_bind().dialect.name == "postgresql":
        return lambda ids: _candidates(ids, alike=False)
    return _joined_candidates


def _joined_candidates(ids: Collection[uuid.UUID]) -> sa.CompoundSelect[Any]:
    """Select the same where a subquery cannot look at the row beside it (SQLite)."""
    reasons = (
        other.provider_id == subject.provider_id,
        other.title == subject.title,
        # Letter by letter: for the columns themselves SQLite makes an index as it goes.
        sa.and_(other.description == subject.description, sa.func.length(subject.description) >= SHORTEST),
    )
    pairs = []
    for reason in reasons:
        place = sa.func.row_number().over(partition_by=subject.id, order_by=other.id).label("place")
        each = sa.select(subject.id.label("subject_id"), other.id.label("other_id"), place)
        each = each.where(subject.id.in_(ids), *_comparable(), reason)
        numbered = each.subquery()
        pairs.append(sa.select(numbered.c.subject_id, numbered.c.other_id).where(numbered.c.place <= MOST_CANDIDATES))
    return sa.union(*pairs)


def trigrams_of(text: str) -> frozenset[str]:
    """Return the trigrams of `text` as pg_trgm counts them: of each word, with two blanks before it and one after."""
    padded = (f"  {word} " for word in re.findall(r"[^\W_]+", text.lower()))
    return frozenset(word[start : start + 3] for word in padded for start in range(len(word) - 2))


def shared(one: frozenset[str], two: frozenset[str]) -> float:
    """Return how many trigrams two texts share, of all that either has: from 0 to 1."""
    return len(one & two) / len(one | two) if one and two else 0.0
