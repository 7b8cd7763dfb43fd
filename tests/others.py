"""What others do to the same rows meanwhile: another program's transaction, a second browser, all at one moment."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.engine import Connection

from marketplace.extensions import db

PATIENCE = 30
"""Seconds that something may take on a busy machine."""


@contextmanager
def another_program() -> Iterator[Connection]:
    """Open a transaction of another program, which writes and waits for locks as long as it takes.

    In SQLite's own memory, unlike in a file, nobody can even read meanwhile.
    """
    db.session.rollback()
    with db.engine.connect().execution_options(writes=True) as connection:
        if db.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            # It looks for deadlocks so late that whoever waits for it always finds them first.
            connection.exec_driver_sql("SET LOCAL deadlock_timeout = '10min'")
        yield connection


def wait_for_waiters(connection: Connection, amount: int = 1) -> None:
    """Return once that many others wait for locks (PostgreSQL)."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + PATIENCE
    while (connection.scalar(waiting) or 0) < amount:
        assert time.monotonic() < deadline, "nobody waits"
        connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
        time.sleep(0.01)


class Meanwhile(threading.Thread):
    """Something that is done beside the test; `answer()` waits for it and gives what came of it."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._act, self._came, self._failed = act, None, None
        self._app: Flask = current_app._get_current_object()
        self.start()

    def run(self) -> None:
        try:
            with self._app.app_context():
                self._came = self._act()
        except BaseException as failure:  # noqa: BLE001 - it is raised where the test asks for the answer
            self._failed = failure

    def answer(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "no answer"
        if self._failed:
            raise self._failed
        return self._came


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of `acts` at the same moment, each in a thread of its own; return what each gave."""
    start = threading.Barrier(len(acts))
    db.session.rollback()  # SQLite in memory commits nothing while somebody still reads.

    def begin(act: Callable[[], Any]) -> Any:
        start.wait(PATIENCE)
        return act()

    running = [Meanwhile(lambda act=act: begin(act)) for act in acts]
    return [each.answer() for each in running]
