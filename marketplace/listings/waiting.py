"""How many listings wait, for the menu; and looking at those that were changed by others before the queue is shown."""

import time
from dataclasses import dataclass
from math import inf
from weakref import WeakKeyDictionary

from flask import flash
from flask_babel import gettext as _
from sqlalchemy.engine import Engine

from marketplace.backoffice.counting import table_size
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.listings.queue import waiting_count
from marketplace.listings.states import count_unseen, look_at_outdated
from marketplace.transaction import in_transaction

LOOKED_AT = 25
"""Listings that have changed and are looked at before the queue is shown; `flask listings signals` takes them all."""

FEW_LISTINGS = 5_000
"""Up to which they are looked through with every page of the queue: each thousand takes 6 ms."""

PAUSE = 10.0
"""Seconds for which more of them are not looked through again."""

COUNTED = 999
"""Up to which the menu counts."""

COUNT_KEPT = 20.0
"""Seconds."""

UNSEEN_KEPT = 60.0
"""Seconds for which the count of those that were changed is kept where there are many listings: 50,000 take 0.3 s."""


@dataclass
class _Known:
    """What is known of a database, and when it was asked for."""

    looked_at: float = -inf
    counted_at: float = -inf
    count: int = 0
    unseen_at: float = -inf
    unseen: int = 0


_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def look_at_changes() -> None:
    """See which listings were changed by others, and what that means for the queue.

    Where there are many, the look takes a while, and is not taken with every page.
    """
    session, now, known = db.session(), time.monotonic(), _of_this_database()
    if table_size(session, Service.__table__) > FEW_LISTINGS:
        if now - known.looked_at < PAUSE:
            return
        known.looked_at = now
    looked_at = in_transaction(lambda: look_at_outdated(session, most=LOOKED_AT))
    if looked_at:
        forget_count()
    if looked_at < LOOKED_AT:
        known.unseen_at, known.unseen = now, 0
        return
    known.unseen_at = -inf
    flash(_("More listings are new or have changed than could be looked at just now. Open the queue again."), "info")


def waiting_text() -> str:
    """Write how many listings wait or have changed since anybody looked at them; nothing where none does."""
    session, now, known = db.session(), time.monotonic(), _of_this_database()
    if now - known.counted_at > COUNT_KEPT:
        known.count, known.counted_at = waiting_count(session, COUNTED + 1), now
    few = table_size(session, Service.__table__) <= FEW_LISTINGS
    if now - known.unseen_at > (COUNT_KEPT if few else UNSEEN_KEPT):
        known.unseen, known.unseen_at = count_unseen(session, COUNTED + 1), now
    return count_text(known.count + known.unseen)


def count_text(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count or "")


def forget_count() -> None:
    """Have what waits counted anew, as it is another number than a moment ago."""
    _of_this_database().counted_at = -inf


def _of_this_database() -> _Known:
    return _known.setdefault(db.engine, _Known())
