"""One verb on many rows: a preview that says what can be done and why the rest cannot, then all at once."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
import structlog
from flask import Response, abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from marketplace.backoffice.addresses import own_path
from marketplace.backoffice.listing import ListScreen
from marketplace.backoffice.paging import Page
from marketplace.database import lock_all
from marketplace.errors import DomainError
from marketplace.extensions import db
from marketplace.permissions import Permission
from marketplace.transaction import HalfDoneError, one_of_many, transaction
from marketplace.web.headers import hide_referrer

MOST_ROWS = 500
"""Rows that one request works on."""

ROWS_AT_ONCE = 100
"""Rows that one transaction works on: others wait for its locks."""

log = structlog.get_logger()


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
        ids = self._chosen_ids()
        confirmed = "confirmed" in request.form
        form = verb.form(request.form if confirmed else None)
        if ids and confirmed and form.validate():
            return self._result(verb, self._perform_all(verb, ids, form))
        rows = list(db.session.scalars(self._rows_with(ids)).unique()) if ids else []
        if not rows:
            flash(_("Select at least one row first."), "warning")
            return redirect(self._back())
        return self._preview(verb, form, rows), 422 if confirmed else 200

    def _chosen_ids(self) -> list[uuid.UUID]:
        chosen = []
        for text in dict.fromkeys(request.form.getlist("rowid")):
            try:
                chosen.append(uuid.UUID(text))
            except ValueError:
                continue
        if len(chosen) > MOST_ROWS:
            abort(413)
        return chosen

    def _rows_with(self, ids: Sequence[uuid.UUID]) -> sa.Select[Any]:
        return self.row_details().where(self._identity.in_(ids))

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

    def _perform_all(self, verb: BulkVerb, ids: Sequence[uuid.UUID], form: FlaskForm) -> list[Outcome]:
        """Do the rows, many in one transaction; where that fails as a whole, each in a transaction of its own."""
        outcomes = []
        for start in range(0, len(ids), ROWS_AT_ONCE):
            together = ids[start : start + ROWS_AT_ONCE]
            titles = {row_id: str(row_id) for row_id in together}
            try:
                outcomes += self._perform(verb, together, form, titles)
            except (DBAPIError, HalfDoneError) as failure:
                log.warning("bulk_run_fell_back", verb=verb.name, rows=len(together), error=type(failure).__name__)
                outcomes += [self._perform_alone(verb, row_id, form, titles) for row_id in together]
        return outcomes

    def _perform(
        self, verb: BulkVerb, ids: Sequence[uuid.UUID], form: FlaskForm, titles: dict[uuid.UUID, str]
    ) -> list[Outcome]:
        """Do the rows in one transaction, locked at once and judged one by one: a refusal stops no other row.

        :param titles: what the rows are called, filled in as soon as they are read.
        """
        with transaction() as session:
            rows = {row.id: row for row in lock_all(session, self.model, self._rows_with(ids))}
            titles |= {row_id: self.title_of(row) for row_id, row in rows.items()}
            return [self._outcome(verb, row_id, titles[row_id], rows.get(row_id), form) for row_id in ids]

    def _perform_alone(
        self, verb: BulkVerb, row_id: uuid.UUID, form: FlaskForm, titles: dict[uuid.UUID, str]
    ) -> Outcome:
        try:
            return self._perform(verb, [row_id], form, titles)[0]
        except HalfDoneError as late:
            refusal = str(late)
        except (OperationalError, InterfaceError):
            # The rows before this one are done: the result must say so, whatever becomes of the rest.
            refusal = _("The database did not answer, so this was not done. Try again.")
        except DBAPIError as failure:
            log.exception("bulk_row_failed", verb=verb.name, row=str(row_id), error=type(failure).__name__)
            refusal = _("The database refused this, so it was not done.")
        return Outcome(row_id, titles[row_id], refusal)

    def _outcome(self, verb: BulkVerb, row_id: uuid.UUID, title: str, row: Any, form: FlaskForm) -> Outcome:
        if row is None:
            return Outcome(row_id, title, _("This record no longer exists."))
        try:
            with one_of_many(DomainError):
                return Outcome(row_id, title, None, verb.perform(row, form))
        except DomainError as refusal:
            return Outcome(row_id, title, str(refusal))

    def _result(self, verb: BulkVerb, outcomes: list[Outcome]) -> Response:
        page = self.render(self.bulk_result_template, verb=verb, outcomes=outcomes, back=self._back())
        return hide_referrer(make_response(page))  # The results can hold reset links.

    def _back(self) -> str:
        """Return the address of the list as it was when rows were selected."""
        return own_path(request.form.get("back")) or self.get_url(".index_view")
