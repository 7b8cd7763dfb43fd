"""Who may wait for a lock: as many requests at once as leave threads to answer the others."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

SPARED = 2
"""Threads of a process that no wait takes: they answer the pages of everybody else meanwhile."""


class WaitingRoom:
    """The places of one process in which requests wait for locks that others hold."""

    def __init__(self, *, threads: int) -> None:
        """:param threads: that answer requests at once."""
        self._places = threading.BoundedSemaphore(max(threads - SPARED, 1))

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Take a place for as long as the block lasts; tell whether there was one."""
        taken = self._places.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._places.release()


@contextmanager
def place_to_wait(connection: sa.Connection) -> Iterator[bool]:
    """Tell the block whether what it does on `connection` may wait for a lock; else it gets only what is free.

    An engine of its own, as commands and tests make, has no waiting room: whoever uses it may wait.
    """
    room: WaitingRoom | None = connection.get_execution_options().get("waiting_room")
    if room is None:
        yield True
        return
    with room.place() as may_wait:
        yield may_wait
