"""Listings whose text another listing has, too, word by word or nearly."""

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from marketplace.accounts.models import User
from marketplace.backoffice.search import spaced_text
from marketplace.listings.look_alikes import BLANKS, INVISIBLE, SMALL_TO_LATIN, folded
from marketplace.listings.models import Service

MOST_COMPARED = 1_000
"""Characters of title and description together that are compared, as they are seen (look_alikes.py)."""

MOST_SEEN = 50_000
"""Characters of a description in which those are looked for: what nobody sees is taken out of no more."""

NEARLY_THE_SAME = 0.7
"""The share of trigrams that two texts have in common, of all that either has."""

ALIKE_TITLES = 0.8
"""The same of titles, for their listings to be compared at all."""

MOST_CANDIDATES = 20
"""Listings that one is compared with for each reason, whichever are found first.

The reasons: the same provider or title, a title alike, or a description whose first or last ENDS letters are the same.
"""

MOST_AT_ONCE = 50
"""Listings that one statement takes on: were all texts long and alike, it would take a second or two."""

ENDS = 48
"""Letters at either end of a description: whoever changes a word in one of twice as many leaves an end as it is."""

SHORTEST = 40
"""Letters of a description from which on to have an end in common is a reason."""

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

    Where the server has pg_trgm (and a locale and an encoding by which it knows letters), it compares, and titles that
    are merely alike are a reason to, found by ix_services_search. Elsewhere the texts are compared here, by the same
    measure, for the other reasons.
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
    knows = (
        "SELECT datctype NOT IN ('C', 'POSIX') AND pg_encoding_to_char(encoding) = 'UTF8'"
        " FROM pg_database WHERE datname = current_database()"
    )
    return bool(session.scalar(sa.text(f"SELECT to_regprocedure('similarity(text, text)') IS NOT NULL AND ({knows})")))


def _text(listing: type[Service]) -> sa.ColumnElement[str]:
    """Return what is seen of title and description, as `look_alikes.folded` does."""
    text = _raw_text(listing)
    for pattern, instead in ((INVISIBLE, ""), (BLANKS, " ")):
        text = sa.func.regexp_replace(text, pattern.pattern, instead, "g")
    text = sa.func.translate(sa.func.lower(text), "".join(SMALL_TO_LATIN), "".join(SMALL_TO_LATIN.values()))
    return sa.func.substr(text, 1, MOST_COMPARED)


def _raw_text(listing: type[Service]) -> sa.ColumnElement[str]:
    description = sa.func.substr(listing.description, 1, MOST_SEEN)
    return listing.title + sa.literal_column("' '", sa.Text()) + description


def _letters(listing: type[Service]) -> sa.ColumnElement[str]:
    return sa.func.description_letters(listing.description)


def _ends(letters: sa.ColumnElement[str]) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """Return what ix_services_description_head and _tail index, the figure written out as it is there."""
    length = sa.literal_column(str(ENDS), sa.Integer())
    return sa.func.left(letters, length), sa.func.right(letters, length)


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
        sa.and_(other.provider_id == subject.provider_id, _are_as_long()),
        sa.and_(other.title == subject.title, _are_as_long()),
        *(
            # Lengths say nothing here, as they count what nobody sees.
            sa.and_(its == mine, sa.func.length(_letters(subject)) >= SHORTEST)
            for mine, its in zip(_ends(_letters(subject)), _ends(_letters(other)), strict=True)
        ),
    ]
    if alike:
        alike_text = spaced_text(other.title, other.category).op("%", is_comparison=True)
        reasons.append(sa.and_(alike_text(spaced_text(subject.title, subject.category)), _are_as_long()))
    pairs = []
    for reason in reasons:
        found = sa.select(other.id).where(other.id != subject.id, reason).limit(MOST_CANDIDATES).lateral("found")
        pair = sa.select(subject.id.label("subject_id"), found.c.id.label("other_id"))
        pairs.append(pair.join_from(subject, found, sa.true()).where(subject.id.in_(ids)))
    return sa.union(*pairs)


def _are_as_long() -> sa.ColumnElement[bool]:
    mine, its = sa.func.length(subject.description) + 40, sa.func.length(other.description) + 40
    return sa.and_(its >= mine * LENGTHS, mine >= its * LENGTHS)


# -- By ourselves -------------------------------------------------------------------------------


def _compared_here(session: Session, ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, Duplicate]]:
    pairs = session.execute(_pairs_of(session)(ids)).all()
    wanted = {identity for pair in pairs for identity in pair}
    texts = sa.select(Service.id, Service.title, Service.provider_id, User.email, _raw_text(Service)).outerjoin(
        User, User.id == Service.provider_id
    )
    rows = {row[0]: row for row in session.execute(texts.where(Service.id.in_(wanted)))} if wanted else {}
    trigrams = {identity: trigrams_of(folded(str(row[-1]))[:MOST_COMPARED]) for identity, row in rows.items()}
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
    """Select the same where a subquery cannot look at the row beside it (SQLite); it reads all listings for it."""
    keys = _ends_here()
    known = keys.cte("keys")
    mine, its = known.alias("mine"), known.alias("its")
    pairs = [
        _numbered(ids, subject.id, other.id, reason)
        for reason in (
            sa.and_(other.provider_id == subject.provider_id, _are_as_long()),
            sa.and_(other.title == subject.title, _are_as_long()),
        )
    ]
    pairs += [
        _numbered(ids, mine.c.id, its.c.id, sa.and_(mine.c[end] == its.c[end], mine.c.length >= SHORTEST))
        for end in ("head", "tail")
    ]
    return sa.union(*pairs)


def _numbered(
    ids: Collection[uuid.UUID],
    one: sa.ColumnElement[uuid.UUID] | InstrumentedAttribute[uuid.UUID],
    two: sa.ColumnElement[uuid.UUID] | InstrumentedAttribute[uuid.UUID],
    reason: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    place = sa.func.row_number().over(partition_by=one, order_by=two).label("place")
    each = sa.select(one.label("subject_id"), two.label("other_id"), place).where(one.in_(ids), one != two, reason)
    numbered = each.subquery()
    return sa.select(numbered.c.subject_id, numbered.c.other_id).where(numbered.c.place <= MOST_CANDIDATES)


def _ends_here() -> sa.Select[Any]:
    """Select as much of what `description_letters` tells as SQLite can: without the characters that are the usual ones.

    Some at a time, as it understands no expression that is deeper.
    """
    rows = sa.select(Service.id, sa.func.lower(sa.func.substr(Service.description, 1, MOST_COMPARED)).label("text"))
    for some in (" \n\r\t.,;:!?", "-–'\"()\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff", "аеорсухі"):
        inner = rows.subquery()
        text: sa.ColumnElement[str] = inner.c.text
        for character in some:
            text = sa.func.replace(text, character, SMALL_TO_LATIN.get(character, ""))
        rows = sa.select(inner.c.id, text.label("text"))
    letters = rows.subquery()
    head, tail = sa.func.substr(letters.c.text, 1, ENDS), sa.func.substr(letters.c.text, -ENDS)
    return sa.select(
        letters.c.id, head.label("head"), tail.label("tail"), sa.func.length(letters.c.text).label("length")
    )


def trigrams_of(text: str) -> frozenset[str]:
    """Return the trigrams of `text` as pg_trgm counts them: of each word, with two blanks before it and one after."""
    padded = (f"  {word} " for word in re.findall(r"[^\W_]+", text.lower()))
    return frozenset(word[start : start + 3] for word in padded for start in range(len(word) - 2))


def shared(one: frozenset[str], two: frozenset[str]) -> float:
    """Return how many trigrams two texts share, of all that either has: from 0 to 1."""
    return len(one & two) / len(one | two) if one and two else 0.0
