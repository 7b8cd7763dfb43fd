"""Verbs on many rows of a list: those that were ticked, or all that its search and filters leave."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from marketplace.backoffice.addresses import own_path, parameters_of
from marketplace.backoffice.listing import ListScreen, ListState
from marketplace.backoffice.paging import Page
from marketplace.backoffice.panels import Panel
from marketplace.backoffice.screen import actor
from marketplace.batches.models import Batch
from marketplace.batches.operations import MOST_ITEMS, Item, draft_batch, note_rows
from marketplace.batches.work import Arguments, Deed, Noting, Work
from marketplace.extensions import db
from marketplace.permissions import Permission
from marketplace.transaction import in_transaction
from marketplace.web.formats import number

MOST_TICKED = 500
"""Rows that are named one by one."""


class BatchForm(FlaskForm):
    """The form of a verb that depends on what its batch was drafted with."""

    drafted_with: Mapping[str, Any] = {}
    """The arguments that are stored: whatever is sent changes nothing about them before the form is valid."""


@dataclass(frozen=True)
class BulkVerb:
    """A verb that can be run on many rows."""

    name: str
    """The noun of its route: `cancellation`."""
    label: str
    permission: Permission
    deed: Deed
    form: type[FlaskForm]
    style: str = "primary"
    undoing: Deed | None = None
    """Puts back what it has changed: its arguments are those changes."""
    telling: Callable[[Arguments], str] | None = None
    """Says what is done to one row, where that is not the same for all."""
    noting: Noting | None = None
    """Notes what each row is when a batch is drafted, for the deed to see that it still is."""
    hands_out: bool = False
    """Whether it has results that are shown once and stored nowhere: then it runs on ticked rows, in one request."""


class BulkVerbs(ListScreen):
    """A list on many of whose rows verbs can be run, as batches."""

    bulk_verbs: ClassVar[Sequence[BulkVerb]] = ()
    most_items: ClassVar[int] = MOST_ITEMS
    other_verbs: ClassVar[Sequence[BulkVerb]] = ()
    """Verbs whose batches are drafted on pages of their own."""

    def list_parts(self, page: Page) -> Mapping[str, Any]:
        verbs = self.bulk_verbs_open()
        return {"bulk_verbs": verbs, "table_rows": self.table_rows(page, with_boxes=bool(verbs))}

    def bulk_verbs_open(self) -> list[BulkVerb]:
        """Return the verbs that the visitor may run."""
        return [verb for verb in self.bulk_verbs if current_user.may(verb.permission)]

    def bulk_verb(self, name: str | None) -> BulkVerb | None:
        return next((each for each in (*self.bulk_verbs, *self.other_verbs) if each.name == name), None)

    def counted(self, count: int) -> str:
        """Write how many of what the list is of: “2 services”."""
        return f"{number(count)} {self.record_name if count == 1 else str(self.name).lower()}"

    def work(self, deed: Deed) -> Work:
        return Work(self.model, self.row_details, deed)

    def consequences(self, _batch: Batch) -> Sequence[Panel]:
        """Return what else is to be seen before a batch is begun, and afterwards."""
        return ()

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Response:
        """Draft a batch of the verb named by `action`, on the rows named by `rowid` or on `everything` that matches."""
        verb = self.bulk_verb(request.form.get("action"))
        if verb is None or verb in self.other_verbs:
            abort(400, _("Choose what to do with the selected rows."))
        if not current_user.may(verb.permission):
            abort(403)
        everything = "everything" in request.form and not verb.hands_out
        selection: Mapping[str, Any] = {}
        try:
            if everything:
                ids, selection = self._all_that_match()
            else:
                ids = self._ticked()
        except _TooMany as many:
            flash(str(many), "warning")
            return redirect(self._back())
        if not ids:
            flash(_("Nothing matches any more.") if everything else _("Select at least one row first."), "warning")
            return redirect(self._back())
        return redirect(self.draft(verb, [(each, None) for each in ids], selection=selection, origin=self._back()))

    def draft(
        self,
        verb: BulkVerb,
        items: Sequence[Item],
        *,
        origin: str,
        arguments: Mapping[str, Any] | None = None,
        selection: Mapping[str, Any] | None = None,
    ) -> str:
        """Draft a batch and return the address of its preview.

        :param origin: path of the page on which the rows were chosen.
        """
        who = actor()

        def act() -> Batch:
            batch = draft_batch(
                db.session(),
                table=self.model.__tablename__,
                verb=verb.name,
                items=items,
                arguments=arguments or {},
                selection=selection or {},
                origin=origin,
                actor=who,
            )
            if verb.noting:
                note_rows(batch, verb.noting)
            return batch

        return url_for("batches.details_view", id=in_transaction(act).id)

    def matching(self, state: ListState) -> str:
        """Write down what the list shows, so that everything which matches can be found again."""
        return self.list_url(state).partition("?")[2]

    def _ticked(self) -> list[uuid.UUID]:
        """Return the ids of the ticked rows, in their order on the page, if any of them is still there."""
        named = []
        for text in dict.fromkeys(request.form.getlist("rowid")):
            try:
                named.append(uuid.UUID(text))
            except ValueError:
                continue
        if len(named) > MOST_TICKED:
            abort(413)
        there = set(db.session.scalars(sa.select(self._identity).where(self._identity.in_(named)))) if named else set()
        return list(dict.fromkeys(named)) if there else []

    def _all_that_match(self) -> tuple[Sequence[uuid.UUID], Mapping[str, str]]:
        """Return the ids of all rows that the list's search and filters leave, in its order, and those as typed."""
        matching = request.form.get("matching")
        if matching is None:
            abort(400)
        asked = parameters_of(matching)
        state = self.list_state(asked)
        if wrong := [
            *self.unknown_names(asked),
            *state.filters.errors.values(),
        ]:  # More than was asked for would be done.
            abort(400, " ".join(wrong))
        order = self._order(state).clauses(backwards=False)
        select = self.narrowed(state, sa.select(self._identity)).order_by(*order).limit(MOST_ITEMS + 1)
        ids = db.session.scalars(select).all()
        if len(ids) > MOST_ITEMS:
            raise _TooMany(
                _(
                    "More than %(most)s rows match, which is too many at once. Narrow it down first.",
                    most=f"{MOST_ITEMS:,}",
                )
            )
        narrowed = {"search": state.search, **state.filters.values}
        return ids, {name: value for name, value in narrowed.items() if value}

    def _back(self) -> str:
        """Return the address of the list as it was when rows were selected."""
        return own_path(request.form.get("back")) or self.get_url(".index_view")


class _TooMany(Exception):
    """More rows match than a batch has."""
