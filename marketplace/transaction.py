"""The one place that commits: `with transaction():` around a verb, and what runs after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from marketplace.extensions import db

log = structlog.get_logger()

AFTER_COMMIT = "after_commit"


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what the block does, or nothing of it; then run what `after_commit` was given.

    Rows loaded before the block are read again inside it, so nothing is decided on an old copy.
    """
    session: Session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside of transaction()")
    session.rollback()
    session.info[AFTER_COMMIT] = []
    session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop(AFTER_COMMIT, None)
        raise
    for effect in session.info.pop(AFTER_COMMIT, ()):
        _run(effect)


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


def _run(effect: Callable[[], None]) -> None:
    try:
        effect()
    except Exception:  # The commit stands: a mail that cannot be sent must not look like a failed verb.
        log.exception("after_commit_failed", effect=getattr(effect, "__qualname__", repr(effect)))
