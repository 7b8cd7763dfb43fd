"""The base view of every table: its list, its records, its forms; closed until a permission opens each."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from marketplace.backoffice.bulk import BulkVerbs
from marketplace.backoffice.conflicts import keep_disputes_in_view, refuse_conflicts
from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.listing import SEARCH_LENGTH
from marketplace.backoffice.lookup import Lookup
from marketplace.backoffice.submitting import status_of, submit
from marketplace.database import lock
from marketplace.extensions import db
from marketplace.permissions import Permission


@dataclass(frozen=True)
class Verb:
    """A button: where it leads, or the sentence that says why it cannot be pressed."""

    label: str
    url: str
    refusal: str | None = None
    style: str = "primary"


class TableView(BulkVerbs):
    """One table. A subclass names its columns, its selects and the permission for each kind of route."""

    details_template = "admin/model/details.html"
    create_template = "admin/model/create.html"
    edit_template = "admin/model/edit.html"
    edit_permission: ClassVar[Permission | None] = None
    lookups: ClassVar[Mapping[str, Lookup]] = {}
    new_form: ClassVar[type[FlaskForm]] = FlaskForm
    change_form: ClassVar[type[EditForm]] = EditForm

    # -- What a subclass says --------------------------------------------------------------

    def verbs(self, _row: Any) -> Sequence[Verb]:
        """Return the buttons on the page of `row`."""
        return ()

    def page_parts(self, _row: Any) -> Mapping[str, Any]:
        """Return what else the template of the details page shows."""
        return {}

    def create_row(self, _form: Any) -> Any:
        """Call the verb that makes a row of what the form holds, and return it."""
        raise NotImplementedError

    def change_row(self, _row: Any, _changes: Mapping[str, Any]) -> None:
        """Call the verb that puts `changes` (field name to new value) into `row`."""
        raise NotImplementedError

    # -- Routes ----------------------------------------------------------------------------

    def permission_for(self, route: str) -> Permission | None:
        standard = {
            "index_view": self.read_permission,
            "details_view": self.read_permission,
            "record_view": self.read_permission,
            "action_view": self.read_permission,
            "create_view": self.create_permission,
            "edit_view": self.edit_permission,
            "export": self.export_permission,
            "ajax_lookup": self.create_permission or self.edit_permission,
        }
        return standard[route] if route in standard else super().permission_for(route)

    @expose("/details/")
    def details_view(self) -> str:
        return self.details_page(self.find(request.args.get("id"), self.row_details()))

    @expose("/<uuid:record_id>")
    def record_view(self, record_id: uuid.UUID) -> Response:
        return redirect(self.url_of(self.find(str(record_id))))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> str | Response | tuple[str, int]:
        form = self.new_form(request.form or None)
        row = self.submit(form, lambda: self.create_row(form)) if request.method == "POST" else None
        if row is not None:
            flash(_("Created."), "success")
            return redirect(self.url_of(row))
        return self.render(self.create_template, form=form), self.status_of(form)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> str | Response | tuple[str, int]:
        row = self.find(request.args.get("id"), self.row_details())
        form = self.change_form(request.form or None, obj=row)
        if request.method == "GET":
            form.remember()
        elif self.submit(form, lambda: self._save(form, row)) is not None:
            flash(_("Saved."), "success")
            return redirect(self.url_of(row))
        shown = self.find(request.args.get("id"), self.row_details())
        keep_disputes_in_view(form, self.change_form(MultiDict(), obj=shown), shown)
        return self.render(self.edit_template, form=form, row=shown), self.status_of(form)

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> list[dict[str, str]]:
        lookup = self.lookups.get(request.args.get("name", ""))
        if lookup is None:
            abort(404)
        return lookup.suggest(db.session(), request.args.get("query", "")[:SEARCH_LENGTH])

    # -- What they are made of -------------------------------------------------------------

    def details_page(self, row: Any, **parts: Any) -> str:
        """Show the page of `row`.

        :param parts: what takes the place of what `page_parts` returns under the same names.
        """
        return self.render(
            self.details_template,
            row=row,
            title=self.title_of(row),
            verbs=self.verbs(row),
            columns=self._details_columns,
            **{**self.page_parts(row), **parts},
        )

    def verb_page(
        self,
        row: Any,
        form: FlaskForm,
        act: Callable[[], Any],
        *,
        title: str,
        done: str,
        template: str,
        **parts: Any,
    ) -> Response | tuple[str, int]:
        """Show the form of a verb, or do it: the one shape every verb on one row has.

        :param act: calls the verb; runs within a transaction, may raise DomainError.
        :param done: the sentence that is shown when it is done.
        """
        if request.method == "POST" and self.submit(form, lambda: act() or True):
            flash(done, "success")
            return redirect(self.url_of(row))
        shown = self.find(str(row.id), self.row_details())
        return self.render(template, row=shown, form=form, title=title, **parts), self.status_of(form)

    def submit(self, form: FlaskForm, act: Callable[[], Any]) -> Any:
        return submit(form, act)

    @staticmethod
    def status_of(form: FlaskForm) -> int:
        return status_of(form)

    def _save(self, form: EditForm, row: Any) -> None:
        lock(row)
        current = self.change_form(MultiDict(), obj=row)
        self.change_row(row, refuse_conflicts(form, current, row))
