"""Named selects over the items of batches."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.batches.models import NOT_DONE, Batch, BatchItem, ItemState

PARTS: Mapping[str, Sequence[ItemState]] = {
    "done": (ItemState.DONE,),
    "not-done": NOT_DONE,
    "waiting": (ItemState.WAITING,),
}
"""What of the items can be asked for."""


def items_of(batch: Batch, *, part: str = "", after: int = 0) -> sa.Select[*tuple[Any, ...]]:
    """Select the items of a batch, those behind the position `after`, in their order.

    :param part: a name of PARTS; all items where it is none.
    """
    columns = BatchItem.position, BatchItem.subject_id, BatchItem.state, BatchItem.sentence, BatchItem.ended_at
    chosen = sa.select(*columns, BatchItem.arguments).where(BatchItem.batch_id == batch.id, BatchItem.position > after)
    if part in PARTS:
        chosen = chosen.where(BatchItem.state.in_([state.value for state in PARTS[part]]))
    return chosen.order_by(BatchItem.position)
