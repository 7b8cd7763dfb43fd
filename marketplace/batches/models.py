"""The tables `batches` and `batch_items`: what is to be done to which rows, and what became of each."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.database import Base, UtcDateTime


class BatchState(StrEnum):
    DRAFT = "draft"
    """Looked at, not yet begun."""
    RUNNING = "running"
    """Begun: some items may still wait, whether anybody works on them just now or not."""
    FINISHED = "finished"
    """No item waits any more."""


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    """The rules did not allow it."""
    FAILED = "failed"
    """The database did not."""
    STOPPED = "stopped"
    """The batch was stopped before its turn came."""


NOT_DONE = (ItemState.REFUSED, ItemState.FAILED, ItemState.STOPPED)
"""What can be tried again."""


class Batch(Base):
    """One verb on many rows of one table."""

    __tablename__ = "batches"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    subject_type: Mapped[str] = mapped_column(sa.String(64))
    """Name of the table whose rows it is about."""
    verb: Mapped[str] = mapped_column(sa.String(40))
    """The noun of the verb's route: `cancellation`."""
    arguments: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """What its form holds, such as the reason."""
    selection: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Search and filters whose every match was chosen; empty where rows were chosen one by one."""
    origin: Mapped[str] = mapped_column(sa.Text)
    """Path of the page on which the rows were chosen."""
    state: Mapped[str] = mapped_column(sa.String(20))
    size: Mapped[int]
    """Items."""
    done: Mapped[int] = mapped_column(default=0)
    """Items in the state DONE."""
    not_done: Mapped[int] = mapped_column(default=0)
    """Items that were refused, failed or stopped."""
    author_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    author_label: Mapped[str] = mapped_column(sa.String(255))
    """Who drafted it and then (it may be another) began it."""
    runner_label: Mapped[str | None] = mapped_column(sa.String(255))
    """Who works on it, or was the last to."""
    undoes_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("batches.id"))
    """The batch whose items this one puts back."""
    retries_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("batches.id"))
    """The batch whose items this one tries again."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'running', 'finished')", name="state"),
        sa.CheckConstraint("size > 0", name="size"),
        sa.CheckConstraint("done >= 0 AND not_done >= 0 AND done + not_done <= size", name="progress"),
        sa.Index("ix_batches_created_at_id", "created_at", "id"),
        sa.Index("ix_batches_state_created_at_id", "state", "created_at", "id"),
        sa.Index("ix_batches_undoes_id", "undoes_id"),
        sa.Index("ix_batches_retries_id", "retries_id"),
    )

    @property
    def waiting(self) -> int:
        """How many items are still to be done."""
        return self.size - self.done - self.not_done


class BatchItem(Base):
    """One row of a batch."""

    __tablename__ = "batch_items"

    batch_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3, ...: the order in which they are done."""
    subject_id: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(sa.String(20))
    arguments: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """What is to be done to this row alone, on top of the batch's; of an undo, the changes to put back."""
    expected_digest: Mapped[str | None] = mapped_column(sa.String(64))
    """What the row has to be for the item to be done; NULL: whatever it is. SHA-256, hexadecimal."""
    sentence: Mapped[str | None] = mapped_column(sa.Text)
    """Why it was not done; or, of one that is done, what came of it that was not to be."""
    changes: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Field to `[old, new]`, as the audit log writes them."""
    left_digest: Mapped[str | None] = mapped_column(sa.String(64))
    """What the row was when the item was done."""
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused', 'failed', 'stopped')", name="state"),
        sa.UniqueConstraint("batch_id", "subject_id"),
        sa.Index("ix_batch_items_batch_id_state_position", "batch_id", "state", "position"),
    )
