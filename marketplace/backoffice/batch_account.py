"""What is told of a batch: of a draft, what will become of its rows; of any other, what became of them."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketplace.backoffice.bulk import BulkVerb, BulkVerbs
from marketplace.backoffice.export import csv_lines
from marketplace.backoffice.formulas import shown
from marketplace.batches.models import Batch
from marketplace.batches.queries import items_of
from marketplace.batches.running import Outcome, foresee
from marketplace.batches.work import Arguments, Work
from marketplace.extensions import db
from marketplace.words import gist_of, without_isolates

EXAMPLES = 10
"""Rows of a group that a preview names."""

ITEMS_SHOWN = 50
"""On a page."""

ITEMS_READ = 500
"""At a time, for a file."""


@dataclass
class Group:
    """Rows of which a preview says the same."""

    gist: str | None
    """Why it cannot be done to them; None where it can."""
    rows: int = 0
    examples: list[tuple[uuid.UUID, str, str | None, str]] = field(default_factory=list)
    """Of the first of them: id, title, why it cannot be done, and what would be, where the verb tells that."""


def foretell(batch: Batch, screen: BulkVerbs, verb: BulkVerb, work: Work) -> tuple[Group, list[Group]]:
    """Group the rows by what will become of them: those to which it can be done, and the others, most rows first."""
    groups: dict[str | None, Group] = {None: Group(None)}
    for each in foresee(db.session(), batch, work):
        gist = gist_of(each.refusal) if each.refusal else None
        group = groups.setdefault(gist, Group(gist))
        group.rows += 1
        if len(group.examples) < EXAMPLES:
            title = screen.title_of(each.row) if each.row is not None else str(each.subject_id)
            group.examples.append((each.subject_id, title, each.refusal, telling(batch, verb, each.arguments)))
    ready, *refused = groups.values()
    return ready, sorted(refused, key=lambda group: -group.rows)


@dataclass(frozen=True)
class Account:
    """A page of items and what became of them."""

    items: list[tuple[Any, str, bool, str]]
    """Item, title of its row, whether that exists, and what is done to it, where the verb tells that."""
    next_after: int | None
    """Position behind which the next page begins."""


def account_of(batch: Batch, screen: BulkVerbs, verb: BulkVerb | None, *, part: str, after: int) -> Account:
    """Tell what became of the items of a batch, a page of them.

    :param part: a name of `queries.PARTS`; all items where it is none.
    """
    items = db.session.execute(items_of(batch, part=part, after=after).limit(ITEMS_SHOWN + 1)).all()
    page = items[:ITEMS_SHOWN]
    told = [(item, title, exists, telling(batch, verb, item.arguments)) for item, title, exists in titled(screen, page)]
    return Account(told, page[-1].position if len(items) > ITEMS_SHOWN else None)


def titled(screen: BulkVerbs, items: Sequence[Any]) -> Iterator[tuple[Any, str, bool]]:
    """Yield each item with the title of its row, and whether that exists."""
    titles = {identity: screen.title_of(row) for identity, row in _rows(screen, items).items()}
    for item in items:
        yield item, titles.get(item.subject_id, str(item.subject_id)), item.subject_id in titles


def _rows(screen: BulkVerbs, items: Sequence[Any]) -> dict[uuid.UUID, Any]:
    ids = [item.subject_id for item in items]
    found = db.session.scalars(screen.row_details().where(screen.model.id.in_(ids))).unique() if ids else ()
    return {row.id: row for row in found}


def titled_outcomes(screen: BulkVerbs, outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, str, str]]:
    """Yield each outcome with the title of its row, and with what tells that from others of the same title."""
    for start in range(0, len(outcomes), ITEMS_READ):
        part = outcomes[start : start + ITEMS_READ]
        found = _rows(screen, part)
        for outcome in part:
            row = found.get(outcome.subject_id)
            title, apart = (screen.title_of(row), screen.told_apart(row)) if row else (str(outcome.subject_id), "")
            yield outcome, title, "" if apart == title else apart


def result_lines(batch: Batch, screen: BulkVerbs) -> Iterator[bytes]:
    """Yield every item and what became of it as the lines of a CSV file."""
    yield b"\xef\xbb\xbf" + csv_lines([("number", "id", "row", "outcome", "why_not", "at")])
    after = 0
    while items := db.session.execute(items_of(batch, after=after).limit(ITEMS_READ)).all():
        after = items[-1].position
        yield csv_lines(
            map(
                shown,
                (item.position, item.subject_id, without_isolates(title), item.state, item.sentence, item.ended_at),
            )
            for item, title, _exists in titled(screen, items)
        )
        db.session.rollback()  # No connection is held while a slow client takes it.


def telling(batch: Batch, verb: BulkVerb | None, arguments: Arguments | None) -> str:
    """Say what is done to one row, where its verb tells that; what an undoing does is told by what it undoes."""
    if verb is None or verb.telling is None or batch.undoes_id is not None:
        return ""
    return verb.telling(arguments or {})


def reason_of(batch: Batch, verb: BulkVerb | None) -> str:
    """Return why a batch was begun, in words: the label of a reason that was chosen, and what was said beside it."""
    reason, words = (str(batch.arguments.get(name) or "") for name in ("reason", "words"))
    field = getattr(verb.form(formdata=None), "reason", None) if verb else None
    labels = {each.value: str(each.label) for each in getattr(field, "choices", ())}
    return ": ".join(filter(None, (labels.get(reason, reason), words)))
