"""Whether the audit log is as it was written: its chain of hashes walked from entry to entry."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import GENESIS, AuditEvent, digest_of

AT_ONCE = 1000
"""Entries that are read at a time."""


@dataclass(frozen=True)
class Head:
    """The newest entry: noted elsewhere, it tells later whether the log was cut off behind it."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True)
class Break:
    """Where the chain first is not as it was written."""

    position: int
    sentence: str

    def __str__(self) -> str:
        return f"Entry {self.position}: {self.sentence}"


START = Head(0, GENESIS)
"""What the first entry follows on."""


def newest_position(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(AuditEvent.id))) or 0


def verify_chain(
    session: Session,
    *,
    first: int = 1,
    expected: Head | None = None,
    progress: Callable[[int], object] = lambda _entries: None,
) -> Head | Break:
    """Walk the chain in order, a portion at a time; return its newest entry, or the first that is wrong.

    :param first: position at which to begin; what the entry before says of itself is then believed.
    :param expected: an entry that has to be there, as it was noted earlier.
    :param progress: is told of each portion how many entries it had.
    """
    before = START if first == 1 else _believed(session, first - 1)
    if isinstance(before, Break):
        return before
    stray = session.scalar(sa.select(sa.func.min(AuditEvent.id)).where(AuditEvent.id < 1)) if first == 1 else None
    if stray is not None:
        return Break(stray, "it does not belong to the chain, which begins with entry 1.")
    for portion in _portions(session, before.position):
        for stored in portion:
            found = _judge(stored, before)
            if isinstance(found, Break):
                return found
            if expected and found.position == expected.position and found.hash != expected.hash:
                return Break(found.position, "its hash is not the one that was noted: it was replaced, or one before.")
            before = found
        progress(len(portion))
    if expected and expected.position > before.position:
        return Break(before.position + 1, f"it is missing, and all up to {expected.position}: the log was cut off.")
    return before


def _judge(stored: Sequence[Any], before: Head) -> Head | Break:
    """Return the entry as what the next one has to follow on, or what is wrong with it."""
    position = stored[0]
    if position != before.position + 1:
        return Break(before.position + 1, f"it is missing; entry {before.position} is followed by entry {position}.")
    try:
        entry = _read(stored)
    except (ValueError, TypeError, RecursionError):
        return Break(position, "it was changed: what it holds cannot be read.")
    if entry["previous_hash"] != before.hash:
        return Break(
            position,
            f"it does not follow on entry {before.position}: one of the two was changed, replaced or put in.",
        )
    stated = entry.pop("hash")
    if digest_of(entry) != stated:
        return Break(position, "it was changed: its hash does not fit what it holds.")
    return Head(position, stated)


def _believed(session: Session, position: int) -> Head | Break:
    """Return the entry at `position` as it stands there."""
    stated = session.scalar(sa.select(AuditEvent.hash).where(AuditEvent.id == position))
    return Break(position, "it is missing.") if stated is None else Head(position, stated)


def _portions(session: Session, position: int) -> Iterator[Sequence[Any]]:
    """Yield the entries behind `position` as they are stored, some at a time, each time in a transaction of its own."""
    columns = _stored_columns(session.get_bind().dialect.name)
    while True:
        behind = sa.select(*columns).where(AuditEvent.id > position).order_by(AuditEvent.id).limit(AT_ONCE)
        portion = [tuple(row) for row in session.execute(behind)]
        session.rollback()  # No connection is kept and no old row is held for longer than a portion takes.
        if not portion:
            return
        yield portion
        position = portion[-1][0]


def _stored_columns(dialect: str) -> list[Any]:
    """Return what is read of an entry: its position, then each column as the database holds it."""
    columns = [AuditEvent.__table__.c[name] for name in NAMES]
    if dialect == "postgresql":
        return [AuditEvent.id, *(sa.cast(each, sa.Text) if each.name == "changes" else each for each in columns)]
    # SQLite lets any value into any column, and its texts be anything: read by their bytes, so that none is a fault.
    return [AuditEvent.id, *(sa.func.typeof(each).concat(":").concat(sa.func.hex(each)) for each in columns)]


NAMES = tuple(column.name for column in AuditEvent.__table__.columns)


def _read(stored: Sequence[Any]) -> dict[str, Any]:
    """Return an entry, name to value, as it was when its hash was made.

    :raises ValueError: (or TypeError, RecursionError) where it cannot have been written so.
    """
    _position, *values = stored
    entry = dict(zip(NAMES, values, strict=True))
    if isinstance(entry["id"], str):
        entry = {name: _from_sqlite(name, value) for name, value in entry.items()}
    written = entry["changes"]
    entry["changes"] = json.loads(written)
    _same(entry["changes"], written, json.dumps(entry["changes"]))  # Two spellings of one value are two entries.
    return entry


def _from_sqlite(name: str, stored: str) -> Any:
    """Read what SQLite holds, which has to be written as we write it: the same value has no second spelling."""
    kind, _, written = stored.partition(":")
    if kind == "null":
        return None
    text = bytes.fromhex(written).decode("utf-8")
    if kind != ("integer" if name == "id" else "text"):
        raise TypeError(name)
    if name == "id":
        return int(text)
    if name == "at":
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
        return _same(moment, text, moment.replace(tzinfo=None).isoformat(" "))
    if name == "actor_id":
        identity = uuid.UUID(text)
        return _same(identity, text, identity.hex)
    return text


def _same(value: Any, text: str, as_we_write: str) -> Any:
    if text != as_we_write:
        raise ValueError(text)
    return value
