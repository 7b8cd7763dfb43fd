"""The base view of tables whose records have a timeline, notes, and other records beside them."""

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.backoffice.acts import told_act
from marketplace.backoffice.cells import moment_tag
from marketplace.backoffice.fields import PageForm, strip
from marketplace.backoffice.guard import requires
from marketplace.backoffice.panels import Beside
from marketplace.backoffice.record_lists import page_state
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import TableView
from marketplace.backoffice.timeline import BEGAN, Happening, Others, Timeline, read_timeline, without_values
from marketplace.extensions import db
from marketplace.notes import LONGEST, WRITTEN, write_note
from marketplace.permissions import Permission
from marketplace.web.formats import recorded

Telling = Callable[[Any, Any], str]
"""Writes a recorded value of a row for people: `telling(value, row)`."""


class NoteForm(PageForm):
    notes = TextAreaField(
        _l("Internal note"),
        [DataRequired(), Length(max=LONGEST)],
        filters=[strip],
        description=_l("For staff only. It stays as it is written: nobody can change or delete it."),
    )


@dataclass(frozen=True)
class Change:
    """One field of a record, before and after, as it stands on the page."""

    field: str
    old: str | None
    new: str


class TimelineView(TableView):
    """A table whose records say what happened to them."""

    happenings: ClassVar[Mapping[str, Any]] = {}
    """Act, as the audit log calls it, to the sentence for it."""
    made: ClassVar[str] = ""
    """The act that makes a record here."""
    tellings: ClassVar[Mapping[str, Telling]] = {}
    """Field to what writes its recorded values, where they do not speak for themselves."""

    def __init__(self, model: Any, *, beside: Beside | None = None, **options: Any) -> None:
        """:param beside: makes the panels of other records, which may belong to a domain above this one."""
        super().__init__(model, **options)
        self.beside = beside

    def concerns_nobody(self, _row: Any) -> bool:
        """Whether whoever `row` is about was anonymised."""
        return False

    def label_of(self, row: Any) -> str:
        """Return what the audit log calls `row`."""
        return str(row)

    def others_of(self, _row: Any) -> Others:
        """Return which other records the timeline of `row` tells of."""
        return {}

    def other_link(self, _happening: Happening) -> tuple[str, str] | None:
        """Return address and label of the other record that a happening is about, where the visitor may open it."""
        return None

    def page_parts(self, row: Any) -> Mapping[str, Any]:
        only_notes = request.args.get("show") == "notes"
        timeline = read_timeline(
            db.session(),
            row,
            before=request.args.get("before", ""),
            only_notes=only_notes,
            others={} if only_notes else self.others_of(row),
        )
        happenings = list(self._whole(timeline, row))
        if self.concerns_nobody(row):
            happenings = [without_values(each) for each in happenings]
        return {
            "timeline": timeline,
            "happenings": happenings,
            "time_of": moment_tag(),
            "note_form": NoteForm(formdata=None) if current_user.may(Permission.NOTES_WRITE) else None,
            "panels": self.beside(row) if self.beside else (),
        }

    @requires(Permission.NOTES_WRITE)
    @expose("/<uuid:record_id>/notes", methods=("GET", "POST"))
    def notes_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        row, form = self.find(str(record_id), self.row_details()), NoteForm()
        label = self.label_of(row)
        page = self.get_url(".details_view", id=row.id, _anchor="timeline")
        if request.method == "GET" or self.submit(
            form,
            lambda: write_note(row, text=form.notes.data, label=label, form_id=form.page_id, actor=actor()),
        ):
            if request.method == "POST":
                flash(_("The note is written."), "success")
            return redirect(page)
        return self.details_page(self.find(str(record_id), self.row_details()), note_form=form), self.status_of(form)

    # -- What the template asks --------------------------------------------------------------

    def sentence_of(self, happening: Happening) -> str:
        """Say what was done; an act that has no sentence yet goes by its name."""
        if happening.action == WRITTEN:
            return _("Note")
        return str(self.happenings.get(happening.action) or told_act(happening.action))

    def changes_of(self, happening: Happening, row: Any) -> list[Change]:
        """Return what changed, readable: ids of other records are left to the audit log."""
        return [
            Change(
                self._field_name(name), None if old is None else self._told(name, old, row), self._told(name, new, row)
            )
            for name, (old, new) in happening.changes.items()
            if not name.endswith("_id")
        ]

    def timeline_url(self, row: Any, **parameters: Any) -> str:
        return self.get_url(".details_view", id=row.id, **page_state(), **parameters, _anchor="timeline")

    def _whole(self, timeline: Timeline, row: Any) -> Iterator[Happening]:
        """Give the happenings and, on the last page, the beginning that the audit log knows nothing of."""
        yield from timeline.happenings
        known = any(each.action == self.made for each in timeline.happenings)
        if not (known or timeline.older or timeline.only_notes) and row.created_at is not None:
            yield Happening(row.created_at, BEGAN, who="")

    def _field_name(self, name: str) -> str:
        return str(self.column_labels.get(name) or name.replace("_", " "))

    def _told(self, name: str, value: Any, row: Any) -> str:
        if name in self.tellings and value is not None:
            with contextlib.suppress(ValueError, ArithmeticError, TypeError, AttributeError, KeyError):
                return self.tellings[name](value, row)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return recorded(value)
