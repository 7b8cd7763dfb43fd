"""What tests ask the audit log."""

import sqlalchemy as sa

from marketplace.audit import GENESIS, AuditEvent
from marketplace.extensions import db


def entries(action: str | None = None) -> list[AuditEvent]:
    """Return the entries, oldest first; of one action where it is named."""
    db.session.rollback()
    select = sa.select(AuditEvent).order_by(AuditEvent.id)
    return list(db.session.scalars(select.where(AuditEvent.action == action) if action else select))


def is_whole() -> bool:
    """Whether every entry carries the hash of the one before and its own."""
    previous = GENESIS
    for position, entry in enumerate(entries(), start=1):
        if (entry.id, entry.previous_hash, entry.hash) != (position, previous, entry.digest()):
            return False
        previous = entry.hash
    return True
