"""What a list shows of the records that its rows refer to."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Bundle


class Referred(Bundle[Any]):
    """A few columns of another record under one name; None where the record does not exist. The first is its id."""

    def create_row_processor(
        self, query: Any, procs: Sequence[Callable[[Any], Any]], labels: Sequence[str]
    ) -> Callable[[Any], Any]:
        identity, write = procs[0], super().create_row_processor(query, procs, labels)
        return lambda row: None if identity(row) is None else write(row)
