"""Forms of what exists already: they remember in the page what they were opened with."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, TextAreaField

from marketplace.web.formats import writable

OF_THE_PAGE = ("loaded", "were", "csrf_token", "own_password")
"""Fields that are no part of the record, nor of what is asked for: stored nowhere."""


class EditForm(FlaskForm):
    """A form that remembers, in the page, the values it was loaded with."""

    loaded = HiddenField()
    were = HiddenField()
    """What fields held at first whose conflict is yet to be settled."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge what was changed; what another program wrote stays as it is, and need not fit to do so."""
        super().validate(extra_validators)
        loaded = self.remembered()
        for name, value in self.values().items():
            if self.choice(name) == "theirs" or (name in loaded and is_same(self[name], value, loaded[name])):
                self[name].errors = []  # It is not among the changes that `refuse_conflicts` returns.
        return not self.errors

    def values(self) -> dict[str, Any]:
        """Return the data of each field of the record."""
        return {field.name: field.data for field in self if field.name not in OF_THE_PAGE}

    def remember(self, values: Mapping[str, Any] | None = None, *, disputed: Mapping[str, str] | None = None) -> None:
        """Write into the page what the fields hold now, or other `values`, and what is in dispute."""
        held = self.values() if values is None else values
        self.loaded.data = json.dumps({name: text_of(value) for name, value in held.items()})
        self.were.data = json.dumps(dict(disputed)) if disputed else ""

    def remembered(self) -> Mapping[str, Any]:
        """Return what the form was loaded with; nothing where the page came back without it."""
        return _mapping(self.loaded.data)

    def disputed(self) -> Mapping[str, str]:
        """Return the fields in which both sides changed something, each with what it held before that."""
        names = self.values().keys()
        return {name: text_of(value) for name, value in _mapping(self.were.data).items() if name in names}

    def choice(self, name: str) -> Literal["theirs", "yours"] | None:
        """Return which value of a disputed field the person wants."""
        chosen = request.form.get(f"choice-{name}") if name in self.disputed() else None
        return chosen if chosen in ("theirs", "yours") else None  # type: ignore[return-value] # mypy sees a str

    def is_stored(self, name: str, now: Any, value: Any) -> bool:
        """Whether `value` is what the field holds `now`: somebody else stored the same."""
        return is_same(self[name], now, value)

    def shown(self, _name: str, value: Any) -> str:
        """Return what is shown of a field's value where two stand side by side."""
        return writable(text_of(value))

    def was_recorded(self, name: str, value: Any, changes: Mapping[str, Any]) -> bool:
        """Whether an audit entry with these `changes` put `value` into the field `name`."""
        return name in changes and text_of(changes[name][1]) == text_of(value)


def is_same(field: Field, one: Any, other: Any) -> bool:
    """Whether two values are the same as far as a browser brings them back unchanged from `field`."""
    return _brought_back(field, one) == _brought_back(field, other)


def text_of(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


def _mapping(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _brought_back(field: Field, value: Any) -> str:
    if value is None:
        return ""
    # HTML writes every line break as one kind, allows none in an input, and knows no NUL.
    text = text_of(value).replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if isinstance(field, TextAreaField) else text.replace("\n", "")
