"""What a batch does to its rows, and what it will have to leave undone: the shape of either."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor
from marketplace.database import Base

Arguments = Mapping[str, Any]
"""What is asked for: the batch's arguments, with those of the item on top."""

UNDOES = "undoes_id"
"""Under which name an undoing's arguments tell which batch it undoes."""

Refusals = list[str | None]
"""For each of several rows the sentence that says why it cannot be done, or None."""

Foresight = Callable[[Sequence[tuple[Any, Arguments]]], Refusals]
"""Tells of rows, some at a time and in their order, what the verb will say of them once those before are done."""

Noting = Callable[[Session, Sequence[uuid.UUID]], Mapping[uuid.UUID, Arguments]]
"""Tells of each of some rows what is to be kept with its item."""


@dataclass(frozen=True)
class Deed:
    """What is done to one row after the other."""

    perform: Callable[[Any, Arguments, Actor], Any]
    """`perform(row, arguments, actor)` calls the verb; what it returns is for whoever runs it, and kept nowhere."""
    foresee: Callable[[Session], Foresight]
    goes_outside: bool = False
    """Whether each row is followed by something outside of the database, such as a mail, which may take long."""


@dataclass(frozen=True)
class Work:
    """A deed on rows of one table."""

    model: type[Base]
    rows: Callable[[], sa.Select[Any]]
    """Selects all that the deed looks at."""
    deed: Deed


def one_by_one(refusal: Callable[[Any], str | None]) -> Callable[[Session], Foresight]:
    """Foresee by the predicate that the verb asks, where what is done to one row changes nothing for another."""
    return lambda _session: lambda pairs: [refusal(row) for row, _arguments in pairs]
