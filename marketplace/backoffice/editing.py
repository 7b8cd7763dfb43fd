"""Stale edits: what the form was loaded with, what the row holds now, what the person changed."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, TextAreaField

from marketplace.errors import Stale


class EditForm(FlaskForm):
    """A form that remembers, in the page, the values it was loaded with."""

    loaded = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge what was changed; what another program wrote stays as it is, and need not fit to do so."""
        super().validate(extra_validators)
        loaded = self.remembered()
        for name, value in self.values().items():
            if name in loaded and _same(self[name], value, loaded[name]):
                self[name].errors = []  # It is not among the changes that `refuse_conflicts` returns.
        return not self.errors

    def values(self) -> dict[str, Any]:
        """Return the data of each field of the record."""
        return {field.name: field.data for field in self if field.name not in ("loaded", "csrf_token")}

    def remember(self) -> None:
        """Write into the page what the fields hold now."""
        self.loaded.data = json.dumps({name: _text(value) for name, value in self.values().items()})

    def remembered(self) -> Mapping[str, Any]:
        """Return what the form was loaded with; nothing where the page came back without it."""
        try:
            found = json.loads(self.loaded.data or "")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def refuse_conflicts(form: EditForm, current: EditForm) -> dict[str, Any]:
    """Return the values that were changed in `form`; what others changed meanwhile is left as it is now.

    :param current: the same form, filled from the row as it is under the lock.
    :raises Stale: when a field was changed on both sides; both values then stand beside it.
    """
    loaded, now = form.remembered(), current.values()
    changes = {name: value for name, value in form.values().items() if not _same(form[name], value, loaded.get(name))}
    clashing = [
        name
        for name, value in changes.items()
        if not _same(form[name], now[name], loaded.get(name)) and not _same(form[name], now[name], value)
    ]
    if clashing:
        for name in clashing:
            field = form[name]
            field.errors = (*field.errors, _("Meanwhile it was changed to: %(value)s", value=_text(now[name])))
        _show_current(form, current, untouched=now.keys() - changes.keys())
        raise Stale(
            _(
                "Somebody changed this record while you were editing, so nothing was saved. "
                "Compare the marked fields; saving again puts in what stands here now.",
            )
        )
    return changes


def _show_current(form: EditForm, current: EditForm, *, untouched: Iterable[str]) -> None:
    """Load the form anew, but for what was typed: so that saving again puts back no old value unseen."""
    for name in untouched:
        form[name].raw_data = None
        form[name].data = current[name].data
    current.remember()
    form.loaded.data = current.loaded.data


def _same(field: Field, one: Any, other: Any) -> bool:
    """Whether two values are the same as far as a browser brings them back unchanged from `field`."""
    return _brought_back(field, one) == _brought_back(field, other)


def _brought_back(field: Field, value: Any) -> str:
    if value is None:
        return ""
    # HTML writes every line break as one kind, allows none in an input, and knows no NUL.
    text = _text(value).replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if isinstance(field, TextAreaField) else text.replace("\n", "")


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")
