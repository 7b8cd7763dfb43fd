"""One verb on many rows: a preview that says what can be done and why the rest cannot, then row by row."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Response, abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import InterfaceError, NoResultFound, OperationalError

from marketplace.backoffice.addresses import own_path
from marketplace.backoffice.listing import ListScreen
from marketplace.backoffice.paging import Page
from marketplace.errors import DomainError
from marketplace.extensions import db
from marketplace.permissions import Permission
from marketplace.transaction import transaction
from marketplace.web.headers import hide_referrer

MOST_ROWS = 500
"""Rows that one request works on."""


@dataclass(frozen=True)
class BulkVerb:
    """A verb that can be run on selected rows."""

    name: str
    """The noun of its route: `cancellation`."""
    label: str
    permission: Permission
    refusal: Callable[[Any], str | None]
    """The sentence that says why it cannot be done to a row now, or None; the very predicate the verb asks."""
    perform: Callable[[Any, Any], Any]
    """`perform(row, form)` calls the verb; what it returns is shown beside the row."""
    form: type[FlaskForm]
    style: str = "primary"


@dataclass(frozen=True)
class Outcome:
    """What became of one row."""

    row_id: uuid.UUID
    title: str
    refusal: str | None
    result: Any = None


class BulkVerbs(ListScreen):
    """A list whose selected rows verbs can be run on."""

    bulk_verbs: ClassVar[Sequence[BulkVerb]] = ()
    bulk_template = "admin/model/bulk.html"
    bulk_result_template = "admin/model/bulk_result.html"

    def list_parts(self, page: Page) -> Mapping[str, Any]:
        verbs = self.bulk_verbs_open()
        return {"bulk_verbs": verbs, "table_rows": self.table_rows(page, with_boxes=bool(verbs))}

    def bulk_verbs_open(self) -> list[BulkVerb]:
        """Return the verbs that the visitor may run."""
        return [verb for verb in self.bulk_verbs if current_user.may(verb.permission)]

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Preview, or with `confirmed` run, the verb named by `action` on the rows named by `rowid`."""
        verb = next((each for each in self.bulk_verbs if each.name == request.form.get("action")), None)
        if verb is None:
            abort(400, _("Choose what to do with the selected rows."))
        if not current_user.may(verb.permission):
            abort(403)
        rows = self._chosen()
        if not rows:
            flash(_("Select at least one row first."), "warning")
            return redirect(self._back())
        confirmed = "confirmed" in request.form
        form = verb.form(request.form if confirmed else None)
        if confirmed and form.validate():
            return self._result(verb, [self._perform(verb, row.id, form) for row in rows])
        return self._preview(verb, form, rows), 422 if confirmed else 200

    def _chosen(self) -> list[Any]:
        chosen = []
        for text in dict.fromkeys(request.form.getlist("rowid")):
            try:
                chosen.append(uuid.UUID(text))
            except ValueError:
                continue
        if len(chosen) > MOST_ROWS:
            abort(413)
        select = self.row_details().where(self._identity.in_(chosen))
        return list(db.session.scalars(select).unique())

    def _preview(self, verb: BulkVerb, form: FlaskForm, rows: list[Any]) -> str:
        refusals = {row.id: verb.refusal(row) for row in rows}
        return self.render(
            self.bulk_template,
            verb=verb,
            form=form,
            back=self._back(),
            ready=[row for row in rows if not refusals[row.id]],
            refused=[(row, refusals[row.id]) for row in rows if refusals[row.id]],
        )

    def _perform(self, verb: BulkVerb, row_id: uuid.UUID, form: FlaskForm) -> Outcome:
        """Do one row in a transaction of its own, so that a refusal stops no other row."""
        title = str(row_id)
        try:
            with transaction() as session:
                select: sa.Select[Any] = self.row_details().where(self._identity == row_id)
                row = session.scalars(select).unique().one()
                title = self.title_of(row)
                return Outcome(row_id, title, None, verb.perform(row, form))
        except DomainError as refusal:
            return Outcome(row_id, title, str(refusal))
        except NoResultFound:
            return Outcome(row_id, title, _("This record no longer exists."))
        except (OperationalError, InterfaceError):
            # The rows before this one are done: the result must say so, whatever becomes of the rest.
            return Outcome(row_id, title, _("The database did not answer, so this was not done. Try again."))

    def _result(self, verb: BulkVerb, outcomes: list[Outcome]) -> Response:
        page = self.render(self.bulk_result_template, verb=verb, outcomes=outcomes, back=self._back())
        return hide_referrer(make_response(page))  # The results can hold reset links.

    def _back(self) -> str:
        """Return the address of the list as it was when rows were selected."""
        return own_path(request.form.get("back")) or self.get_url(".index_view")
