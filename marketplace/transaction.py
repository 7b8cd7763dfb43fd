"""The one place that commits: `with transaction():` around a verb, and what runs after it."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.connections import was_lost_to_others
from marketplace.extensions import db

log = structlog.get_logger()

Result = TypeVar("Result")

ATTEMPTS = 3
"""How often what the database gives up for the sake of others is done at most."""

PAUSE = 0.1
"""Seconds at most before the second attempt; before the third, twice that. Two who met part by chance."""

AFTER_COMMIT = "after_commit"
AT_COMMIT = "pending_audit_events"
"""Where a session keeps the audit entries that join the chain just before the commit."""

FLUSHED = "flushed_rows"
"""Where a session keeps the rows that its transaction has written, from the first `one_of_many()` on."""


class HalfDoneError(Exception):
    """Something was refused after it had begun: only a rollback of the whole transaction undoes that."""


def in_transaction(act: Callable[[], Result]) -> Result:
    """Return what `act` returned, its work committed; do all of it again where the database gave it up for others.

    Of an attempt that was given up nothing is left, no row, no entry and no effect, so `act` must keep nothing either
    that the next one would find.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            with transaction():
                return act()
        except DBAPIError as failure:
            if not was_lost_to_others(failure):
                raise
            log.warning("transaction_done_again", attempt=attempt, error=type(failure.orig).__name__)
        time.sleep(random.uniform(0, PAUSE * attempt))  # noqa: S311 - no secret
    with transaction():
        return act()


@contextmanager
def transaction(*, waits: bool = True) -> Iterator[Session]:
    """Commit what the block does, or nothing of it; then run what `after_commit` was given.

    Rows loaded before the block are read again inside it, so nothing is decided on an old copy.

    :param waits: False where the block can be left undone: it fails at once while somebody else writes (SQLite).
    """
    session: Session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside of transaction()")
    session.rollback()
    session.info[AFTER_COMMIT] = []
    try:
        session.connection(execution_options={"writes": True, "waits": waits})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop(AFTER_COMMIT, None)
        raise
    finally:
        session.info.pop(FLUSHED, None)
    for effect in session.info.pop(AFTER_COMMIT, ()):
        _run(effect)


@contextmanager
def one_of_many(refusal: type[Exception]) -> Iterator[None]:
    """Let the block raise `refusal` within a transaction that goes on with other rows all the same.

    Verbs judge before they change, so a refusal leaves nothing to undo, and no SAVEPOINT is paid for.

    :raises HalfDoneError: in place of a refusal that came too late for that, with its words.
    """
    session: Session = db.session()
    session.info.setdefault(FLUSHED, [])
    before = _work(session)
    try:
        yield
    except refusal as refused:
        if _work(session) - before:
            raise HalfDoneError(str(refused)) from refused
        raise


@contextmanager
def on_connection(engine: Engine) -> Iterator[Connection]:
    """Commit what the block does on a connection of its own: for changes of the schema, which have no rows."""
    with engine.begin() as connection:
        yield connection


def after_commit(effect: Callable[[], None]) -> None:
    """Have `effect` run once the running transaction is committed, and never if it is not.

    `effect` closes over plain values, not over rows: by then the rows have expired.
    """
    effects = db.session().info.get(AFTER_COMMIT)
    if effects is None:
        raise RuntimeError("after_commit() is only for use inside of transaction()")
    effects.append(effect)


def _work(session: Session) -> set[int]:
    """Return the rows that the running transaction changed, its entries and effects: as the identities of objects."""
    kept = (each for name in (FLUSHED, AT_COMMIT, AFTER_COMMIT) for each in session.info.get(name, ()))
    return {id(each) for each in (*session.new, *session.dirty, *session.deleted, *kept)}


@event.listens_for(Session, "before_flush")
def _note_flushed(session: Session, _context: object, _rows: object) -> None:
    flushed = session.info.get(FLUSHED)
    if flushed is not None:
        flushed.extend((*session.new, *session.dirty, *session.deleted))


def _run(effect: Callable[[], None]) -> None:
    try:
        effect()
    except Exception:  # The commit stands: a mail that cannot be sent must not look like a failed verb.
        log.exception("after_commit_failed", effect=getattr(effect, "__qualname__", repr(effect)))
