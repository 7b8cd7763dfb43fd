"""What two people changed at once: merged where they changed different fields, else side by side for one to choose."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.audit import AuditEvent
from marketplace.backoffice.editing import EditForm, is_same, text_of
from marketplace.backoffice.submitting import status_of
from marketplace.database import Base, session_of
from marketplace.errors import Stale

LOOKED_THROUGH = 20
"""Entries of the audit log in which the author of a value is looked for."""


@dataclass(frozen=True)
class Conflict:
    """One field that was changed on both sides; what the person typed is in the field itself."""

    loaded: str
    """As the form was opened."""
    theirs: str
    """As it is stored now."""
    author: str | None = None
    """Who stored it; None where another program did, which keeps no log of ours."""
    at: dt.datetime | None = None
    choice: str | None = None
    """What the person has chosen so far."""


def refuse_conflicts(form: EditForm, current: EditForm, row: Base) -> dict[str, Any]:
    """Return the values that were changed in `form`; what others changed meanwhile is left as it is now.

    :param current: the same form, filled from `row` as it is under the lock.
    :raises Stale: when a field was changed on both sides and nobody has chosen yet; each such field then holds a
        Conflict.
    """
    loaded, now, disputed = form.remembered(), current.values(), form.disputed()
    changes, open_ones = {}, {}
    for name, value in form.values().items():
        untouched = is_same(form[name], now[name], loaded.get(name))
        if name in disputed and not (untouched and form.choice(name)):
            open_ones[name] = disputed[name]
        elif form.choice(name) == "theirs" or is_same(form[name], value, loaded.get(name)):
            continue
        elif untouched or form.is_stored(name, now[name], value):
            changes[name] = value
        else:
            open_ones[name] = text_of(loaded.get(name))
    if open_ones:
        show_conflicts(form, current, row, open_ones)
        _load_anew(form, current, open_ones, kept={*changes, *open_ones})
        raise Stale(
            _(
                "Somebody changed this record while you were editing, so nothing was saved. "
                "Choose for each marked field which value to keep, then save again.",
            )
        )
    return changes


def keep_disputes_in_view(form: EditForm, current: EditForm, row: Base) -> None:
    """Show what is yet to be settled where the form was refused for something else that is wrong in it."""
    if status_of(form) == 422:
        show_conflicts(form, current, row, form.disputed())


def show_conflicts(form: EditForm, current: EditForm, row: Base, open_ones: Mapping[str, str]) -> None:
    """Put both values beside each of the fields in `open_ones`, and who stored theirs where the audit log knows."""
    now = current.values()
    entries = _latest_entries(row) if open_ones else []
    for name, loaded in open_ones.items():
        entry = next((each for each in entries if form.was_recorded(name, now[name], each.changes)), None)
        author, at = (entry.actor_label, entry.at) if entry else (None, None)
        form[name].conflict = Conflict(
            form.shown(name, loaded), form.shown(name, now[name]), author, at, form.choice(name)
        )


def _load_anew(form: EditForm, current: EditForm, open_ones: Mapping[str, str], *, kept: set[str]) -> None:
    """Show what is stored now, but for what was typed: so that saving again puts back no old value unseen."""
    now = current.values()
    for name in now.keys() - kept:
        form[name].raw_data = None
        form[name].data = current[name].data
    form.remember(now, disputed=open_ones)


def _latest_entries(row: Base) -> list[AuditEvent]:
    [identity] = sa.inspect(row).identity or (None,)
    entries = sa.select(AuditEvent).where(
        AuditEvent.subject_type == row.__tablename__, AuditEvent.subject_id == str(identity)
    )
    return list(session_of(row).scalars(entries.order_by(AuditEvent.id.desc()).limit(LOOKED_THROUGH)))
