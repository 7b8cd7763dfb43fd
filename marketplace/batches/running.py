"""Running a batch: some items at a time, each done under its row's lock, its outcome stored in the same commit."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from marketplace.audit import Actor, current_batch
from marketplace.batches.models import Batch, BatchItem, BatchState, ItemState
from marketplace.batches.operations import finish
from marketplace.batches.snapshots import changes_between, digest, snapshot
from marketplace.batches.work import UNDOES, Arguments, Refusals, Work
from marketplace.connections import was_in_the_way, was_too_slow
from marketplace.database import lock_all, utcnow
from marketplace.errors import DomainError
from marketplace.extensions import db
from marketplace.transaction import HalfDoneError, in_transaction, one_of_many
from marketplace.words import gettext as _

AT_ONCE = 100
"""Items that one transaction works on: others wait for its locks."""

FORESEEN_AT_ONCE = 500
"""Rows that are read at a time to see what can be done to them."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What became of one item just now."""

    position: int
    subject_id: uuid.UUID
    state: ItemState
    sentence: str | None = None
    result: Any = None
    """What the deed returned, of which nothing is stored."""
    changes: Mapping[str, Any] | None = None
    left_digest: str | None = None


def run_batch(batch_id: uuid.UUID, work: Work, *, actor: Actor, seconds: float) -> list[Outcome]:
    """Do items of a batch, in their order, for about so many seconds; return what became of them.

    Two who run one batch take turns: no item is done twice, and what one of them has begun is whole or not at all.

    :raises OperationalError: when the database cannot be reached. What is done stays done, and the rest waits.
    """
    until, outcomes = time.monotonic() + seconds, []
    while True:
        some = _next_items(batch_id, work, actor)
        outcomes += some
        if not some or time.monotonic() >= until:
            return outcomes


@dataclass(frozen=True)
class Foreseen:
    """What will become of one item, as far as can be seen now."""

    subject_id: uuid.UUID
    row: Any
    """None where it no longer exists."""
    refusal: str | None
    arguments: Arguments


def foresee(session: Session, batch: Batch, work: Work) -> Iterator[Foreseen]:
    """Yield what will become of each item of a batch that was drafted; reads, no more."""
    tell = work.deed.foresee(session)
    for items in _portions(session, batch):
        rows = {row.id: row for row in session.scalars(_rows(work, items)).unique()}
        for item, refusal in zip(items, _told(tell, batch, items, rows), strict=True):
            yield Foreseen(item.subject_id, rows.get(item.subject_id), refusal, _arguments(batch, item))


def _portions(session: Session, batch: Batch) -> Iterator[Sequence[Any]]:
    for start in range(0, batch.size, FORESEEN_AT_ONCE):
        among = BatchItem.position.between(start + 1, start + FORESEEN_AT_ONCE)
        yield session.execute(_items(batch.id).where(among)).all()


def _told(tell: Any, batch: Batch, items: Sequence[Any], rows: Mapping[Any, Any]) -> Refusals:
    early = {item.position: _early_refusal(item, rows.get(item.subject_id)) for item in items}
    pairs = [(rows[item.subject_id], _arguments(batch, item)) for item in items if not early[item.position]]
    later = iter(tell(pairs))
    return [early[item.position] or next(later) for item in items]


def _next_items(batch_id: uuid.UUID, work: Work, actor: Actor) -> list[Outcome]:
    """Do some items in one transaction; where that fails as a whole, the first of them in one of its own."""
    # What follows outside comes after the commit: so of what there is no time left for, nothing is done either.
    most = 1 if work.deed.goes_outside else AT_ONCE
    try:
        return _do(batch_id, work, actor, most=most)
    except Exception as failure:  # noqa: BLE001 - whatever one item does, the others are done
        log.warning("batch_fell_back", batch=str(batch_id), error=type(failure).__name__)
    return _do_each(batch_id, work, actor, most=most)


def _do_each(batch_id: uuid.UUID, work: Work, actor: Actor, *, most: int) -> list[Outcome]:
    """Do as many items as `_do` takes at once, each by itself."""
    outcomes: list[Outcome] = []
    for _number in range(most):
        try:
            some = _do(batch_id, work, actor, most=1)
        except HalfDoneError as late:
            some = _give_up(batch_id, ItemState.REFUSED, str(late))
        except (OperationalError, InterfaceError) as failure:
            if not (was_in_the_way(failure) or was_too_slow(failure)):
                raise
            # It has waited for long; another who wants to look at the batch waits for this.
            return [*outcomes, *_give_up(batch_id, ItemState.FAILED, _taken())]
        except Exception as failure:  # As above: the fault is logged, and said of this one item.
            log.exception("batch_item_failed", batch=str(batch_id), error=type(failure).__name__)
            some = _give_up(batch_id, ItemState.FAILED, _refused_by(failure))
        outcomes += some
        if not some:
            break
    return outcomes


def _refused_by(failure: Exception) -> str:
    if isinstance(failure, DBAPIError):
        return _("The database refused this, so it was not done.")
    return _("Something went wrong here, so it was not done. The fault is ours and has been logged.")


def _taken() -> str:
    return _("Somebody else was changing this just then, so it was not done. Try again.")


def _do(batch_id: uuid.UUID, work: Work, actor: Actor, *, most: int) -> list[Outcome]:
    """Do the next items of a batch in one transaction, their rows locked at once and judged one by one."""

    def act() -> list[Outcome]:
        session, batch, items = _turn(batch_id, most)
        if batch is None or not items:
            return []
        rows = {row.id: row for row in lock_all(session, work.model, _rows(work, items))}
        outcomes = [_outcome(work, batch, item, rows.get(item.subject_id), actor) for item in items]
        _store(session, batch, outcomes)
        return outcomes

    return in_transaction(act)


def _give_up(batch_id: uuid.UUID, state: ItemState, sentence: str) -> list[Outcome]:
    """Store that the next item of a batch was not done."""

    def act() -> list[Outcome]:
        session, batch, items = _turn(batch_id, 1)
        if batch is None:
            return []
        outcomes = [Outcome(item.position, item.subject_id, state, sentence) for item in items]
        _store(session, batch, outcomes)
        return outcomes

    return in_transaction(act)


def _turn(batch_id: uuid.UUID, most: int) -> tuple[Session, Batch | None, Sequence[Any]]:
    """Return a batch with its next items, locked so that nobody else works on it; None where it is not to be had."""
    session: Session = db.session()
    running = sa.select(Batch).where(Batch.id == batch_id, Batch.state == BatchState.RUNNING)
    # Whoever works on it just now lets go in a moment: it is theirs until then, not waited for.
    mine = running.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    batch = session.scalars(mine).one_or_none()
    waiting = _items(batch_id).where(BatchItem.state == ItemState.WAITING).limit(most)
    return session, batch, session.execute(waiting).all() if batch else ()


def _items(batch_id: uuid.UUID) -> sa.Select[Any]:
    columns = BatchItem.position, BatchItem.subject_id, BatchItem.arguments, BatchItem.expected_digest
    return sa.select(*columns).where(BatchItem.batch_id == batch_id).order_by(BatchItem.position)


def _rows(work: Work, items: Sequence[Any]) -> sa.Select[Any]:
    return work.rows().where(work.model.id.in_([item.subject_id for item in items]))  # type: ignore[attr-defined]


def _arguments(batch: Batch, item: Any) -> Arguments:
    asked = {**batch.arguments, **(item.arguments or {})}
    return asked if batch.undoes_id is None else {**asked, UNDOES: batch.undoes_id}


def _early_refusal(item: Any, row: Any) -> str | None:
    """Say what speaks against an item before the verb is asked."""
    if row is None:
        return _("This record no longer exists.")
    if item.expected_digest is not None and digest(snapshot(row)) != item.expected_digest:
        return _("This was changed since, so it is left as it is.")
    return None


def _outcome(work: Work, batch: Batch, item: Any, row: Any, actor: Actor) -> Outcome:
    refusal = _early_refusal(item, row)
    if refusal:
        return Outcome(item.position, item.subject_id, ItemState.REFUSED, refusal)
    before, token = snapshot(row), current_batch.set(batch.id)
    try:
        with one_of_many(DomainError):
            result = work.deed.perform(row, _arguments(batch, item), actor)
    except DomainError as refused:
        return Outcome(item.position, item.subject_id, ItemState.REFUSED, str(refused))
    finally:
        current_batch.reset(token)
    after = snapshot(row)
    changes = {name: list(pair) for name, pair in changes_between(before, after).items()}
    return Outcome(item.position, item.subject_id, ItemState.DONE, None, result, changes, digest(after))


def _store(session: Session, batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Write what became of items into the running transaction, and end the batch where none waits any more."""
    now = utcnow()
    written = [
        {
            "batch_id": batch.id,
            "position": each.position,
            "state": each.state.value,
            "sentence": each.sentence,
            "changes": each.changes,
            "left_digest": each.left_digest,
            "ended_at": now,
        }
        for each in outcomes
    ]
    if written:
        session.execute(sa.update(BatchItem), written)
    done = sum(each.state == ItemState.DONE for each in outcomes)
    batch.done += done
    batch.not_done += len(outcomes) - done
    if not batch.waiting:
        finish(batch)
