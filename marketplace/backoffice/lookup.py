"""Look-ups: naming another record by typing, never by a drop-down of all rows."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from marketplace.extensions import db

SUGGESTIONS = 10
LONGEST_TERM = 255
"""Characters; SQLite refuses patterns of 50,000."""


@dataclass(frozen=True)
class Lookup:
    """How one kind of record is found by what a person types."""

    find: Callable[[Session, str, int], Sequence[Any]]
    """`find(session, term, limit)` returns the matching rows, best first."""
    get: Callable[[Session, uuid.UUID], Any | None]
    label: Callable[[Any], str]
    name: Callable[[Any], str]
    """What means exactly this record when it is typed in full."""

    def suggest(self, session: Session, term: str) -> list[dict[str, str]]:
        term = term.strip()
        if not term:
            return []
        return [{"id": str(row.id), "label": self.label(row)} for row in self.find(session, term, SUGGESTIONS)]

    def resolve(self, session: Session, text: str) -> Any:
        """Return the one row that `text` means: its id, or words that only one row matches.

        :raises ValidationError: when there is none, or more than one.
        """
        if len(text) > LONGEST_TERM:
            raise ValidationError(_("This is too long to look for."))
        try:
            row = self.get(session, uuid.UUID(text))
        except ValueError:
            row = self._only_match(self.find(session, text, SUGGESTIONS), text)
        if row is None:
            raise ValidationError(_("Nothing matches “%(text)s”.", text=text))
        return row

    def _only_match(self, found: Sequence[Any], text: str) -> Any:
        exact = [row for row in found if self.name(row).casefold() == text.casefold()]
        rows = exact if len(exact) == 1 else found
        if len(rows) > 1:
            some = "; ".join(self.label(row) for row in rows[:5])
            raise ValidationError(_("More than one matches. Type more of it: %(some)s", some=some))
        return rows[0] if rows else None


class LookupWidget(TextInput):
    """A text input; a script turns it into a list to choose from where scripts run."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        options.setdefault("data-lookup", field.name)
        options.setdefault("autocomplete", "off")
        if field.row is not None:
            options["data-lookup-label"] = field.lookup.label(field.row)
        return super().__call__(field, **options)


class LookupField(StringField):
    """Takes an id, or words that only one record matches; `row` is the record."""

    widget = LookupWidget()

    def __init__(self, label: str, lookup: Lookup, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.lookup = lookup
        self.row: Any = None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        text = (self.data or "").strip()
        if text:
            self.row = self.lookup.resolve(db.session(), text)
