"""What can be done to a batch as a whole: draft, start, stop, try again, undo."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor, record
from marketplace.batches.models import NOT_DONE, Batch, BatchItem, BatchState, ItemState
from marketplace.batches.work import Noting
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import refuse
from marketplace.words import gettext as _
from marketplace.words import moment

MOST_ITEMS = 10_000
"""Rows of one batch."""

UNDO_WITHIN = dt.timedelta(hours=24)
"""From when a batch is finished."""

NOTED_AT_ONCE = 500
"""Rows of which is noted what they are."""

DRAFTS_KEPT = dt.timedelta(days=1)
"""For how long a draft that nobody starts is kept."""

Item = tuple[uuid.UUID, Mapping[str, Any] | None]
"""The id of a row, and what is to be done to it alone."""


def draft_batch(
    session: Session,
    *,
    table: str,
    verb: str,
    items: Iterable[Item],
    arguments: Mapping[str, Any],
    selection: Mapping[str, Any],
    origin: str,
    actor: Actor,
) -> Batch:
    """Store what is to be done, and to which rows; it is done to none of them before `start_batch`.

    :param items: one or more, in the order in which they are to be done; no row twice.
    :param selection: search and filters whose every match the items are.
    :param origin: path of the page on which the rows were chosen.
    """
    forget_drafts(session)
    named = [
        {"position": position, "subject_id": subject, "arguments": own}
        for position, (subject, own) in enumerate(items, start=1)
    ]
    batch = _draft(session, table=table, verb=verb, arguments=arguments, origin=origin, size=len(named), actor=actor)
    batch.selection = dict(selection)
    session.flush()
    session.execute(
        sa.insert(BatchItem), [{**each, "batch_id": batch.id, "state": ItemState.WAITING.value} for each in named]
    )
    return batch


def note_rows(batch: Batch, noting: Noting) -> None:
    """Keep with each item of a batch what is noted of its row as it is now."""
    session = session_of(batch)
    of_batch = sa.select(BatchItem.position, BatchItem.subject_id, BatchItem.arguments)
    for start in range(0, batch.size, NOTED_AT_ONCE):
        some = of_batch.where(
            BatchItem.batch_id == batch.id, BatchItem.position.between(start + 1, start + NOTED_AT_ONCE)
        )
        items = session.execute(some).all()
        notes = noting(session, [item.subject_id for item in items])
        noted = [
            {
                "batch_id": batch.id,
                "position": item.position,
                "arguments": {**(item.arguments or {}), **notes.get(item.subject_id, {})},
            }
            for item in items
        ]
        session.execute(sa.update(BatchItem), noted)


def draft_retry(batch: Batch, *, actor: Actor) -> Batch:
    """Draft a batch of what was not done in a finished one.

    :raises NotAllowedNow: as `retry_refusal` says.
    """
    lock(batch)
    refuse(retry_refusal(batch))
    session = session_of(batch)
    retry = _draft_like(session, batch, size=batch.not_done, actor=actor)
    retry.retries_id, retry.undoes_id = batch.id, batch.undoes_id
    session.flush()
    _copy_items(
        session,
        batch,
        retry,
        states=NOT_DONE,
        order=BatchItem.position,
        arguments=BatchItem.arguments,
        expected=BatchItem.expected_digest,
    )
    return retry


def retry_refusal(batch: Batch) -> str | None:
    """Say why what was not done cannot be tried again; None when it can."""
    if batch.state != BatchState.FINISHED:
        return _("It is not finished yet.")
    if not batch.not_done:
        return _("Everything was done.")
    return None


def draft_undo(batch: Batch, *, actor: Actor) -> Batch:
    """Draft a batch that puts back what a finished one has changed, the last change first.

    :raises NotAllowedNow: as `undo_refusal` says.
    """
    lock(batch)
    refuse(undo_refusal(batch))
    session = session_of(batch)
    undo = _draft_like(session, batch, size=batch.done, actor=actor)
    undo.undoes_id, undo.arguments = batch.id, {}
    session.flush()
    _copy_items(
        session,
        batch,
        undo,
        states=(ItemState.DONE,),
        order=BatchItem.position.desc(),
        arguments=BatchItem.changes,
        expected=BatchItem.left_digest,
    )
    return undo


def undo_refusal(batch: Batch) -> str | None:
    """Say why a batch cannot be undone now; None when it can. Whether its verb can be undone at all is not asked."""
    if batch.undoes_id is not None:
        return _("This is an undoing itself.")
    if batch.finished_at is None:
        return _("It is not finished yet.")
    if not batch.done:
        return _("Nothing was done that could be undone.")
    if utcnow() > batch.finished_at + UNDO_WITHIN:
        return _("It could be undone until %(end)s.", end=moment(batch.finished_at + UNDO_WITHIN))
    if undoing_of(batch) is not None:
        return _("It was undone already.")
    return None


def undoing_of(batch: Batch) -> Batch | None:
    """Return the batch that was started to undo this one."""
    started = Batch.undoes_id == batch.id, Batch.state != BatchState.DRAFT
    return session_of(batch).scalars(sa.select(Batch).where(*started).order_by(Batch.started_at).limit(1)).first()


def start_batch(batch: Batch, *, arguments: Mapping[str, Any], label: str, actor: Actor) -> bool:
    """Begin a batch that was drafted, unless it was begun before; return whether it is this call that began it.

    :param arguments: what the verb's form holds.
    :param label: what the batch is called in the audit log.
    :raises NotAllowedNow: when it would undo a batch that can no longer be undone.
    """
    lock(batch)
    if batch.state != BatchState.DRAFT:
        return False
    if batch.undoes_id is not None and batch.retries_id is None:
        refuse(undo_refusal(lock(session_of(batch).get_one(Batch, batch.undoes_id))))
    batch.state, batch.arguments, batch.started_at = BatchState.RUNNING.value, dict(arguments), utcnow()
    batch.author_id, batch.author_label = actor.audit_id, actor.audit_label[:255]
    batch.runner_label = batch.author_label
    _record(batch, "started", label=label, actor=actor)
    return True


def resume_batch(batch: Batch, *, label: str, actor: Actor) -> None:
    """Note that it is now another who goes on with a batch."""
    lock(batch)
    if batch.state == BatchState.RUNNING and batch.runner_label != actor.audit_label[:255]:
        batch.runner_label = actor.audit_label[:255]
        _record(batch, "resumed", label=label, actor=actor)


def stop_batch(batch: Batch, *, label: str, actor: Actor) -> None:
    """Finish a batch that runs: what waits is not done.

    :raises NotAllowedNow: as `stop_refusal` says.
    """
    lock(batch)
    refuse(stop_refusal(batch))
    waiting = BatchItem.batch_id == batch.id, BatchItem.state == ItemState.WAITING
    stopped = {"state": ItemState.STOPPED.value, "sentence": _("The batch was stopped before this was done.")}
    session_of(batch).execute(sa.update(BatchItem).where(*waiting).values(**stopped, ended_at=utcnow()))
    _record(batch, "stopped", label=label, actor=actor)
    batch.not_done += batch.waiting
    finish(batch)


def stop_refusal(batch: Batch) -> str | None:
    """Say why a batch cannot be stopped; None when it can."""
    return None if batch.state == BatchState.RUNNING else _("It does not run.")


def finish(batch: Batch) -> None:
    """End a batch of which no item waits."""
    batch.state, batch.finished_at = BatchState.FINISHED.value, utcnow()


def forget_drafts(session: Session) -> None:
    """Delete drafts that nobody has started for DRAFTS_KEPT."""
    old = sa.delete(Batch).where(Batch.state == BatchState.DRAFT, Batch.created_at < utcnow() - DRAFTS_KEPT)
    session.execute(old.execution_options(synchronize_session=False))


def _record(batch: Batch, act: str, *, label: str, actor: Actor) -> None:
    facts = {"verb": batch.verb, "items": batch.size, "done": batch.done or None, "undoes_id": batch.undoes_id}
    record(
        f"batch.{act}",
        batch,
        actor=actor,
        label=label,
        reason=batch.arguments.get("reason") or None,
        changes={name: (None, fact) for name, fact in facts.items() if fact is not None},
    )


def _draft(
    session: Session, *, table: str, verb: str, arguments: Mapping[str, Any], origin: str, size: int, actor: Actor
) -> Batch:
    batch = Batch(
        subject_type=table,
        verb=verb,
        arguments=dict(arguments),
        selection={},
        origin=origin,
        state=BatchState.DRAFT.value,
        size=size,
        done=0,
        not_done=0,
        author_id=actor.audit_id,
        author_label=actor.audit_label[:255],
        created_at=utcnow(),
    )
    session.add(batch)
    return batch


def _draft_like(session: Session, batch: Batch, *, size: int, actor: Actor) -> Batch:
    forget_drafts(session)
    return _draft(
        session,
        table=batch.subject_type,
        verb=batch.verb,
        arguments=batch.arguments,
        origin=batch.origin,
        size=size,
        actor=actor,
    )


def _copy_items(
    session: Session,
    batch: Batch,
    copy: Batch,
    *,
    states: Iterable[ItemState],
    order: Any,
    arguments: Any,
    expected: Any,
) -> None:
    """Give `copy` the items of `batch` that are in one of `states`."""
    chosen = sa.select(
        sa.literal(copy.id, sa.Uuid()),
        sa.func.row_number().over(order_by=order),
        BatchItem.subject_id,
        sa.literal(ItemState.WAITING.value),
        arguments,
        expected,
    ).where(BatchItem.batch_id == batch.id, BatchItem.state.in_([state.value for state in states]))
    names = ["batch_id", "position", "subject_id", "state", "arguments", "expected_digest"]
    session.execute(sa.insert(BatchItem).from_select(names, chosen))


def say_of_item(session: Session, batch_id: uuid.UUID, subject_id: uuid.UUID, sentence: str) -> None:
    """Store beside an item that is done what came of it afterwards."""
    item = BatchItem.batch_id == batch_id, BatchItem.subject_id == subject_id
    session.execute(
        sa.update(BatchItem).where(*item).values(sentence=sentence).execution_options(synchronize_session=False)
    )
